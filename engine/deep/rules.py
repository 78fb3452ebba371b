"""Rules and cases that never fire, and effects without which no client would be told anything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demandfirst.engine.deep.found import Deep, Found, listed
from demandfirst.engine.deep.truths import target
from demandfirst.engine.ir.conditions import And
from demandfirst.engine.ir.formulas import Certain, Every, Not, Some
from demandfirst.engine.ir.rules import Conclude, Decide, Effect, Line, Recommend, Rule, Show, Veto, Warn
from demandfirst.engine.ir.vocabulary import SEVERITIES

ACKNOWLEDGE = "or say under `intended` why it stays"


def never_fires(deep: Deep, rule: Rule) -> Iterator[Found]:
    """No client makes it hold."""
    if rule.role == "text" or deep.ever(deep.truths.fires(rule).certain):
        return
    clash = [f"`{line.text}`" for line in _clash(deep, rule)]
    if not clash:
        why = "an earlier case always comes first"
    elif len(clash) == 1:
        why = f"{clash[0]} cannot hold"
    else:
        why = f"{', '.join(clash)} cannot hold together"
    yield Found(
        rule, "rule-never", rule.place, f"`{rule.id}` never fires: {why}", f"mend or remove it, {ACKNOWLEDGE}"
    )  # fmt: skip


def _clash(deep: Deep, rule: Rule) -> Sequence[Line]:
    """The lines of a smallest set that cannot hold together; none where all of them can."""
    kept = list(rule.when)
    if deep.ever(Certain(deep.truths.lines[rule.index])):
        return ()
    for line in rule.when:
        fewer = [other for other in kept if other is not line]
        if not deep.ever(Certain(And(tuple(other.condition for other in fewer)))):
            kept = fewer
    return kept


def never_needed(deep: Deep, rule: Rule) -> Iterator[Found]:
    """Nothing would be otherwise without it, or without one of its effects."""
    if isinstance(rule.then[0], Decide):
        yield from _case(deep, rule)
    elif rule.role == "rule":
        vetoes = [effect for effect in rule.then if isinstance(effect, Veto) and not _meets(deep, rule, effect)]
        others = [effect for effect in rule.then if effect not in vetoes]
        if vetoes:
            yield _vetoes(rule, vetoes)
        idle = [effect for effect in others if not deep.ever(deep.truths.missed(effect))]
        if idle and not vetoes and len(set(map(written, idle))) == len(others):
            yield _whole(deep, rule)
        elif idle:
            yield _effects(deep, rule, idle)


def _case(deep: Deep, rule: Rule) -> Iterator[Found]:
    if rule.when and not deep.ever(deep.truths.case_missed(rule)):
        message = f"`{rule.id}` changes nothing: without it the cases after it decide the same"
        yield Found(rule, "rule-idle", rule.place, message, f"remove it, {ACKNOWLEDGE}")


def _meets(deep: Deep, rule: Rule, veto: Veto) -> bool:
    """Whether a veto ever holds back what something recommends."""
    return deep.ever(Every((deep.truths.recommended(veto.item).certain, deep.truths.fires(rule).certain)))


def _vetoes(rule: Rule, vetoes: Sequence[Veto]) -> Found:
    items = listed(veto.item for veto in vetoes)
    message = f"`{rule.id}` vetoes what is never recommended when it fires: {items}"
    return Found(rule, "veto-idle", rule.place, message, f"take the veto away, {ACKNOWLEDGE}")


def _whole(deep: Deep, rule: Rule) -> Found:
    """No effect of the rule is needed: one other rule has them all, or several have them between them."""
    covering = [[other.id for other in _covering(deep, rule, effect)] for effect in rule.then]
    shared = [name for name in covering[0] if all(name in one for one in covering)]
    if shared:
        message = f"whenever `{rule.id}` fires, {listed(shared)} {'does' if len(shared) == 1 else 'do'} the same"
        return Found(rule, "rule-subsumed", rule.place, message, f"remove one of them, {ACKNOWLEDGE}")
    others = listed(other.id for effect in rule.then for other in _together(deep, rule, effect))
    message = f"`{rule.id}` changes nothing: {others} do the same between them"
    return Found(rule, "rule-idle", rule.place, message, f"remove it, {ACKNOWLEDGE}")


def _effects(deep: Deep, rule: Rule, idle: Sequence[Effect]) -> Found:
    others: list[str] = []
    for effect in idle:
        others += [other.id for other in _covering(deep, rule, effect) or _together(deep, rule, effect)]
    said = dict.fromkeys(map(written, idle))
    changes = "changes" if len(said) == 1 else "change"
    message = f"of `{rule.id}`, {listed(said)} {changes} nothing beside {listed(others)}"
    return Found(rule, "effect-idle", rule.place, message, f"take it away, {ACKNOWLEDGE}")


def _same(deep: Deep, effect: Effect) -> list[Rule]:
    """The rules of other effects that do as much."""
    return [rule for rule, one in deep.truths.same(effect) if one is not effect and _severity(one) >= _severity(effect)]


def _covering(deep: Deep, rule: Rule, effect: Effect) -> list[Rule]:
    """The rules each of which does the same whenever this one does."""
    return [other for other in _same(deep, effect) if not _alone(deep, rule, [other])]


def _together(deep: Deep, rule: Rule, effect: Effect) -> list[Rule]:
    """Rules one of which does the same whenever this one does, none of them too many."""
    kept = _same(deep, effect)
    for other in list(kept):
        fewer = [one for one in kept if one is not other]
        if not _alone(deep, rule, fewer):
            kept = fewer
    return kept


def _alone(deep: Deep, rule: Rule, others: Sequence[Rule]) -> bool:
    """Whether a rule ever fires, or may, where none of the others does."""
    mine, theirs = deep.truths.fires(rule), deep.truths.fire(others)
    certain, possible = Every((mine.certain, Not(theirs.certain))), Every((mine.possible, Not(theirs.possible)))
    return deep.ever(Some((certain, possible)))


def _severity(effect: Effect) -> int:
    return SEVERITIES.index(effect.severity) if isinstance(effect, Warn) else 0


def written(effect: Effect) -> str:
    """An effect as it stands in a rule file."""
    words = {Conclude: "conclude", Decide: "decide", Recommend: "recommend", Warn: "warn", Veto: "veto", Show: "show"}
    return f"{words[type(effect)]}: {target(effect)}"
