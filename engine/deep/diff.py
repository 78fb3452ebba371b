"""Two rulebases compared: what was edited, and who is advised otherwise: of given clients, or of all there can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from demandfirst.engine.backends.forward.engine import ForwardBackend
from demandfirst.engine.deep.changes import edits, exactly, reworded
from demandfirst.engine.deep.compared import Focus, Given, Moved, Possible, RulebaseDiff, Stamp
from demandfirst.engine.deep.through import Blame
from demandfirst.engine.ir.answers import Gap, Number_
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.numbers import measure, plain
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Recommend
from demandfirst.engine.ir.shapes import Known, Shapes
from demandfirst.engine.ir.shared import shared
from demandfirst.engine.load.clients import GivenClient
from demandfirst.engine.load.revision import NamedRulebase
from demandfirst.engine.say import GAPS, UNDECIDED
from demandfirst.engine.standing import Standing

if TYPE_CHECKING:
    from demandfirst.engine.backends.proof.two import Two

SECONDS = 10.0


class Comparison:
    """An old and a new rulebase side by side."""

    def __init__(self, old: NamedRulebase, new: NamedRulebase) -> None:
        self.stamps = _stamp(old), _stamp(new)
        self.old, self.new = old.rulebase, new.rulebase
        self.shared = shared(self.old, self.new)
        self.edits = edits(self.old, self.new)
        self.blame = Blame(self.old, self.new, self.edits)
        known: Known = {}
        self.shapes = Shapes(self.old, known), Shapes(self.new, known)
        self._proving: Two | None = None
        self.kinds = self.shared.kinds

    def everyone(self, seconds: float = SECONDS) -> RulebaseDiff:
        """Whether each outcome can differ for any client; the solver is given so long for each question.

        Raises `MissingExtra` where it takes the solver and that is not installed.
        """
        if self.shared.impossible:
            return self._diff()
        outcomes = tuple(self._possible(seconds))
        order = any(one.kind == "item" and one.differs != "no" for one in outcomes) or self._reordered(seconds)
        return self._diff(outcomes=outcomes, order=order)

    def these(self, clients: Iterable[GivenClient]) -> RulebaseDiff:
        """Who of some clients is advised otherwise."""
        return self._diff(clients=tuple(map(self._given, clients)))

    def _diff(
        self, outcomes: tuple[Possible, ...] | None = None, clients: tuple[Given, ...] | None = None, *, order: bool = False
    ) -> RulebaseDiff:  # fmt: skip
        old, new = self.stamps
        words = reworded(self.old, self.new, self.edits)
        return RulebaseDiff(
            old=old, new=new, edits=self.edits, reworded=words, apart=tuple(sorted(self.shared.closed)),
            nobody=bool(self.shared.impossible), order=order, outcomes=outcomes, clients=clients,
        )  # fmt: skip

    # --- any client ---------------------------------------------------------------------------------------------------

    def _possible(self, seconds: float) -> Iterator[Possible]:
        old, new = self.shapes
        for name, kind in self.kinds.items():
            same = Possible(kind=kind, id=name, title=self._title(name), differs="no")
            yield same if old.outcome(name) == new.outcome(name) else self._proved(self._two(seconds), same)

    def _two(self, seconds: float) -> Two:
        if self._proving is None:
            from demandfirst.engine.backends.proof.two import Two

            self._proving = Two(self.old, self.new, seconds=seconds)
        return self._proving

    def _proved(self, two: Two, same: Possible) -> Possible:
        from demandfirst.engine.backends.proof.room import GaveUp

        try:
            answers = two.smallest(same.id)
        except GaveUp as reason:
            return replace(same, differs="unknown", note=str(reason))
        if answers is None:
            return same
        facts = {**self.new.facts, **self.old.facts}
        return replace(
            same, differs="yes", client={name: plain(facts[name], answer) for name, answer in answers.items()},
            old_lacks=tuple(name for name in answers if name not in self.old.facts),
            new_lacks=tuple(name for name in answers if name not in self.new.facts),
            moved=self._moved(same.id, *two.outcomes(answers)),
        )  # fmt: skip

    def _reordered(self, seconds: float) -> bool:
        """Whether items that stand alike may come in another order; so too where the solver gives up."""
        old, new = (self._ranking(rulebase) for rulebase in (self.old, self.new))
        return old != new or any(self._outweighed(name, seconds) for name in self.shared.items if self._weighed(name))

    def _ranking(self, rulebase: Rulebase) -> object:
        """What items are put in order by, beside weights."""
        common = [item for item in rulebase.items.values() if item.id in self.old.items and item.id in self.new.items]
        focus = rulebase.parameters[rulebase.focus_parameter]
        ranked = [(item.id, item.kind, frozenset(item.goals)) for item in common]
        return ranked, focus.value, focus.varies_by, focus.variants, rulebase.goals_fact

    def _weighed(self, item: str) -> bool:
        """Whether rules of other shapes or weights recommend an item."""
        old, new = (
            sorted((shapes.rule(rule), _weight(rule.then, item)) for rule in rulebase.recommending.get(item, ()))
            for rulebase, shapes in zip((self.old, self.new), self.shapes, strict=True)
        )
        return old != new

    def _outweighed(self, item: str, seconds: float) -> bool:
        two = self._two(seconds)
        from demandfirst.engine.backends.proof.room import GaveUp

        try:
            return two.outweighs(item) is not None
        except GaveUp:
            return True

    # --- a client -----------------------------------------------------------------------------------------------------

    @cached_property
    def _backends(self) -> tuple[ForwardBackend, ForwardBackend]:
        return ForwardBackend(self.old), ForwardBackend(self.new)

    def _given(self, client: GivenClient) -> Given:
        if client.old is None or client.new is None:
            unfit = "old" if client.old is None else "new"
            return Given(client=client.name, moved=(), focus=None, unfit=unfit, faults=client.faults)  # type: ignore[arg-type]
        old, new = self._backends
        before, after = old.run(client.old), new.run(client.new)
        found = (self._moved(name, before, after) for name in self.kinds)
        then, now = Standing(self.old, before).focus(), Standing(self.new, after).focus()
        return Given(
            client=client.name, moved=(*filter(None, found), *self._sums(before, after)),
            focus=None if then == now else Focus(before=then, after=now),
        )  # fmt: skip

    def _moved(self, name: str, before: Outcome, after: Outcome) -> Moved | None:
        kind = self.kinds[name]
        then, now = Standing(self.old, before).state(kind, name), Standing(self.new, after).state(kind, name)
        if then == now:
            return None
        return Moved(
            kind=kind, id=name, title=self._title(name), before=then or UNDECIDED, after=now or UNDECIDED,
            through=self.blame.through(name, before, after),
        )  # fmt: skip

    def _sums(self, before: Outcome, after: Outcome) -> Iterator[Moved]:
        for name, one in self.old.quantities.items():
            if name not in self.new.quantities:
                continue
            then, now = before.client.quantities[name], after.client.quantities[name]
            if then != now:
                was, is_ = _said(then, one.unit), _said(now, self.new.quantities[name].unit)
                through = self.blame.of_quantity(name)
                yield Moved(kind="quantity", id=name, title=one.label, before=was, after=is_, through=through)

    def _title(self, name: str) -> str:
        """What people read, in the words of the new rulebase where it has any."""
        for rulebase in (self.new, self.old):
            for item in (rulebase.items.get(name), rulebase.warnings.get(name)):
                if item:
                    return item.title
            if name in rulebase.findings:
                return rulebase.findings[name].label
        return name


def _stamp(one: NamedRulebase) -> Stamp:
    return Stamp(name=one.name, version=one.rulebase.version, hash=one.rulebase.hash)


def _weight(effects: Iterable[object], item: str) -> int:
    return sum(effect.weight for effect in effects if isinstance(effect, Recommend) and effect.item == item)


def _said(value: Number_, unit: str) -> str:
    if isinstance(value, Gap):
        return GAPS[value]
    return measure(value, unit) if isinstance(value, Interval) else f"{exactly(value)} {unit}"
