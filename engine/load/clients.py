"""Client files, named one by one or by their folder, for two rulebases at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from demandfirst.engine.errors import ClientError, Fault, Place
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _
from demandfirst.engine.load.client import read_client

SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class GivenClient:
    """A client's answers for each of two rulebases; None, with the faults, for one that cannot take them."""

    name: str
    old: Mapping[str, Answer] | None
    new: Mapping[str, Answer] | None
    faults: tuple[str, ...] = ()


def given_clients(names: Iterable[str], old: Rulebase, new: Rulebase) -> list[GivenClient]:
    """The clients in files and folders; raises `ClientError` for all that neither rulebase can take.

    Answers to a question that only one of them asks are no fault: the other does without.
    """
    found: list[GivenClient] = []
    faults: list[Fault] = []
    for path in client_files(names):
        try:
            found.append(_given(path, old, new))
        except ClientError as error:
            faults.extend(error.faults)
    if faults:
        raise ClientError(faults)
    return found


def client_files(names: Iterable[str]) -> Iterator[str]:
    """The files themselves, and those in folders, in order; raises `ClientError` for a folder without any."""
    for name in names:
        if not _is_folder(name):
            yield name
            continue
        inside = sorted(path.as_posix() for path in Path(name).rglob("*") if path.suffix in SUFFIXES and path.is_file())
        if not inside:
            message = _("`{name}` holds no client file").format(name=name)
            raise ClientError(
                [Fault(Place(name), "no-clients", message, _("name a folder with YAML or JSON files in it"))]
            )
        yield from inside


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _given(path: str, old: Rulebase, new: Rulebase) -> GivenClient:
    then, wrong = _read(path, old, new)
    now, wrong_now = _read(path, new, old)
    if then is None and now is None:
        raise ClientError(wrong)
    return GivenClient(path, then, now, tuple(map(str, (*wrong, *wrong_now))))


def _read(path: str, own: Rulebase, other: Rulebase) -> tuple[dict[str, Answer] | None, tuple[Fault, ...]]:
    """The answers for a rulebase, which need not ask all that another asks."""
    optional = {name: fact for name, fact in other.facts.items() if name not in own.facts}
    try:
        answers = read_client(path, {**own.facts, **optional})
    except ClientError as error:
        return None, error.faults
    return {name: answer for name, answer in answers.items() if name in own.facts}, ()
