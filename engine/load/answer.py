"""One answer to one fact, checked: its type, its value, its range, its bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from demandfirst.engine.errors import Fault, Place, did_you_mean, quote_list
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.intervals import Amount, between
from demandfirst.engine.ir.numbers import figure
from demandfirst.engine.ir.vocabulary import ANSWER_DECIMALS, Fact
from demandfirst.engine.language import _
from demandfirst.engine.load.yaml_tree import MAX_FAULTS, quote

UNKNOWN = "unknown"
_LARGEST = 10**15
_GROUPING = re.compile(r"(?<=\d)[ ,'_](?=\d{3}(?!\d))")
_FIGURES = re.compile(r"-?(?!0\d)\d+(?:\.\d+)?")
_SPAN = re.compile(r" *(\d{1,15}(?:\.\d+)?) *(?:-|to|\.\.\.?) *(\d{1,15}(?:\.\d+)?) *%? *\Z")
_BOUND = re.compile(r" *([<>]=?) *(\d{1,15}(?:\.\d+)?) *%? *\Z")
_LONGEST_EXAMPLE = 15
_NUMBER = r"(-?\d{1,15}(?:\.\d{1,10})?)"
_BELOW_OR_ABOVE = re.compile(rf"\s*(<=?|>=?)\s*{_NUMBER}\s*\Z")
_FROM_TO = re.compile(rf"\s*{_NUMBER}\s*\.\.\s*{_NUMBER}\s*\Z")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a bounded answer says: its ends, and whether they are left out (`<10`)."""

    low: Fraction | None
    high: Fraction | None
    open: bool


def bounds_in(text: str) -> Bounds | None:
    """The bounds in `<10`, `<=10`, `>90`, `>=90` or `5000..10000`; None for any other text."""
    if found := _BELOW_OR_ABOVE.match(text):
        sign, end = found[1], Fraction(found[2])
        return Bounds(None, end, sign == "<") if sign[0] == "<" else Bounds(end, None, sign == ">")
    if found := _FROM_TO.match(text):
        return Bounds(Fraction(found[1]), Fraction(found[2]), open=False)
    return None


class Checker:
    """Checks one answer against its fact."""

    def __init__(self, fact: Fact, place: Callable[..., Place]) -> None:
        self.fact = fact
        self.place = place
        self.faults: list[Fault] = []

    def fault(self, code: str, message: str, help_line: str, *path: int) -> None:
        self.faults.append(Fault(self.place(self.fact.id, *path), code, message, help_line))

    def answer(self, given: Any) -> Answer | None:
        fact = self.fact
        if isinstance(given, str) and given == UNKNOWN:
            if not fact.required:
                return Gap.DONT_KNOW
            message, help_line = (
                _("`{id}` cannot be `unknown`").format(id=fact.id),
                _("choose from {listed}").format(listed=quote_list(self.words(), 20)),
            )
            self.fault("required-unknown", message, help_line)
            return None
        match fact.type:
            case "choice":
                return self.word(given)
            case "set":
                return self.entries(given)
            case "yes_no":
                return self.yes_no(given)
            case _:
                return self.number(given)

    def words(self) -> list[str]:
        return [value.id for value in self.fact.values]

    def word(self, given: Any, *path: int) -> str | None:
        known = self.words()
        if isinstance(given, str) and given in known:
            return given
        options = quote_list(known, 20)
        shown = quote("yes" if given is True else "no" if given is False else given)
        message = _("`{shown}` is not a value of `{id}` ({options})").format(
            shown=shown, id=self.fact.id, options=options
        )
        allowed = known if self.fact.required or path else [*known, UNKNOWN]
        help_line = did_you_mean(
            quote(given), allowed, _("write one of {listed}").format(listed=quote_list(allowed, 20))
        )
        self.fault("unknown-value", message, help_line, *path)
        return None

    def entries(self, given: Any) -> frozenset[str] | None:
        if not isinstance(given, list | tuple | set | frozenset):
            message = _("`{given}` is not a list, and `{id}` is a set").format(given=quote(given), id=self.fact.id)
            self.fault("wrong-type", message, _("write `{id}: [{given}]`").format(id=self.fact.id, given=quote(given)))
            return None
        if len(given) > MAX_FAULTS:
            self.fault(
                "too-many",
                _("`{id}` has more than {count} entries").format(id=self.fact.id, count=MAX_FAULTS),
                _("is this the right file?"),
            )
            return None
        found = [self.word(entry, index) for index, entry in enumerate(given)]
        if len(found) < self.fact.at_least:
            message = _("`{id}` names none").format(id=self.fact.id)
            self.fault(
                "too-few",
                message,
                _("name at least {at_least} of {listed}").format(
                    at_least=self.fact.at_least, listed=quote_list(self.words(), 20)
                ),
            )
        return frozenset(word for word in found if word is not None)

    def yes_no(self, given: Any) -> bool | None:
        if isinstance(given, bool):
            return given
        help_line = _("write `{id}: true` or `false`, without quotes, or `unknown`").format(id=self.fact.id)
        self.fault("wrong-type", _("`{given}` is neither true nor false").format(given=quote(given)), help_line)
        return None

    def number(self, given: Any) -> Amount | None:
        if isinstance(given, str) and (bounds := bounds_in(given)):
            return self.interval(given, bounds)
        if isinstance(given, bool) or not isinstance(given, int | float):
            help_line = self.wanted(self.example(given))
            self.fault("wrong-type", self.no_number(given), help_line)
            return None
        return self.exact(given)

    def exact(self, given: float) -> Fraction | None:
        if not math.isfinite(given) if isinstance(given, float) else False:
            self.fault(
                "not-finite",
                _("`{given}` is not a usable number").format(given=given),
                _("write the number, or `unknown`"),
            )
            return None
        if abs(given) > _LARGEST:
            self.out_of_range(_("a number this large is outside the range of `{id}`").format(id=self.fact.id))
            return None
        value = Fraction(str(given))
        if self.fact.type == "integer" and value.denominator != 1:
            self.fault(
                "wrong-type",
                self.no_number(given),
                _("write {example}").format(example=f"`{self.fact.id}: {round(value)}`"),
            )
            return None
        if (value * 10**ANSWER_DECIMALS).denominator != 1:
            message = _("`{given}` has more than {count} decimals").format(given=quote(given), count=ANSWER_DECIMALS)
            self.fault(
                "decimals",
                message,
                _("write {example}").format(example=f"`{self.fact.id}: {float(round(value, ANSWER_DECIMALS)):g}`"),
            )
            return None
        return self.in_range(value, given)

    def interval(self, given: str, bounds: Bounds) -> Amount | None:
        """An answer within bounds, as the closed interval of the answers that it allows."""
        step = self.fact.step
        fact = self.fact
        least = fact.minimum if fact.minimum is not None else (fact.above or Fraction(0)) + step
        low = least if bounds.low is None else bounds.low + (step if bounds.open else 0)
        high = Fraction(_LARGEST) if bounds.high is None else bounds.high - (step if bounds.open else 0)
        if bounds.high is None and fact.maximum is not None:
            high = fact.maximum
        if low > high:
            turned = bounds.low is not None and bounds.high is not None
            help_line = (
                _("the smaller number comes first") if turned else _("it goes {range}").format(range=range_text(fact))
            )
            self.fault("empty-bounds", _("`{given}` allows no answer").format(given=quote(given)), help_line)
            return None
        if any(end % step for end in (low, high)):
            whole = fact.type == "integer"
            decimals = _("write at most {count} decimals").format(count=ANSWER_DECIMALS)
            self.fault(
                "decimals",
                _("`{given}` has ends that `{id}` cannot have").format(given=quote(given), id=fact.id),
                _("write whole numbers") if whole else decimals,
            )
            return None
        if self.in_range(low, given) is None or self.in_range(high, given) is None:
            return None
        return between(low, high)

    def example(self, given: Any) -> str:
        """The number that somebody seems to mean; where it is not plain, what a number looks like."""
        text = _GROUPING.sub("", quote(given))
        if span := _SPAN.match(text):
            return f"`{self.fact.id}: {span[1]}..{span[2]}`"
        if bound := _BOUND.match(text):
            return f"`{self.fact.id}: {bound[1]}{bound[2]}`"
        found = _FIGURES.findall(text)
        if len(found) != 1 or len(found[0]) > _LONGEST_EXAMPLE:
            return (
                _("the number in digits, such as 5000") if self.fact.type == "integer" else _("the number, such as 3.5")
            )
        return f"`{self.fact.id}: {found[0]}`"

    def no_number(self, given: Any) -> str:
        """What is said about an answer that is none."""
        if self.fact.type == "integer":
            return _("`{given}` is not a whole number").format(given=quote(given))
        return _("`{given}` is not a number").format(given=quote(given))

    def wanted(self, example: str) -> str:
        """How to write it, by an example."""
        if self.fact.required:
            return _("write {example}, without quotes or a unit").format(example=example)
        return _("write {example}, without quotes or a unit, or `unknown`").format(example=example)

    def in_range(self, value: Fraction, given: Any) -> Fraction | None:
        fact = self.fact
        low = fact.minimum is not None and value < fact.minimum
        if (
            low
            or (fact.above is not None and value <= fact.above)
            or (fact.maximum is not None and value > fact.maximum)
        ):
            shown = {"given": quote(given), "id": fact.id}
            self.out_of_range(_("`{given}` is outside the range of `{id}`").format(**shown))
            return None
        return value

    def out_of_range(self, message: str) -> None:
        self.fault("out-of-range", message, _("it goes {range}").format(range=range_text(self.fact)))


def range_text(fact: Fact) -> str:
    """The range of a numeric fact in words: `from 0 to 100`."""
    low = figure(fact.minimum if fact.minimum is not None else fact.above or Fraction(0))
    if fact.maximum is None:
        text = _("from {low}") if fact.minimum is not None else _("above {low}")
        return text.format(low=low)
    high = figure(fact.maximum)
    text = _("from {low} to {high}") if fact.minimum is not None else _("above {low} to {high}")
    return text.format(low=low, high=high)
