"""Guarantees and what became of them, as lines of text, as plain data and as a page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import yaml
from demandfirst.engine.ir.guarantees import Counterexample, Forgetting, Guarantee, Moving, Proof
from demandfirst.engine.language import _, mark, ngettext, pgettext
from demandfirst.engine.language.phrases import bracketed, stated

ONE = mark("a client for whom it does not hold, as `{command}` shows:")
TWO = (mark("two clients for whom it does not hold together, as `{command}` shows; one:"), mark("the other:"))
WIDTH = 129
INTRODUCTION = (
    ("# ", mark("Guarantees")),
    ("", mark(
        "What the rules promise, for every client there can be. `{prove}` proves each of these sentences: not by trying clients, "
        "but by reckoning with all of them at once. That means every answer to every question, also within bounds (`{bound}`), "
        "also *don't know*, also no answer yet. Whoever edits a rule and breaks a promise is shown the smallest client for whom it "
        "is broken."
    )),
    ("", mark("This page is made from `{file}` by `{listed}`.")),
)  # fmt: skip
LIMITS = (
    ("## ", mark("What is not promised")),
    ("- ", mark(
        "That the rules are good marketing. What is proved is that they agree with these sentences. Rules can agree with their "
        "sources and with each other and still be wrong about a business."
    )),
    ("- ", mark("That a client's answers are true. The advice is as good as the answers.")),
    ("- ", mark(
        "Anything about the wording, the order of the steps or the ranks. The sentences speak of what is recommended, withheld, "
        "open or not recommended, of warnings with their severity, and of findings."
    )),
    ("- ", mark(
        "Anything about other values of the parameters. After a parameter is changed or a pack of rules is added, prove again."
    )),
    ("- ", mark(
        "That the order of the rule files does not matter, that the same answers give the same report to the letter, and that it "
        "does not matter in which currency money is counted. These are tested on many clients, and not proved."
    )),
    ("## ", mark("How far a proof can be trusted")),
    ("", mark(
        "The rules are put into formulas, and a solver ({solver}) looks for a client who breaks the sentence. *Proved* means that "
        "there is none."
    )),
    ("- ", mark(
        "**The formulas say what the engine says.** Tests compare both on generated clients, status by status."
    )),
    ("- ", mark(
        "**Products of answers**, such as an order value times a margin, are not simplified away; the solver reckons with them as "
        "they are. Quantities are rounded to six decimals before they are compared. In the formulas they may be any number that "
        "near, and an answer may have any decimals. More is possible there than in truth, so what is ruled out there is ruled out "
        "in truth."
    )),
    ("- ", mark(
        "**A client who seems to break a sentence** is worked out again with exact rounding, and then by the engine itself, before "
        "anybody is told. Where only the loose terms allowed it, the solver is asked again on exact ones."
    )),
    ("- ", mark(
        "**Where the solver gives up**, the verdict is *unknown*, with the limit that it reached. That is never taken for a proof."
    )),
    ("- ", mark(
        "**A sentence about clients who cannot exist** promises nothing. It is reported as *vacuous*, and does not pass."
    )),
    ("- ", mark(
        "**No U-turns** is proved step by step: each operator on numbers, each test on answers, and each rule, finding, item and "
        "warning."
    )),
    ("- ", mark(
        "**Some of the answers.** On partial answers the engine may call a thing open although no further answer could bring it "
        "about, because it judges each rule by itself. The promises hold for what it says, and saying *open* errs on the careful "
        "side."
    )),
)  # fmt: skip
POINT = "- "
NAMES = {
    "prove": "demandfirst prove", "listed": "demandfirst prove --list --format markdown", "bound": "<10",
    "file": "knowledge/guarantees.yaml", "solver": "z3",
}  # fmt: skip


def _verdict_words(verdict: str) -> str:
    words = {
        "proved": pgettext("a guarantee", "proved"), "broken": pgettext("a guarantee", "broken"),
        "vacuous": pgettext("a guarantee", "vacuous"), "unknown": pgettext("a guarantee", "unknown"),
    }  # fmt: skip
    return words[verdict]


def _seconds(seconds: float) -> str:
    return _("{number} s").format(number=f"{seconds:.1f}")


def _paragraphs(parts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Headings, paragraphs and points as lines of Markdown."""
    before = ""
    for place, (kind, text) in enumerate(parts):
        if place and not before == kind == POINT:
            yield ""
        before, indent = kind, " " * len(kind) if kind == POINT else ""
        yield from textwrap.wrap(
            kind + _(text).format(**NAMES), WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
        )  # fmt: skip


def proof_lines(proof: Proof) -> Iterator[str]:
    """What became of one guarantee, with the client who breaks it."""
    guarantee = proof.guarantee
    yield f"{_verdict_words(proof.verdict):8} {guarantee.id}  {_seconds(proof.seconds)}"
    if proof.verdict == "proved":
        return
    yield f"  {guarantee.place}: {guarantee.sentence}"
    if proof.note:
        yield f"  {proof.note}"
    if proof.counterexample:
        yield from _example_lines(proof.counterexample)


def _example_lines(example: Counterexample) -> Iterator[str]:
    alone = len(example.clients) == 1
    command = "demandfirst advise" if alone else "demandfirst what-if --against"
    for head, client in zip((ONE,) if alone else TWO, example.clients, strict=True):
        yield f"  {_(head).format(command=command)}"
        yield from (f"    {line}" for line in client_file(client).splitlines())


def client_file(client: Mapping[str, object]) -> str:
    """A client as a client file."""
    return yaml.safe_dump(dict(client), sort_keys=False, default_flow_style=None, allow_unicode=True, width=120)


def summary(proofs: Sequence[Proof]) -> str:
    """How many of each verdict, and the time taken."""
    verdicts = [proof.verdict for proof in proofs]
    counts = ", ".join(f"{verdicts.count(verdict)} {_verdict_words(verdict)}" for verdict in dict.fromkeys(verdicts))
    template = ngettext("{count} guarantee: {verdicts}; {time}", "{count} guarantees: {verdicts}; {time}", len(proofs))
    seconds = _seconds(sum(proof.seconds for proof in proofs))
    return template.format(count=len(proofs), verdicts=counts, time=seconds)


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
        yield f"  {stated(_('sources'), ', '.join(guarantee.sources))}"


def page_lines(guarantees: Iterable[Guarantee], proofs: Mapping[str, Proof]) -> Iterator[str]:
    """The guarantees as a page, with what became of those that were tried."""
    yield from _paragraphs(INTRODUCTION)
    for chapter, members in groupby(guarantees, lambda one: one.chapter):
        yield from ("", f"## {chapter}")
        for guarantee in members:
            yield from ("", _head(f"**{guarantee.id}**", proofs.get(guarantee.id)), "", guarantee.sentence)
            if guarantee.note:
                yield from ("", f"*{guarantee.note}*")
            yield ""
            yield from (f"- `{term}`" for term in terms(guarantee))
            yield f"- {stated(_('Rests on'), ', '.join(guarantee.sources))}"
            if example := getattr(proofs.get(guarantee.id), "counterexample", None):
                yield from ("", "```yaml", "\n---\n".join(map(client_file, example.clients)).rstrip(), "```")
    yield ""
    yield from _paragraphs(LIMITS)


def _head(name: str, proof: Proof | None) -> str:
    """The name of a guarantee, and what became of it where it was tried."""
    if proof is None:
        return name
    verdict = _("{verdict} in {time}").format(verdict=_verdict_words(proof.verdict), time=_seconds(proof.seconds))
    return stated(name, bracketed(verdict, proof.note) if proof.note else verdict)
