"""Which column answers which fact; what does not fit is said all at once, and nothing is guessed silently."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from contextlib import contextmanager
from dataclasses import dataclass, field

from demandfirst.engine.backends.program import names
from demandfirst.engine.batch.mapping import Mapping
from demandfirst.engine.batch.words import fold
from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.ir.record import record
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _, ngettext
from demandfirst.engine.load.client import unknown_fact
from demandfirst.engine.load.yaml_tree import quote

LIKELY = 0.72


@record
class Target:
    """What a column says about a fact: its value, that it is *don't know* (`unknown`), or whether a set has one value (`entry`)."""

    fact: str
    part: str = "value"
    entry: str = ""


@record
class Guess:
    """A column that may be meant for a fact: shown, never applied."""

    column: str
    fact: str
    label: str


@dataclass
class Header:
    """The columns of an input: what is read, and what is passed through."""

    columns: tuple[str, ...]
    targets: dict[str, Target] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, str]:
        """Column -> the name under which it is known."""
        return {column: name_of(target) for column, target in self.targets.items()}


def name_of(target: Target) -> str:
    """The name of a target as a column of the answers table."""
    if target.part == "entry":
        return names.mark(target.fact, target.entry)
    return names.unknown(target.fact) if target.part == "unknown" else target.fact


def targets_of(facts: Map[str, Fact]) -> dict[str, Target]:
    """Every name under which a column is taken for a fact."""
    known = {fact.id: Target(fact.id) for fact in facts.values()}
    known |= {names.unknown(fact.id): Target(fact.id, "unknown") for fact in facts.values() if not fact.required}
    return known | {
        names.mark(fact.id, value.id): Target(fact.id, "entry", value.id)
        for fact in facts.values()
        if fact.type == "set"
        for value in fact.values
    }


def read_header(
    columns: Sequence[str], mapping: Mapping, facts: Map[str, Fact], path: str, json_column: str | None = None
) -> Header:
    """The plan for the columns of a table; raises `DemandfirstError` with every fault."""
    faults = [*_twice(columns, path)]
    if json_column is not None:
        if json_column not in columns:
            faults.append(_no_column(json_column, columns, Place(path, 1), "json-column"))
        raise_all(faults)
        beside = [column for column in columns if column.strip() in facts]
        note = _("column `{column}` stands beside `{json_column}` and is not read")
        notes = tuple(note.format(column=quote(column), json_column=quote(json_column)) for column in beside)
        return Header(tuple(columns), {}, tuple(column for column in columns if column != json_column), (), notes)
    header = plan(columns, mapping, facts, path, faults)
    faults.extend(_missing(header, facts, path))
    raise_all(faults)
    return header


def plan(columns: Sequence[str], mapping: Mapping, facts: Map[str, Fact], path: str, faults: list[Fault]) -> Header:
    """Targets, columns passed through and guesses; required facts are not asked for."""
    known = targets_of(facts)
    faults.extend(_wrong_mappings(columns, mapping, facts, known))
    targets = {column: known[name] for column in columns if (name := _name(column, mapping)) in known}
    faults.extend(_clashes(targets, facts, path))
    kept = tuple(column for column in columns if column not in targets)
    asked = [fact for fact in facts.values() if fact.id not in {target.fact for target in targets.values()}]
    guesses = tuple(guess for column in kept if column not in mapping.columns for guess in _guess(column, asked))
    return Header(tuple(columns), targets, kept, guesses)


@contextmanager
def gathered(faults: list[Fault]) -> Iterator[None]:
    """Faults that are raised inside are kept, so that others are found as well."""
    try:
        yield
    except DemandfirstError as error:
        faults.extend(error.faults)


def raise_all(faults: Iterable[Fault]) -> None:
    """Raise the faults, if there are any."""
    if found := list(faults):
        raise DemandfirstError(found)


def _name(column: str, mapping: Mapping) -> str:
    return mapping.columns.get(column, mapping.columns.get(column.strip(), column.strip()))


def _twice(columns: Sequence[str], path: str) -> Iterable[Fault]:
    for column in dict.fromkeys(columns):
        if (times := columns.count(column)) > 1:
            message = ngettext(
                "the column `{column}` stands {count} time in the header",
                "the column `{column}` stands {count} times in the header",
                times,
            ).format(column=quote(column), count=times)
            yield Fault(Place(path, 1), "duplicate-column", message, _("rename or remove the others"))


def _wrong_mappings(
    columns: Sequence[str], mapping: Mapping, facts: Map[str, Fact], known: Map[str, Target]
) -> Iterable[Fault]:
    stripped = {column.strip() for column in columns} | set(columns)
    for column, name in mapping.columns.items():
        place = Place(_("mapping of {column}").format(column=quote(column)))
        if column not in stripped:
            yield _no_column(column, columns, place, "mapping")
        if name and name not in known:
            yield unknown_fact(name, facts, place)


def _no_column(column: str, columns: Sequence[str], place: Place, what: str) -> Fault:
    help_line = did_you_mean(column, columns, "")
    message = _("there is no column `{column}`").format(column=quote(column))
    return Fault(place, "no-column" if what == "mapping" else "no-json-column", message, help_line)


def _clashes(targets: Map[str, Target], facts: Map[str, Fact], path: str) -> Iterable[Fault]:
    """Two columns for the same thing, a set both whole and in parts, or in some of its parts only."""
    for fact in {target.fact: facts[target.fact] for target in targets.values()}.values():
        of_fact = {column: target for column, target in targets.items() if target.fact == fact.id}
        entries = {target.entry for target in of_fact.values() if target.part == "entry"}
        plain = [column for column, target in of_fact.items() if target.part == "value"]
        known = [name_of(target) for target in of_fact.values()]
        if len(known) > len(set(known)) or (entries and plain):
            listed = ", ".join(f"`{quote(column)}`" for column in of_fact)
            message = _("`{fact}` has more than one column: {columns}").format(fact=fact.id, columns=listed)
            help_line = _("keep one, and pass the others through: {option}").format(option="--map COLUMN=")
            yield Fault(Place(path, 1), "fact-twice", message, help_line)
        missing = [names.mark(fact.id, value.id) for value in fact.values if value.id not in entries] if entries else []
        if missing:
            message = _("`{fact}` has columns for some of its values only").format(fact=fact.id)
            help_line = _("add {columns}").format(columns=", ".join(f"`{name}`" for name in missing))
            yield Fault(Place(path, 1), "missing-column", message, help_line)


def _missing(header: Header, facts: Map[str, Fact], path: str) -> Iterable[Fault]:
    found = {target.fact for target in header.targets.values()}
    for fact in facts.values():
        if fact.required and fact.id not in found:
            near = next((guess.column for guess in header.guesses if guess.fact == fact.id), "COLUMN")
            help_line = _("name its column: {option}, or the column with all answers: {other}").format(
                option=f'--map "{quote(near)}={fact.id}"', other="--json-column"
            )
            message = _("no column answers `{fact}`, and no advice can be given without it").format(fact=fact.id)
            yield Fault(Place(path, 1), "missing-column", message, help_line)


def _guess(column: str, facts: Iterable[Fact]) -> Iterable[Guess]:
    """The fact whose id or label, in whichever language, is most like the name of a column, if one is likely."""
    folded = fold(column)
    found = [(_likeness(folded, fact), fact) for fact in facts]
    likeness, fact = max(found, key=lambda pair: pair[0], default=(0.0, None))
    if fact is not None and likeness >= LIKELY:
        yield Guess(column, fact.id, fact.label)


def _likeness(folded: str, fact: Fact) -> float:
    return max(_ratio(folded, fold(name)) for name in {fact.id, fact.label, *(one.label for one in fact.elsewhere)})


def _ratio(one: str, other: str) -> float:
    """How much alike two names are; 0 where it is plain that they are not."""
    matcher = difflib.SequenceMatcher(None, one, other)
    if matcher.real_quick_ratio() < LIKELY or matcher.quick_ratio() < LIKELY:
        return 0.0
    return matcher.ratio()
