"""What somebody wants of the advice: an item recommended, or an item or a warning gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.ir.outcome import Outcome
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.ways import WantedStatus
from demandfirst.engine.language import _
from demandfirst.engine.standing import Standing

REACHED: dict[WantedStatus, tuple[str, ...]] = {
    "recommended": ("recommended",),
    "not recommended": ("withheld", "not_recommended"),
    "not raised": ("not_raised",),
}
LONGEST = 60


class WantedError(DemandfirstError):
    """The outcome is not one that can be asked for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item that is to be recommended, or an item or warning that is not to be there."""

    id: str
    title: str
    wanted: WantedStatus

    def status(self, rulebase: Rulebase, outcome: Outcome) -> str:
        """Where the item or warning stands."""
        standing = Standing(rulebase, outcome)
        return standing.warning(self.id)[0] if self.wanted == "not raised" else standing.item(self.id)

    def reached(self, status: str) -> bool:
        """Whether this is a status that is wanted."""
        return status in REACHED[self.wanted]

    def formula(self, encoder: Any) -> Any:
        """The wanted status as a formula over the free facts of an encoder."""
        from demandfirst.engine.backends.proof.bits import either

        found = encoder.warning(self.id) if self.wanted == "not raised" else encoder.item(self.id)
        return either(*(found[status] for status in REACHED[self.wanted]))


def read_wanted(rulebase: Rulebase, text: str) -> Wanted:
    """What is wanted, as `community_page`, `not community_page` or `not:vanity_metrics`; raises `WantedError`."""
    words = text.replace(":", " ").split()
    negated = bool(words) and words[0].lower() == "not"
    name = " ".join(words[1:] if negated else words)[:LONGEST]
    if item := rulebase.items.get(name):
        return Wanted(name, item.title, "not recommended" if negated else "recommended")
    warning = rulebase.warnings.get(name)
    if warning and negated:
        return Wanted(name, warning.title, "not raised")
    if warning:
        message = _("`{name}` is a warning, and nobody wants one").format(name=name)
        help_line = _("to be rid of it, write `{written}`").format(written=f"not:{name}")
        raise WantedError([Fault(Place("how-to"), "not-an-aim", message, help_line)])
    message = _("`{name}` is not an item or a warning") if negated else _("`{name}` is not an item")
    every = _("`{command}` lists them").format(command="demandfirst items")
    help_line = did_you_mean(name, [*rulebase.items, *rulebase.warnings], every)
    raise WantedError([Fault(Place("how-to"), "unknown-id", message.format(name=name), help_line)])
