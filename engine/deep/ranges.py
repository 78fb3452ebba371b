"""Parameters whose range allows a value that breaks a guarantee, each by itself, the others being as they are.

First all are free at once, and products with them may be any number: what that rules out, no parameter breaks. What is left is
asked again for each parameter alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from demandfirst.engine.backends.forward.engine import ForwardBackend
from demandfirst.engine.backends.proof.promises import Clients
from demandfirst.engine.backends.proof.ranging import Ranging
from demandfirst.engine.backends.proof.room import GaveUp
from demandfirst.engine.deep.found import Found
from demandfirst.engine.deep.guarantees import kept, obligations
from demandfirst.engine.deep.rules import ACKNOWLEDGE
from demandfirst.engine.deep.settings import Settings, ranged
from demandfirst.engine.ir.guarantees import Guarantee, Obligation
from demandfirst.engine.ir.numbers import measure
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Parameter

NEITHER = "neither end of the range breaks it, and the values between are not ruled out"
Places = Mapping[str, frozenset[int]]
"""Id of a guarantee -> which of its obligations are meant."""


class Ranges:
    """The guarantees of one rulebase, for every value that its parameters may have."""

    def __init__(self, rulebase: Rulebase, seconds: float) -> None:
        self.rulebase, self.seconds = rulebase, seconds

    def found(self, parameter: Parameter) -> Iterator[Found]:
        """The first guarantee that a value breaks; raises `GaveUp`."""
        if parameter.id not in ranged(self.rulebase) or not self.doubtful:
            return
        settings = Settings(self.rulebase, [parameter.id])
        left = self._left(settings, self.doubtful)
        for name, places in left.items():
            for place in sorted(places):
                value = self._breaking(settings, parameter, name, place)
                if value is not None:
                    shown = measure(value, parameter.unit) if isinstance(value, Fraction) else "on" if value else "off"
                    message = f"`{parameter.id}` may be {shown}, which breaks the guarantee `{name}`"
                    help_line = f"narrow its range, mend the rules, {ACKNOWLEDGE}"
                    yield Found(parameter, "parameter-range", parameter.place, message, help_line)
                    return

    @cached_property
    def doubtful(self) -> Places:
        """What is not ruled out for all values at once, and holds for those that the parameters have."""
        every = {
            name: frozenset(range(len(_asked(self.rulebase, one)))) for name, one in self.rulebase.guarantees.items()
        }
        loose = self._left(Settings(self.rulebase, ranged(self.rulebase), loose=True), every)
        broken = self._left(Settings(self.rulebase, ()), loose)
        return {name: rest for name, places in loose.items() if (rest := places - broken.get(name, frozenset()))}

    def _left(self, settings: Settings, places: Places) -> Places:
        """Of these obligations, those that are not ruled out."""
        ranging = Ranging(settings.rulebase, self.seconds, bounded=True)
        found = {}
        for name, numbers in places.items():
            asked = _asked(settings.rulebase, settings.rulebase.guarantees[name])
            left = frozenset(number for number in numbers if not _ruled_out(ranging, asked[number]))
            if left:
                found[name] = left
        return found

    def _breaking(self, settings: Settings, parameter: Parameter, name: str, place: int) -> Fraction | bool | None:
        """A value that breaks a guarantee; None where there is none. Raises `GaveUp`."""
        obligation = _asked(settings.rulebase, settings.rulebase.guarantees[name])[place]
        found = Ranging(settings.rulebase, self.seconds, bounded=False).any_breaking(obligation)
        if found is not None and _confirmed(settings.rulebase, obligation, found):
            value = found[0][parameter.id]
            return value if isinstance(value, bool | Fraction) else None
        for end in _ends(parameter):
            changed = replace(parameter, value=end, variants={})
            fixed = replace(self.rulebase, parameters={**self.rulebase.parameters, parameter.id: changed})
            clients = Ranging(fixed, self.seconds, bounded=True).any_breaking(obligation_at(fixed, name, place))
            if clients is not None:
                return end
        raise GaveUp(NEITHER)


def obligation_at(rulebase: Rulebase, name: str, place: int) -> Obligation:
    """One of the obligations of a guarantee."""
    return _asked(rulebase, rulebase.guarantees[name])[place]


def _asked(rulebase: Rulebase, guarantee: Guarantee) -> list[Obligation]:
    """What has to be proved about clients; that answers only decide what is open holds whatever the parameters are."""
    return [one for one in obligations(rulebase, guarantee) if isinstance(one, Obligation)]


def _ruled_out(ranging: Ranging, obligation: Obligation) -> bool:
    """Whether nobody breaks it; not, where the solver does not know."""
    try:
        return ranging.ruled_out(obligation)
    except GaveUp:
        return False


def _confirmed(rulebase: Rulebase, obligation: Obligation, clients: Clients) -> bool:
    run = ForwardBackend(rulebase).run
    outcomes = [run(answers) for answers in clients]
    return kept(obligation.premise, outcomes, rulebase) and kept(obligation.broken, outcomes, rulebase)


def _ends(parameter: Parameter) -> tuple[Fraction | bool, ...]:
    if isinstance(parameter.value, bool) or parameter.minimum is None or parameter.maximum is None:
        return (False, True)
    return (parameter.minimum, parameter.maximum)
