"""Guarantees and what became of them, as lines of text, as plain data and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import yaml
from demandfirst.engine.ir.guarantees import Counterexample, Forgetting, Guarantee, Moving, Proof

ONE = "a client for whom it does not hold, as `demandfirst advise` shows"
TWO = ("two clients for whom it does not hold together, as `demandfirst what-if --against` shows; one:", "the other:")
INTRODUCTION = """\
# Guarantees

What the rules promise, for every client there can be. `demandfirst prove` proves each of these sentences: not by trying clients,
but by reckoning with all of them at once. That means every answer to every question, also within bounds (`<10`), also *don't
know*, also no answer yet. Whoever edits a rule and breaks a promise is shown the smallest client for whom it is broken.

This page is made from `knowledge/guarantees.yaml` by `demandfirst prove --list --format markdown`.
"""
LIMITS = """\
## What is not promised

- That the rules are good marketing. What is proved is that they agree with these sentences. Rules can agree with their sources
  and with each other and still be wrong about a business.
- That a client's answers are true. The advice is as good as the answers.
- Anything about the wording, the order of the steps or the ranks. The sentences speak of what is recommended, withheld, open or
  not recommended, of warnings with their severity, and of findings.
- Anything about other values of the parameters. After a parameter is changed or a pack of rules is added, prove again.
- That the order of the rule files does not matter, that the same answers give the same report to the letter, and that it does
  not matter in which currency money is counted. These are tested on many clients, and not proved.

## How far a proof can be trusted

The rules are put into formulas, and a solver (z3) looks for a client who breaks the sentence. *Proved* means that there is none.

- **The formulas say what the engine says.** Tests compare both on generated clients, status by status.
- **Products of answers**, such as an order value times a margin, are not simplified away; the solver reckons with them as they
  are. Quantities are rounded to six decimals before they are compared. In the formulas they may be any number that near, and an
  answer may have any decimals. More is possible there than in truth, so what is ruled out there is ruled out in truth.
- **A client who seems to break a sentence** is worked out again with exact rounding, and then by the engine itself, before
  anybody is told. Where only the loose terms allowed it, the solver is asked again on exact ones.
- **Where the solver gives up**, the verdict is *unknown*, with the limit that it reached. That is never taken for a proof.
- **A sentence about clients who cannot exist** promises nothing. It is reported as *vacuous*, and does not pass.
- **No U-turns** is proved step by step: each operator on numbers, each test on answers, and each rule, finding, item and
  warning.
- **Some of the answers.** On partial answers the engine may call a thing open although no further answer could bring it about,
  because it judges each rule by itself. The promises hold for what it says, and saying *open* errs on the careful side.
"""


def proof_lines(proof: Proof) -> Iterator[str]:
    """What became of one guarantee, with the client who breaks it."""
    guarantee = proof.guarantee
    yield f"{proof.verdict:8} {guarantee.id}  {proof.seconds:.1f} s"
    if proof.verdict == "proved":
        return
    yield f"  {guarantee.place}: {guarantee.sentence}"
    if proof.note:
        yield f"  {proof.note}"
    if proof.counterexample:
        yield from _example_lines(proof.counterexample)


def _example_lines(example: Counterexample) -> Iterator[str]:
    heads = (f"{ONE}:",) if len(example.clients) == 1 else TWO
    for head, client in zip(heads, example.clients, strict=True):
        yield f"  {head}"
        yield from (f"    {line}" for line in client_file(client).splitlines())


def client_file(client: Mapping[str, object]) -> str:
    """A client as a client file."""
    return yaml.safe_dump(dict(client), sort_keys=False, default_flow_style=None, allow_unicode=True, width=120)


def summary(proofs: Sequence[Proof]) -> str:
    """How many of each verdict, and the time taken."""
    verdicts = [proof.verdict for proof in proofs]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(verdicts))
    seconds = sum(proof.seconds for proof in proofs)
    return f"{len(proofs)} guarantee{'' if len(proofs) == 1 else 's'}: {counts}; {seconds:.1f} s"


def proof_data(proof: Proof) -> dict[str, Any]:
    """A proof as plain data."""
    example = proof.counterexample
    return {
        **guarantee_data(proof.guarantee), "verdict": proof.verdict, "seconds": round(proof.seconds, 3), "note": proof.note,
        "counterexample": [dict(client) for client in example.clients] if example else [],
    }  # fmt: skip


def guarantee_data(guarantee: Guarantee) -> dict[str, Any]:
    """A guarantee as plain data."""
    return {
        "id": guarantee.id, "chapter": guarantee.chapter, "sentence": guarantee.sentence, "note": guarantee.note,
        "place": str(guarantee.place), "terms": list(terms(guarantee)), "sources": list(guarantee.sources),
    }  # fmt: skip


def terms(guarantee: Guarantee) -> Iterator[str]:
    """What is promised, in the words of the file."""
    for key in ("when", "always", "never"):
        lines = [line.text.strip() for line in getattr(guarantee, key)]
        if lines:
            yield f"{key}: {'; '.join(lines)}"
    match guarantee.other:
        case Forgetting(levels, excepted):
            except_for = f"; excepted: {', '.join(excepted)}" if excepted else ""
            yield f"forgetting never raises: {', '.join(levels)}{except_for}"
        case Moving(up, down, finding, values):
            moves = [f"{word}: {', '.join(names)}" for word, names in (("up", up), ("down", down)) if names]
            yield f"moving {'; '.join(moves)}; never stricter: {finding} ({', '.join(values)})"
    if guarantee.property:
        yield f"property: {guarantee.property}"


def listing_lines(guarantees: Iterable[Guarantee]) -> Iterator[str]:
    """The guarantees with what they rest on."""
    for guarantee in guarantees:
        yield guarantee.id
        yield f"  {guarantee.sentence}"
        yield from (f"  {term}" for term in terms(guarantee))
        yield f"  sources: {', '.join(guarantee.sources)}"


def page_lines(guarantees: Iterable[Guarantee], proofs: Mapping[str, Proof]) -> Iterator[str]:
    """The guarantees as a page, with what became of those that were tried."""
    yield from INTRODUCTION.splitlines()
    for chapter, members in groupby(guarantees, lambda one: one.chapter):
        yield from ("", f"## {chapter}")
        for guarantee in members:
            yield from ("", f"**{guarantee.id}**{_verdict(proofs.get(guarantee.id))}", "", guarantee.sentence)
            if guarantee.note:
                yield from ("", f"*{guarantee.note}*")
            yield ""
            yield from (f"- `{term}`" for term in terms(guarantee))
            yield f"- Rests on: {', '.join(guarantee.sources)}"
            if example := getattr(proofs.get(guarantee.id), "counterexample", None):
                yield from ("", "```yaml", "\n---\n".join(map(client_file, example.clients)).rstrip(), "```")
    yield ""
    yield from LIMITS.splitlines()


def _verdict(proof: Proof | None) -> str:
    return f": {proof.verdict} in {proof.seconds:.1f} s{f' ({proof.note})' if proof.note else ''}" if proof else ""
