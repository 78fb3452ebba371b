"""How long proofs take as rules and guarantees grow: `python bench/prove.py [TIMES]...` (that many times, default 1 2 4)."""

from __future__ import annotations

import sys
from dataclasses import replace
from time import perf_counter, process_time

import demandfirst
from demandfirst.engine.advise import Advisor
from demandfirst.engine.deep.prove import prove
from demandfirst.engine.ir.formulas import Certain, Every, Not, Possible, Some
from demandfirst.engine.ir.guarantees import (
    Forgetting,
    Guarantee,
    Moving,
    Other,
    Promise,
    PromiseLine,
    Stands,
    Vetoed,
)
from grown import Copy, grown

TARGET = 60  # seconds, for the rules as they are


def main() -> None:
    shipped = demandfirst.load().rulebase
    sizes = [int(word) for word in sys.argv[1:]] or [1, 2, 4]
    for times in sizes:
        rulebase = grown(shipped, times)
        guarantees = [copied(one, Copy(number, 0)) for number in range(times) for one in shipped.guarantees.values()]
        started, worked = perf_counter(), process_time()
        proofs = list(prove(Advisor(rulebase), guarantees))
        wall, processor = perf_counter() - started, process_time() - worked
        slowest = max(proofs, key=lambda one: one.seconds)
        proved = sum(one.verdict == "proved" for one in proofs)
        print(f"rules x{times}: {len(rulebase.rules)} rules, {proved} of {len(proofs)} proved, {wall:.1f} s "
              f"({processor:.1f} s of processor time); slowest {slowest.guarantee.id} {slowest.seconds:.1f} s")  # fmt: skip
        if times == 1:
            print(f"at most {TARGET} s: {'met' if wall <= TARGET else 'NOT MET'}")


def copied(guarantee: Guarantee, copy: Copy) -> Guarantee:
    """The guarantee about one copy of the rules."""
    other = guarantee.other
    if isinstance(other, Forgetting):
        other = replace(other, levels=tuple(map(copy.name, other.levels)))
    elif isinstance(other, Moving):
        other = replace(other, finding=copy.name(other.finding))
    when, always, never = (
        tuple(_line(line, copy) for line in part) for part in (guarantee.when, guarantee.always, guarantee.never)
    )
    return replace(guarantee, id=copy.name(guarantee.id), other=other, when=when, always=always, never=never)


def _line(line: PromiseLine, copy: Copy) -> PromiseLine:
    return replace(line, promise=_promise(line.promise, copy))


def _promise(promise: Promise, copy: Copy) -> Promise:
    match promise:
        case Every(parts) | Some(parts):
            return replace(promise, parts=tuple(_promise(part, copy) for part in parts))
        case Not(part) | Other(part):
            return replace(promise, part=_promise(part, copy))
        case Certain(condition) | Possible(condition):
            return replace(promise, condition=copy.condition(condition))
        case Stands(_, names, _):
            return replace(promise, names=tuple(map(copy.name, names)))
        case Vetoed(item):
            return replace(promise, item=copy.name(item))
        case _:
            return promise


if __name__ == "__main__":
    main()
