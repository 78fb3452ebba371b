"""`demandfirst prove`: the guarantees, proved for every possible client."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from demandfirst.engine.commands.common import faults, format_option, load, print_json, print_lines, rulebase_option
from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.language import _
from demandfirst.engine.load.yaml_tree import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demandfirst.engine.advise import Advisor
    from demandfirst.engine.ir.guarantees import Guarantee, Proof


@click.command()
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--list", "listed", is_flag=True, help="Print what is promised, and prove nothing.")
@click.option("--limit", type=click.FloatRange(0.001, 3600), default=10, show_default=True,
              help="Give up on a question after so many seconds.")  # fmt: skip
@click.option("--save", metavar="FOLDER", help="Write the clients who break a guarantee there, as client files.")
@format_option
@rulebase_option
def command(
    names: tuple[str, ...], listed: bool, limit: float, save: str | None, style: str, rulebase: str | None
) -> None:  # fmt: skip
    """Prove the guarantees, or those with an ID: they hold for every client there can be.

    Exit code 1 where one is broken (with the smallest client for whom it is), vacuous, or unknown because the solver gave up.
    """
    advisor = load(rulebase)
    with faults():
        chosen = _chosen(advisor, names)
        if listed:
            _print_list(chosen, style)
            return
        proofs = _proved(advisor, chosen, limit, style)
    if save:
        _save(proofs, Path(save))
    if any(proof.verdict != "proved" for proof in proofs):
        raise SystemExit(1)


def _chosen(advisor: Advisor, names: Sequence[str]) -> list[Guarantee]:
    known = advisor.rulebase.guarantees
    unknown = [name for name in names if name not in known]
    if unknown:
        otherwise = _("`{command}` lists them").format(command="demandfirst prove --list")
        message = _("`{name}` is not a guarantee")
        raise DemandfirstError(
            Fault(Place("prove"), "unknown-guarantee", message.format(name=quote(name)), did_you_mean(name, known, otherwise))
            for name in unknown
        )  # fmt: skip
    if not known:
        message, help_line = (
            _("the rulebase promises nothing"),
            _("write {file}").format(file="knowledge/guarantees.yaml"),
        )
        raise DemandfirstError([Fault(Place("knowledge/guarantees.yaml"), "no-guarantees", message, help_line)])
    return [one for one in known.values() if not names or one.id in names]


def _print_list(chosen: Sequence[Guarantee], style: str) -> None:
    from demandfirst.engine.report.guarantees import guarantee_data, listing_lines, page_lines

    if style == "json":
        print_json([guarantee_data(one) for one in chosen])
    else:
        print_lines(page_lines(chosen, {}) if style == "markdown" else listing_lines(chosen))


def _proved(advisor: Advisor, chosen: Sequence[Guarantee], limit: float, style: str) -> list[Proof]:
    """The proofs, printed; as text each when it is there."""
    from demandfirst.engine.deep.prove import prove
    from demandfirst.engine.report.guarantees import page_lines, proof_data, proof_lines, summary

    proofs = []
    for proof in prove(advisor, chosen, limit):
        proofs.append(proof)
        if style == "text":
            print_lines(proof_lines(proof))
    if style == "json":
        print_json([proof_data(proof) for proof in proofs])
    elif style == "markdown":
        print_lines(page_lines(chosen, {proof.guarantee.id: proof for proof in proofs}))
    else:
        print_lines([summary(proofs)])
    return proofs


def _save(proofs: Sequence[Proof], folder: Path) -> None:
    from demandfirst.engine.report.guarantees import client_file

    folder.mkdir(parents=True, exist_ok=True)
    for proof in proofs:
        clients = proof.counterexample.clients if proof.counterexample else ()
        for number, client in enumerate(clients, 1):
            suffix = f"-{number}" if len(clients) > 1 else ""
            (folder / f"{proof.guarantee.id}{suffix}.yaml").write_text(client_file(client), encoding="utf-8")
