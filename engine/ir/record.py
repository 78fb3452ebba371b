"""Frozen dataclasses that cost next to nothing to define.

`@dataclass(frozen=True)` compiles six methods for every class: with the sixty classes of this folder that was a fifth of the
time of a whole `demandfirst advise`. Records share their methods; `fields`, `replace`, `match` and pickle take them for what
they are, dataclasses.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """Make a class a frozen dataclass."""
    methods = {
        "__init__": _init, "__repr__": _repr, "__eq__": _eq, "__hash__": _hash,
        "__setattr__": _refuse, "__delattr__": _refuse,
    }  # fmt: skip
    for name, method in methods.items():
        setattr(cls, name, method)
    return dataclass(init=False, repr=False, eq=False)(cls)


def _init(self: Any, *values: Any, **named: Any) -> None:
    names, held = self.__match_args__, vars(self)
    held.update(zip(names, values, strict=False), **named)
    given = len(values) + len(named)
    if given < len(names):
        given += _take_defaults(self)
    if given != len(names) or (named and held.keys() != self.__dataclass_fields__.keys()):
        raise TypeError(f"a {type(self).__name__} has {', '.join(names)}")


def _take_defaults(self: Any) -> int:
    held = vars(self)
    left_out = [one for one in fields(self) if one.name not in held]
    made = {one.name: one.default_factory() for one in left_out if one.default_factory is not MISSING}
    made |= {one.name: one.default for one in left_out if one.default is not MISSING}
    held.update(made)
    return len(made)


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: object) -> bool:
    return vars(self) == vars(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(tuple(map(vars(self).__getitem__, self.__match_args__)))


def _refuse(self: Any, name: str, *_: object) -> NoReturn:
    raise FrozenInstanceError(f"`{name}` of a {type(self).__name__} cannot change")
