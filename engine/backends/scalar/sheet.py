"""The source while it is written: constants, new names, and the parameters that are handed in.

INVARIANT: nothing of a rulebase enters the source but by `ascii`, which makes a string literal of any text, or as a constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from demandfirst.engine.ir.answers import Answer, Client, Gap, Truth
from demandfirst.engine.ir.vocabulary import Parameter

TRUE, UNKNOWN, FALSE = 3, 1, 0
"""Truth values: `&` is Kleene's `and`, `|` his `or`."""
CODES: dict[Truth, int] = {True: TRUE, None: UNKNOWN, False: FALSE}
NOT_ANSWERED, DONT_KNOW, BOUNDED = 1, 2, 4
"""Why a number cannot be worked with: one bit each, joined by `|`; 0 where it can."""
GAPS: dict[Gap, int] = {Gap.NOT_ANSWERED: NOT_ANSWERED, Gap.DONT_KNOW: DONT_KNOW}
INDENT = "    "


@dataclass
class Sheet:
    """Constants and names of one function."""

    constants: dict[str, object] = field(default_factory=dict)
    _names: int = 0

    def name(self, letter: str) -> str:
        """A new name."""
        self._names += 1
        return f"{letter}{self._names}"

    def constant(self, letter: str, value: object) -> str:
        """The new name of a constant."""
        name = self.name(letter)
        self.constants[name] = value
        return name


def indented(lines: Iterable[str]) -> list[str]:
    """Lines one step deeper."""
    return [INDENT + line for line in lines]


def ratio_of(value: Fraction | bool) -> tuple[int, int]:
    """A parameter's value as whole numbers."""
    return Fraction(value).as_integer_ratio()


class Parameters:
    """The parameters that a function reads: one tuple, unpacked at its start, so that others can stand in for them."""

    def __init__(self, sheet: Sheet, parameters: Mapping[str, Parameter]) -> None:
        self.sheet, self.parameters = sheet, parameters
        self.ratios: dict[str, tuple[str, str]] = {}
        self.switches: dict[str, tuple[str, str]] = {}
        self.variants: dict[str, str] = {}

    def ratio(self, name: str) -> tuple[str, str]:
        """The names of numerator and denominator."""
        if name not in self.ratios:
            number = self.sheet.name("p")
            self.ratios[name] = number, f"{number}d"
            if self.parameters[name].varies_by:
                self.variants[name] = f"{number}v"
        return self.ratios[name]

    def switch(self, name: str, *, negated: bool) -> str:
        """The name of a switch's truth."""
        if name not in self.switches:
            switch = self.sheet.name("s")
            self.switches[name] = switch, f"{switch}n"
        return self.switches[name][negated]

    def lines(self) -> Iterable[str]:
        """The unpacking."""
        names = [*self.ratios.values(), *self.switches.values(), tuple(self.variants.values())]
        yield f"[{', '.join(name for found in names for name in found)}] = values"
        for name, variants in self.variants.items():
            ratio = ", ".join(self.ratios[name])
            yield f"{ratio} = {variants}.get(get({self.parameters[name].varies_by!a}), ({ratio}))  # {name!a}"

    def bind(
        self, parameters: Mapping[str, Parameter], answers: Mapping[str, Answer] | None = None
    ) -> tuple[object, ...]:
        """The values in the order in which they are unpacked; with `answers`, what varies is settled for these."""
        client = Client(answers or {}, parameters, {})
        found: list[object] = [part for name in self.ratios for part in ratio_of(client.parameter(name))]
        for name in self.switches:
            on = bool(client.parameter(name))
            found += [TRUE if on else FALSE, FALSE if on else TRUE]
        for name in self.variants:
            variants = {} if answers is not None else parameters[name].variants
            found.append({variant: ratio_of(value) for variant, value in variants.items()})
        return tuple(found)
