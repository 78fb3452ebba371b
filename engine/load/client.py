"""A client's facts, from a file or from data, to answers; every fault at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from demandfirst.engine.errors import ClientError, Fault, Place, did_you_mean
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _
from demandfirst.engine.load.answer import Checker
from demandfirst.engine.load.text import STDIN, ReadFault, read_text
from demandfirst.engine.load.yaml_tree import MAX_FAULTS, Document, Path, parse, quote

_BARE_BOUND = re.compile(r"^(\s*\w+:[ \t]+)(>=?[ \t]*-?\d+(?:\.\d+)?[ \t]*%?)([ \t]*(?:#.*)?\r?)$", re.MULTILINE)
"""`lost: >90`, which YAML would take for the beginning of a block of text."""


def read_client(path: str, facts: Mapping[str, Fact], stdin: BinaryIO | None = None) -> dict[str, Answer]:
    """The answers in a client file (YAML or JSON; `-` is standard input); raises `ClientError`."""
    return read_named_client(path, facts, stdin)[0]


def read_named_client(
    path: str, facts: Mapping[str, Fact], stdin: BinaryIO | None = None
) -> tuple[dict[str, Answer], str]:
    """The answers in a client file, and the name that stands beside them (empty where none does); raises `ClientError`."""
    try:
        text = read_text(path, stdin)
    except ReadFault as error:
        raise ClientError([error.fault]) from None
    name = _("standard input") if path == STDIN else path
    document = parse_client(text, name)
    faults = list(document.faults)
    base: Path = ()
    data, called = document.data, ""
    if document.cut:
        raise ClientError(faults)
    if isinstance(data, dict) and isinstance(data.get("client"), dict):
        faults.extend(beside_client(document, facts))
        base, data, called = ("client",), data["client"], _called(data)
    if data is None and not faults:
        faults.append(
            Fault(Place(name, 1), "empty", _("the file is empty"), _("`demandfirst new-client` prints one to fill in"))
        )
    elif data is not None and not isinstance(data, dict):
        help_line = _("write one fact a line, such as `business_type: ecommerce`")
        faults.append(Fault(document.place(()), "not-a-client", _("this is not a mapping of facts"), help_line))
    if not isinstance(data, dict) or (faults and not data):
        raise ClientError(faults)
    answers, wrong = check_answers(data, facts, lambda *path: document.place((*base, *path)))
    if faults or wrong:
        raise ClientError([*faults, *wrong])
    return answers, called


def _called(data: Mapping[str, Any]) -> str:
    name = data.get("name")
    return str(name) if isinstance(name, str | int | float) and not isinstance(name, bool) else ""


def parse_client(text: str, name: str) -> Document:
    """The text of a client file as data with places; `lost: >90` needs no quotes."""
    return parse(_BARE_BOUND.sub(r'\1"\2"\3', text), name)


def beside_client(document: Document, facts: Mapping[str, Fact]) -> Iterable[Fault]:
    """Facts that stand beside `client:` instead of below it would be lost."""
    for name in document.data:
        if name in facts:
            message = _("`{name}` stands beside `client`, where no facts are read").format(name=name)
            yield Fault(
                document.place((name,)), "beside-client", message, _("indent it, so that it stands below `client:`")
            )


def answers_of(data: Mapping[str, Any], facts: Mapping[str, Fact]) -> dict[str, Answer]:
    """The answers in plain data, as embedders pass it; raises `ClientError`."""
    if not isinstance(data, Mapping):
        raise ClientError(
            [Fault(Place("client"), "not-a-client", _("this is not a mapping of facts"), _("pass a dict of facts"))]
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
                Fault(
                    place,
                    "not-a-setting",
                    _("`{setting}` sets nothing").format(setting=quote(setting)),
                    _("write FACT=VALUE, such as seo=used"),
                )
            )
            continue
        document = parse(_BARE_BOUND.sub(r'\1"\2"\3', f"{name.strip()}: {word}"), str(place))
        faults.extend(replace(fault, place=place) for fault in document.faults)
        if isinstance(document.data, dict):
            twice = [word for word in document.data if word in data]
            faults.extend(
                Fault(
                    Place(f"--set {quote(word)}"),
                    "set-twice",
                    _("`{word}` is set twice").format(word=quote(word)),
                    _("set it once"),
                )
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
            faults.append(
                Fault(
                    place(),
                    "too-many",
                    _("more than {count} faults").format(count=MAX_FAULTS),
                    _("is this the right file?"),
                )
            )
            return answers, faults
        fact = facts.get(name) if isinstance(name, str) else None
        if fact is None:
            faults.append(unknown_fact(name, facts, place(name)))
        elif given is not None:
            checker = Checker(fact, place)
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
        faults = [Fault(place, "no-answer", _("`{name}` got no answer").format(name=name), _("give one, or `unknown`"))]
    if faults:
        raise ClientError(faults)
    return answers[name]


def unknown_fact(name: object, facts: Mapping[str, Fact], place: Place) -> Fault:
    """The fault for a name that is no fact."""
    help_line = did_you_mean(str(name)[:60], facts, _("`demandfirst facts` lists them"))
    return Fault(place, "unknown-fact", _("`{name}` is not a fact").format(name=quote(name)), help_line)


def _missing(data: Mapping[Any, Any], facts: Mapping[str, Fact], place: Callable[..., Place]) -> Iterable[Fault]:
    for fact in facts.values():
        if fact.required and data.get(fact.id) is None:
            example = f"[{fact.values[0].id}]" if fact.type == "set" else fact.values[0].id if fact.values else "..."
            help_line = _("no advice can be given without it: add, for example, `{id}: {example}`").format(
                id=fact.id, example=example
            )
            yield Fault(place(), "missing-fact", _("`{id}` is missing").format(id=fact.id), help_line)
