"""A client's facts, from a file or from data, to answers; every fault at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, BinaryIO

from demandfirst.engine.errors import ClientError, Fault, Place, did_you_mean, quote_list
from demandfirst.engine.ir.answers import Answer, Gap
from demandfirst.engine.ir.intervals import Amount, between
from demandfirst.engine.ir.vocabulary import ANSWER_DECIMALS, Fact
from demandfirst.engine.load.text import STDIN, ReadFault, read_text
from demandfirst.engine.load.yaml_tree import MAX_FAULTS, Document, Path, parse, quote

UNKNOWN = "unknown"
_LARGEST = 10**15
_GROUPING = re.compile(r"(?<=\d)[ ,'_](?=\d{3}(?!\d))")
_FIGURES = re.compile(r"-?(?!0\d)\d+(?:\.\d+)?")
_SPAN = re.compile(r" *(\d{1,15}(?:\.\d+)?) *(?:-|to|\.\.\.?) *(\d{1,15}(?:\.\d+)?) *%? *\Z")
_BOUND = re.compile(r" *([<>]=?) *(\d{1,15}(?:\.\d+)?) *%? *\Z")
_LONGEST_EXAMPLE = 15


def read_client(path: str, facts: Mapping[str, Fact], stdin: BinaryIO | None = None) -> dict[str, Answer]:
    """The answers in a client file (YAML or JSON; `-` is standard input); raises `ClientError`."""
    try:
        text = read_text(path, stdin)
    except ReadFault as error:
        raise ClientError([error.fault]) from None
    name = "standard input" if path == STDIN else path
    document = parse_client(text, name)
    faults = list(document.faults)
    base: Path = ()
    data = document.data
    if document.cut:
        raise ClientError(faults)
    if isinstance(data, dict) and isinstance(data.get("client"), dict):
        faults.extend(beside_client(document, facts))
        base, data = ("client",), data["client"]
    if data is None and not faults:
        faults.append(
            Fault(Place(name, 1), "empty", "the file is empty", "`demandfirst new-client` prints one to fill in")
        )
    elif data is not None and not isinstance(data, dict):
        help_line = "write one fact a line, such as `business_type: ecommerce`"
        faults.append(Fault(document.place(()), "not-a-client", "this is not a mapping of facts", help_line))
    if not isinstance(data, dict) or (faults and not data):
        raise ClientError(faults)
    answers, wrong = check_answers(data, facts, lambda *path: document.place((*base, *path)))
    if faults or wrong:
        raise ClientError([*faults, *wrong])
    return answers


def parse_client(text: str, name: str) -> Document:
    """The text of a client file as data with places; `lost: >90` needs no quotes."""
    return parse(_BARE_BOUND.sub(r'\1"\2"\3', text), name)


def beside_client(document: Document, facts: Mapping[str, Fact]) -> Iterable[Fault]:
    """Facts that stand beside `client:` instead of below it would be lost."""
    for name in document.data:
        if name in facts:
            message = f"`{name}` stands beside `client`, where no facts are read"
            yield Fault(
                document.place((name,)), "beside-client", message, "indent it, so that it stands below `client:`"
            )


def answers_of(data: Mapping[str, Any], facts: Mapping[str, Fact]) -> dict[str, Answer]:
    """The answers in plain data, as embedders pass it; raises `ClientError`."""
    if not isinstance(data, Mapping):
        raise ClientError(
            [Fault(Place("client"), "not-a-client", "this is not a mapping of facts", "pass a dict of facts")]
        )
    answers, faults = check_answers(data, facts, lambda *path: Place(".".join(["client", *map(quote, path)])))
    if faults:
        raise ClientError(faults)
    return answers


def changed(answers: Mapping[str, Answer], settings: Iterable[str], facts: Mapping[str, Fact]) -> dict[str, Answer]:
    """Answers with some changed by settings such as `seo=used`, `goals=[sales]`, `seo=`; raises `ClientError`."""
    data: dict[str, Any] = {}
    faults: list[Fault] = []
    for setting in settings:
        name, sign, word = setting.partition("=")
        place = Place(f"--set {quote(setting)}")
        if not sign or not name.strip():
            faults.append(
                Fault(place, "not-a-setting", f"`{quote(setting)}` sets nothing", "write FACT=VALUE, such as seo=used")
            )
            continue
        document = parse(_BARE_BOUND.sub(r'\1"\2"\3', f"{name.strip()}: {word}"), str(place))
        faults.extend(replace(fault, place=place) for fault in document.faults)
        if isinstance(document.data, dict):
            twice = [word for word in document.data if word in data]
            faults.extend(
                Fault(Place(f"--set {quote(word)}"), "set-twice", f"`{quote(word)}` is set twice", "set it once")
                for word in twice
            )
            data.update(document.data)
    kept = {name: answer for name, answer in answers.items() if name not in data}
    new, wrong = check_answers(data, facts, lambda *path: Place(" ".join(["--set", *map(quote, path[:1])])))
    faults.extend(
        fault for fault in wrong if fault.code != "missing-fact" or any(name in data for name in _named(fault))
    )
    if faults:
        raise ClientError(faults)
    return dict(sorted({**kept, **new}.items(), key=lambda pair: facts[pair[0]].order))


def _named(fault: Fault) -> list[str]:
    """The words in backticks of a message."""
    return fault.message.split("`")[1::2]


def check_answers(
    data: Mapping[Any, Any], facts: Mapping[str, Fact], place: Callable[..., Place]
) -> tuple[dict[str, Answer], list[Fault]]:
    """The answers that are valid, and a fault for each that is not."""
    answers: dict[str, Answer] = {}
    faults: list[Fault] = []
    for name, given in data.items():
        if len(faults) >= MAX_FAULTS:
            faults.append(Fault(place(), "too-many", f"more than {MAX_FAULTS} faults", "is this the right file?"))
            return answers, faults
        fact = facts.get(name) if isinstance(name, str) else None
        if fact is None:
            faults.append(unknown_fact(name, facts, place(name)))
        elif given is not None:
            checker = _Checker(fact, place)
            answer = checker.answer(given)
            faults.extend(checker.faults)
            if answer is not None:
                answers[name] = answer
    faults.extend(_missing(data, facts, place))
    return dict(sorted(answers.items(), key=lambda pair: facts[pair[0]].order)), faults


def answer_of(name: str, given: Any, facts: Mapping[str, Fact]) -> Answer:
    """One answer, as embedders pass it; raises `ClientError`."""
    place = Place(f"client.{quote(name)}")
    fact = facts.get(name) if isinstance(name, str) else None
    if fact is None:
        raise ClientError([unknown_fact(name, facts, place)])
    answers, faults = check_answers(
        {name: given}, {name: fact}, lambda *path: Place(".".join(["client", *map(quote, path)]))
    )
    if name not in answers and not faults:
        faults = [Fault(place, "no-answer", f"`{name}` got no answer", "give one, or `unknown`")]
    if faults:
        raise ClientError(faults)
    return answers[name]


def unknown_fact(name: object, facts: Mapping[str, Fact], place: Place) -> Fault:
    """The fault for a name that is no fact."""
    help_line = did_you_mean(str(name)[:60], facts, "`demandfirst facts` lists them")
    return Fault(place, "unknown-fact", f"`{quote(name)}` is not a fact", help_line)


def _missing(data: Mapping[Any, Any], facts: Mapping[str, Fact], place: Callable[..., Place]) -> Iterable[Fault]:
    for fact in facts.values():
        if fact.required and data.get(fact.id) is None:
            example = f"[{fact.values[0].id}]" if fact.type == "set" else fact.values[0].id if fact.values else "..."
            help_line = f"no advice can be given without it: add, for example, `{fact.id}: {example}`"
            yield Fault(place(), "missing-fact", f"`{fact.id}` is missing", help_line)


_NUMBER = r"(-?\d{1,15}(?:\.\d{1,10})?)"
_BELOW_OR_ABOVE = re.compile(rf"\s*(<=?|>=?)\s*{_NUMBER}\s*\Z")
_BARE_BOUND = re.compile(r"^(\s*\w+:[ \t]+)(>=?[ \t]*-?\d+(?:\.\d+)?[ \t]*%?)([ \t]*(?:#.*)?\r?)$", re.MULTILINE)
"""`lost: >90`, which YAML would take for the beginning of a block of text."""
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


class _Checker:
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
            message, help_line = f"`{fact.id}` cannot be `unknown`", f"choose from {quote_list(self.words(), 20)}"
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
        message = f"`{shown}` is not a value of `{self.fact.id}` ({options})"
        allowed = known if self.fact.required or path else [*known, UNKNOWN]
        help_line = did_you_mean(quote(given), allowed, f"write one of {quote_list(allowed, 20)}")
        self.fault("unknown-value", message, help_line, *path)
        return None

    def entries(self, given: Any) -> frozenset[str] | None:
        if not isinstance(given, list | tuple | set | frozenset):
            message = f"`{quote(given)}` is not a list, and `{self.fact.id}` is a set"
            self.fault("wrong-type", message, f"write `{self.fact.id}: [{quote(given)}]`")
            return None
        if len(given) > MAX_FAULTS:
            self.fault("too-many", f"`{self.fact.id}` has more than {MAX_FAULTS} entries", "is this the right file?")
            return None
        found = [self.word(entry, index) for index, entry in enumerate(given)]
        if len(found) < self.fact.at_least:
            message = f"`{self.fact.id}` names none"
            self.fault("too-few", message, f"name at least {self.fact.at_least} of {quote_list(self.words(), 20)}")
        return frozenset(word for word in found if word is not None)

    def yes_no(self, given: Any) -> bool | None:
        if isinstance(given, bool):
            return given
        help_line = f"write `{self.fact.id}: true` or `false`, without quotes, or `unknown`"
        self.fault("wrong-type", f"`{quote(given)}` is neither true nor false", help_line)
        return None

    def number(self, given: Any) -> Amount | None:
        kind = "a whole number" if self.fact.type == "integer" else "a number"
        if isinstance(given, str) and (bounds := bounds_in(given)):
            return self.interval(given, bounds)
        if isinstance(given, bool) or not isinstance(given, int | float):
            help_line = (
                f"write {self.example(given)}, without quotes or a unit{'' if self.fact.required else ', or `unknown`'}"
            )
            self.fault("wrong-type", f"`{quote(given)}` is not {kind}", help_line)
            return None
        return self.exact(given, kind)

    def exact(self, given: float, kind: str) -> Fraction | None:
        if not math.isfinite(given) if isinstance(given, float) else False:
            self.fault("not-finite", f"`{given}` is not a usable number", "write the number, or `unknown`")
            return None
        if abs(given) > _LARGEST:
            self.out_of_range("a number this large")
            return None
        value = Fraction(str(given))
        if self.fact.type == "integer" and value.denominator != 1:
            self.fault("wrong-type", f"`{quote(given)}` is not {kind}", f"write `{self.fact.id}: {round(value)}`")
            return None
        if (value * 10**ANSWER_DECIMALS).denominator != 1:
            message = f"`{quote(given)}` has more than {ANSWER_DECIMALS} decimals"
            self.fault("decimals", message, f"write `{self.fact.id}: {float(round(value, ANSWER_DECIMALS)):g}`")
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
            help_line = "the smaller number comes first" if turned else f"it goes {range_text(fact)}"
            self.fault("empty-bounds", f"`{quote(given)}` allows no answer", help_line)
            return None
        if any(end % step for end in (low, high)):
            kind = "whole numbers" if fact.type == "integer" else f"at most {ANSWER_DECIMALS} decimals"
            self.fault("decimals", f"`{quote(given)}` has ends that `{fact.id}` cannot have", f"write {kind}")
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
            return "the number in digits, such as 5000" if self.fact.type == "integer" else "the number, such as 3.5"
        return f"`{self.fact.id}: {found[0]}`"

    def in_range(self, value: Fraction, given: Any) -> Fraction | None:
        fact = self.fact
        low = fact.minimum is not None and value < fact.minimum
        if (
            low
            or (fact.above is not None and value <= fact.above)
            or (fact.maximum is not None and value > fact.maximum)
        ):
            self.out_of_range(f"`{quote(given)}`")
            return None
        return value

    def out_of_range(self, what: str) -> None:
        self.fault(
            "out-of-range", f"{what} is outside the range of `{self.fact.id}`", f"it goes {range_text(self.fact)}"
        )


def range_text(fact: Fact) -> str:
    """The range of a numeric fact in words: `from 0 to 100`."""
    low = f"from {float(fact.minimum):g}" if fact.minimum is not None else f"above {float(fact.above or 0):g}"
    if fact.maximum is None:
        return low
    return f"{low} to {int(fact.maximum) if fact.maximum.denominator == 1 else float(fact.maximum)}"
