"""Parts of the advice that come out alike for many clients, made once and kept.

A part is a function of what it reads: truths of rules, findings, figures. Where these are the same, so is the part; only the
figures in its own texts, which few clients share, are put in anew. What still waits for answers is made anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter
from typing import Any, TypeVar

from demandfirst.engine.ir.advice import Part
from demandfirst.engine.ir.conditions import leaves, names_in
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.texts import Texts, placeholders

MOST = 4096
P = TypeVar("P", bound=Part)
Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a part reads of an outcome, besides the figures in its own texts; and whether these have any."""

    rules: Read
    findings: Read
    figures: Read
    own: bool


class Shelf:
    """The parts kept for one rulebase; shared between threads, of which two may make the same part."""

    def __init__(self, rulebase: Rulebase) -> None:
        self.rulebase = rulebase
        self._inputs: dict[tuple[str, str], Inputs] = {}
        self._kept: dict[tuple[Any, ...], Part] = {}

    def reader(self, outcome: Outcome) -> Reader | None:
        """The shelf for one outcome; None where its parameters are not those of the rulebase."""
        return Reader(self, outcome) if outcome.client.parameters is self.rulebase.parameters else None

    def reads(self, kind: str, name: str) -> Inputs:
        """What a part reads, worked out once."""
        found = self._inputs.get((kind, name))
        if found is None:
            found = self._inputs[kind, name] = self.inputs(kind, name)
        return found

    def get(self, key: tuple[Any, ...]) -> Any:
        """The part that was kept for all that it reads, if there is one."""
        return self._kept.get(key)

    def keep(self, key: tuple[Any, ...], part: Part) -> None:
        """Keep a part; beyond `MOST` all are forgotten."""
        if len(self._kept) >= MOST:
            self._kept.clear()
        part.keep_text()
        self._kept[key] = part

    def inputs(self, kind: str, name: str) -> Inputs:
        """What a part reads."""
        rulebase = self.rulebase
        if kind == "finding":
            texts = [value.text for value in rulebase.findings[name].values]
            return self._bound(rulebase.concluding.get(name, ()), [name], texts, own=False)
        item = rulebase.items[name] if kind == "item" else rulebase.warnings[name]
        rules = [rulebase.rules[step.rule] for step in item.steps if step.rule is not None]
        rules += (rulebase.rules[one.rule] for one in rulebase.platforms.values() if name in one.objectives)
        rules += rulebase.recommending.get(name, ()) if kind == "item" else rulebase.warning.get(name, ())
        findings: dict[str, None] = {}
        rules += self._behind(rulebase.vetoing.get(name, ()), findings)
        said = [text for rule in rules for text in (rule.because, rule.until)]
        own = Texts.figures(item)
        varying = [f"{{{name}}}" for name in own if name in rulebase.parameters]
        return self._bound(rules, findings, [*said, *varying], own=len(varying) < len(own))

    def _behind(self, rules: Iterable[Rule], findings: dict[str, None]) -> Iterator[Rule]:
        """Rules, and those behind them where a reason can lie there; the findings on the way are noted."""
        for rule in rules:
            yield rule
            read = [] if rule.until else [leaf for line in rule.when for leaf in leaves(line.condition)]
            for name in (name for leaf in read for name in names_in(leaf, frozenset()).findings):
                if name not in findings:
                    findings[name] = None
                    yield from self._behind(self.rulebase.concluding.get(name, ()), findings)

    def _bound(self, rules: Iterable[Rule], findings: Iterable[str], texts: Iterable[str], *, own: bool) -> Inputs:
        rulebase = self.rulebase
        figures = dict.fromkeys(name for text in texts for name in placeholders(text))
        parameters = [rulebase.parameters[name] for name in figures if name in rulebase.parameters]
        answers = [name for name in figures if name in rulebase.facts]
        answers += (parameter.varies_by for parameter in parameters if parameter.varies_by)
        answers += (name for name in figures if name in rulebase.quantities)
        places = list(dict.fromkeys(rule.index for rule in rules))
        return Inputs(_read(places), _read(list(findings)), _read(list(dict.fromkeys(answers))), own)


class Reader:
    """The shelf for one outcome."""

    def __init__(self, shelf: Shelf, outcome: Outcome) -> None:
        self.shelf, self.outcome = shelf, outcome
        answers, quantities = outcome.client.answers, outcome.client.quantities
        self.figures = {name: _plain(answers.get(name)) for name in shelf.rulebase.facts}
        self.figures.update((name, _plain(value)) for name, value in quantities.items())

    def part(self, kind: str, name: str, place: int, make: Callable[[], P], texts: Callable[[], dict[str, Any]]) -> P:
        """A part: the one made before where nothing that it reads has changed, and it waits for no answer.

        `texts` are those of its own texts that have figures in them.
        """
        reads, outcome = self.shelf.reads(kind, name), self.outcome
        read = reads.rules(outcome.rules), reads.findings(outcome.findings), reads.figures(self.figures)
        found: P | None = self.shelf.get((kind, name, place, read))
        if found is not None:
            return found.saying(**texts()) if reads.own else found
        made = make()
        if not getattr(made, "questions", ()) and not getattr(made, "waiting_for", ()):
            self.shelf.keep((kind, name, place, read), made)
        return made


def _plain(value: Any) -> Any:
    """A value that is quick to compare; of different values different ones."""
    return (value.numerator, value.denominator) if isinstance(value, Fraction) else value


def _read(places: Sequence[Any]) -> Read:
    return itemgetter(*places) if places else _nothing


def _nothing(_: Any) -> tuple[()]:
    return ()
