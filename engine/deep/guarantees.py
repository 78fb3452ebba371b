"""What has to be proved for a guarantee, without a solver; and whether a promise holds for given clients, reckoned plainly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.conditions import Concluded, Decided
from demandfirst.engine.ir.formulas import Certain, Every, Not, Possible, Some
from demandfirst.engine.ir.guarantees import (
    Answered,
    Forgetting,
    Forgotten,
    Guarantee,
    Moved,
    Moving,
    Obligation,
    Other,
    Promise,
    Stands,
    Steadiness,
    Valued,
    Vetoed,
)
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.standing import Standing

ALWAYS: Promise = Every(())


def obligations(rulebase: Rulebase, guarantee: Guarantee) -> Iterator[Obligation | Steadiness]:
    """What has to be proved; the guarantee holds when all of it is."""
    match guarantee.other:
        case Forgetting():
            yield from _forgetting(rulebase, guarantee.other)
        case Moving():
            yield _moving(guarantee.other)
        case None:
            match guarantee.property:
                case "no_u_turns":
                    yield Steadiness()
                case "it_ends":
                    yield Obligation(Answered(tuple(rulebase.facts), exactly=True), Some(tuple(_open(rulebase))))
                case "vetoes_win":
                    yield Obligation(ALWAYS, Some(tuple(_against_a_veto(rulebase))))
                case None:
                    yield _lines(guarantee)


def _lines(guarantee: Guarantee) -> Obligation:
    premise = Every(tuple(line.promise for line in guarantee.when))
    unkept: list[Promise] = [Not(line.promise) for line in guarantee.always]
    if guarantee.never:
        unkept.append(Every(tuple(line.promise for line in guarantee.never)))
    return Obligation(premise, Some(tuple(unkept)), (premise, *(line.promise for line in guarantee.never)))


def _forgetting(rulebase: Rulebase, one: Forgetting) -> Iterator[Obligation]:
    """A level that the other client gets, the first gets too, or a higher one, or it is still open there."""
    for name, fact in rulebase.facts.items():
        if fact.required or name in one.excepted:
            continue
        risen: tuple[Promise, ...] = tuple(
            Every((
                Other(Stands("any", (level,), ("recommended",))),
                Stands("none", one.levels[index:], ("recommended", "open")),
            ))
            for index, level in enumerate(one.levels)
        )  # fmt: skip
        wanted = tuple(Stands("any", (level,), ("recommended",)) for level in one.levels)
        yield Obligation(Valued(name), Some(risen), wanted, Forgotten(name), name)


def _moving(one: Moving) -> Obligation:
    """The strictest value still possible for the other client is not stricter than the strictest for the first."""
    facts = (*one.up, *one.down)
    premise = Every(tuple(Valued(name) for name in facts))
    stricter: tuple[Promise, ...] = tuple(
        Every((Other(_may_be(one.finding, value)), *(Not(_may_be(one.finding, worse)) for worse in one.values[index:])))
        for index, value in enumerate(one.values)
    )
    wanted = tuple(_may_be(one.finding, value) for value in one.values)
    return Obligation(premise, Some(stricter), wanted, Moved(one.up, one.down))


def _may_be(finding: str, value: str) -> Possible:
    return Possible(Decided(finding, (value,), negated=False))


def _against_a_veto(rulebase: Rulebase) -> Iterator[Promise]:
    """Each item that is recommended although a veto on it holds or may come to hold."""
    for name in rulebase.vetoing:
        yield Every((Stands("any", (name,), ("recommended",)), Vetoed(name)))


def _open(rulebase: Rulebase) -> Iterator[Promise]:
    yield Stands("any", tuple(rulebase.items), ("open",))
    if rulebase.warnings:
        yield Stands("any", tuple(rulebase.warnings), ("open",))
    for finding in rulebase.findings.values():
        tests: list[Concluded | Decided] = [Concluded(finding.id, negated=False)]
        if finding.choice:
            tests = [Decided(finding.id, (value.id,), negated=False) for value in finding.values]
        for test in tests:
            yield Every((Possible(test), Not(Certain(test))))


# --- the same, reckoned for clients ------------------------------------------------------------------------------------


def kept(promise: Promise, outcomes: Sequence[Outcome], rulebase: Rulebase) -> bool:
    """Whether a promise holds for a client, or for two, by what the reference engine says of them."""
    match promise:
        case Every(parts):
            return all(kept(part, outcomes, rulebase) for part in parts)
        case Some(parts):
            return any(kept(part, outcomes, rulebase) for part in parts)
        case Not(part):
            return not kept(part, outcomes, rulebase)
        case Other(part):
            return kept(part, outcomes[1:], rulebase)
        case Certain(condition):
            return outcomes[0].truth(condition) is True
        case Possible(condition):
            return outcomes[0].truth(condition) is not False
        case Answered(facts, exactly):
            return all(_answered(outcomes[0].client.answer(name), exactly=exactly) for name in facts)
        case Vetoed(item):
            return Standing(rulebase, outcomes[0]).truth(rulebase.vetoing.get(item, ())) is not False
        case Valued(fact):
            return not isinstance(outcomes[0].client.answer(fact), Gap)
        case Stands():
            return _stands(promise, Standing(rulebase, outcomes[0]))


def _answered(answer: Answer, *, exactly: bool) -> bool:
    return answer is not Gap.NOT_ANSWERED and not (exactly and isinstance(answer, Interval))


def _stands(promise: Stands, standing: Standing) -> bool:
    found = [_has(name, promise.words, standing) for name in promise.names]
    match promise.quantifier:
        case "any":
            return any(found)
        case "all":
            return all(found)
        case "none":
            return not any(found)


def _has(name: str, words: Sequence[str], standing: Standing) -> bool:
    if name in standing.rulebase.items:
        return standing.item(name) in words
    status, severity = standing.warning(name)
    return status in words or (status == "raised" and severity in words)
