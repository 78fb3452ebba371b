"""Single rows through the exact engine, as rows of the advice table: bounded answers, and figures on a rounding boundary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from operator import itemgetter
from typing import Any

from demandfirst.engine.backends.program import names
from demandfirst.engine.batch.engines import engines
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.outcome import FindingState, Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.ir.vocabulary import ANSWER_DECIMALS, SEVERITIES, Fact
from demandfirst.engine.pending import Facts, Pending
from demandfirst.engine.standing import Standing, rule_severity

Given = Mapping[str, Answer]
_SCALE = 10**ANSWER_DECIMALS
_EXACT_TO = 1e11


class Exact:
    """The exact engine for rows: of the parts that it can work out, those that the columns wanted are in."""

    def __init__(self, rulebase: Rulebase, wanted: Sequence[str]) -> None:
        self.rulebase, self.backend = rulebase, engines(rulebase).scalar
        parts: list[tuple[list[str], Callable[[Given], Iterable[Any]]]] = [
            (_standing_names(rulebase), self.standings),
            ([names.rule_column(rule) for rule in rulebase.rules], lambda given: self.backend.run(given).rules),
            (_possible_names(rulebase), self.possible),
            (_rank_names(rulebase), self.ranks),
            ([*map(names.ask, rulebase.facts), *map(names.verdict_ask, rulebase.facts)], self.asked),
        ]
        used = [(columns, work_out) for columns, work_out in parts if not set(columns).isdisjoint(wanted)]
        self.parts = [work_out for _, work_out in used]
        places = {name: at for at, name in enumerate(chain.from_iterable(columns for columns, _ in used))}
        self.pick = _picker([places[name] for name in wanted])

    def row(self, given: Given) -> tuple[Any, ...]:
        """The columns wanted, for one client."""
        return self.pick([*chain.from_iterable(work_out(given) for work_out in self.parts)])

    def answers(self, table: pl.DataFrame) -> list[dict[str, Answer]]:
        """The answers that the rows of an answers table stand for."""
        columns = [_read(fact, table) for fact in self.rulebase.facts.values()]
        rows = zip(*columns, strict=True)
        return [
            {name: given for name, given in zip(self.rulebase.facts, row, strict=True) if given is not None}
            for row in rows
        ]

    def standings(self, given: Given) -> Iterable[Any]:
        """Statuses, severities, findings and quantities, in the order of `_standing_names`."""
        items, warnings, findings, quantities, _ = self.backend.standing(given)
        amounts = quantities.values()
        return chain(
            items.values(), chain.from_iterable(warnings.values()), map(_single, findings.values()),
            [float(value) if isinstance(value, Fraction) else None for value in amounts],
            [value is Gap.DONT_KNOW for value in amounts],
        )  # fmt: skip

    def possible(self, given: Given) -> Iterable[bool]:
        """For each value of each choice finding whether it is still possible."""
        findings = self.backend.standing(given).findings
        for finding in self.rulebase.findings.values():
            state = findings[finding.id]
            yield from (isinstance(state, frozenset) and value.id in state for value in finding.values)

    def ranks(self, given: Given) -> Iterable[Any]:
        """Weights, and the objectives in focus."""
        standing = Standing(self.rulebase, self.backend.run(given))
        focus = standing.focus()
        yield from (float(standing.weight(name)) for name in self.rulebase.items)
        yield from (focus[at] if at < len(focus) else None for at in range(len(self.rulebase.items)))

    def asked(self, given: Given) -> Iterable[bool]:
        """For each fact whether something waits for it, and whether the verdict does."""
        asking = _Asking(self.rulebase, self.backend.run(given))
        verdict = asking.pending.finding(self.rulebase.verdict)
        every = asking.facts() | verdict
        yield from (name in every for name in self.rulebase.facts)
        yield from (name in verdict for name in self.rulebase.facts)


class _Asking:
    """What the items and warnings of one client wait for."""

    def __init__(self, rulebase: Rulebase, outcome: Outcome) -> None:
        self.rulebase = rulebase
        self.pending, self.standing = Pending(rulebase, outcome), Standing(rulebase, outcome)

    def facts(self) -> Facts:
        """The facts that can still decide an item or a warning."""
        rules = [rule for name in self.rulebase.warnings for rule in self.stronger(name)]
        rules += [rule for name in self.rulebase.items for rule in self.deciding(name)]
        return self.pending.rules(rules)

    def deciding(self, name: str) -> Sequence[Rule]:
        """The rules that decide an open item."""
        if self.standing.item(name) != "open":
            return ()
        recommending = self.rulebase.recommending.get(name, ())
        decided = self.standing.truth(recommending) is True
        return (*self.rulebase.vetoing.get(name, ()), *(() if decided else recommending))

    def stronger(self, name: str) -> list[Rule]:
        """The rules not decided that would raise a warning, or make it more severe than it is."""
        status, severity = self.standing.warning(name)
        least = SEVERITIES.index(severity) if status == "raised" else -1
        rules = self.standing.undecided(self.rulebase.warning.get(name, ()))
        return [rule for rule in rules if rule_severity(rule, name) > least]


def _standing_names(rulebase: Rulebase) -> list[str]:
    quantities = list(rulebase.quantities)
    return [
        *rulebase.items,
        *(column for name in rulebase.warnings for column in (name, names.severity(name))),
        *rulebase.findings, *quantities, *map(names.unknown, quantities),
    ]  # fmt: skip


def _possible_names(rulebase: Rulebase) -> list[str]:
    findings = rulebase.findings.values()
    return [names.mark(finding.id, value.id) for finding in findings for value in finding.values]


def _rank_names(rulebase: Rulebase) -> list[str]:
    places = range(1, len(rulebase.items) + 1)
    return [*map(names.weight, rulebase.items), *map(names.focus, places)]


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Takes the cells at some places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple(row[at] for at in places)


def _single(state: FindingState) -> Any:
    """A yes/no, or the value of a choice where only one is possible."""
    if not isinstance(state, frozenset):
        return state
    return next(iter(state)) if len(state) == 1 else None


def _read(fact: Fact, table: pl.DataFrame) -> list[Answer | None]:
    """The answers to a fact; None where it is not answered."""
    if fact.type == "set":
        answers = _entries(fact, table)
    elif fact.numeric:
        column = table[fact.id]
        amounts = {value: amount(value) for value in column.unique() if value is not None}
        answers = [amounts.get(value) for value in column]
    else:
        answers = table[fact.id].to_list()
    if fact.required:
        return answers
    unknown = table[names.unknown(fact.id)]
    return [Gap.DONT_KNOW if gap else answer for answer, gap in zip(answers, unknown, strict=True)]


def _entries(fact: Fact, table: pl.DataFrame) -> list[Answer | None]:
    """The answers to a set: one object for those that are the same."""
    columns, known = names.value_columns(fact), dict[tuple[bool, ...], frozenset[str]]()
    found: list[Answer | None] = []
    for row in table.select(columns).iter_rows():
        if row[0] is None:
            found.append(None)
            continue
        if row not in known:
            known[row] = frozenset(value.id for value, holds in zip(fact.values, row, strict=True) if holds)
        found.append(known[row])
    return found


def amount(value: float) -> Fraction:
    """The number with at most four decimals that a column holds in binary."""
    return Fraction(round(value * _SCALE), _SCALE) if abs(value) < _EXACT_TO else Fraction(str(value))
