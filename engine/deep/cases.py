"""The corpus of cases: for each condition of each rule a pair of clients, one file a rule, renewed only where a rule changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from demandfirst.engine.backends.scalar.engine import ScalarBackend
from demandfirst.engine.deep.pair_search import Impossible, Search
from demandfirst.engine.deep.pairs import Answers, Pair, Spot, Trial, fingerprint, named, spots, truths
from demandfirst.engine.errors import ClientError, DemandfirstError, Fault, Place
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.rules import Rule
from demandfirst.engine.load.client import answers_of

Document = dict[str, Any]
HEADING = "# Made by `demandfirst cases`, which also renews it.\n"
SUFFIX = ".yaml"
FLOWING = ("client", "expect", "instead", "expect_instead")
ENTRY = {"name", *FLOWING}
NOT_MADE = "this file was not made by `demandfirst cases`"
BROKEN = "this file is no longer as `demandfirst cases` wrote it"
OTHER_FOLDER = "name another folder, or remove the file to have it made anew"


@dataclass(frozen=True, slots=True)
class Stale:
    """A file of the corpus that does not fit the rules, and why."""

    rule: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.why}"


class Corpus:
    """The cases of one rulebase in a folder; only what the rules outgrew is made anew."""

    def __init__(self, rulebase: Rulebase, folder: Path) -> None:
        self.rulebase, self.folder = rulebase, folder
        self.trial = Trial(rulebase)
        self.rules = {rule.id: rule for rule in rulebase.domain_rules if any(spots(rule))}

    def texts(self) -> dict[str, str]:
        """The files as they are, by rule."""
        paths = sorted(self.folder.glob(f"*{SUFFIX}"))
        return {path.stem: path.read_text(encoding="utf-8", errors="surrogateescape") for path in paths}

    def documents(self) -> dict[str, Document]:
        """What the files say; raises `DemandfirstError` for all that this program did not write."""
        found: dict[str, Document] = {}
        faults: list[Fault] = []
        for name, text in self.texts().items():
            try:
                found[name] = document_of(text)
            except ValueError as error:
                place = Place((self.folder / f"{name}{SUFFIX}").as_posix())
                faults.append(Fault(place, "not-a-case", str(error), OTHER_FOLDER))
        if faults:
            raise DemandfirstError(faults)
        return found

    def impossible(self) -> dict[tuple[str, str], str]:
        """Why there is no pair, by rule and condition, as the files say it."""
        documents = self.documents().items()
        return {(name, each["name"]): each["why"] for name, one in documents for each in one.get("impossible", ())}

    def stale(self) -> Iterator[Stale]:
        """What does not fit the rules any more, found without the solver."""
        documents = self.documents()
        for name in sorted(self.rules.keys() | documents.keys()):
            if name not in self.rules:
                yield Stale(name, "there is no such rule")
            elif name not in documents:
                yield Stale(name, "it has no cases")
            else:
                yield from (Stale(name, why) for why in self._faults(self.rules[name], documents[name]))

    def renewed(self) -> Iterator[tuple[str, str]]:
        """Each rule with its text: the old pairs wherever they still do, new ones for the rest."""
        search = Search(self.rulebase)
        documents = self.documents()
        for name, rule in self.rules.items():
            yield name, text_of(self._document(search, rule, documents.get(name, {})))

    def write(self, texts: Mapping[str, str]) -> None:
        """Write what changed, and remove the files of rules that are gone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        before = self.texts()
        for name, text in texts.items():
            if before.get(name) != text:
                (self.folder / f"{name}{SUFFIX}").write_text(text, encoding="utf-8")
        for name in before.keys() - texts.keys():
            (self.folder / f"{name}{SUFFIX}").unlink()

    # --- what does not fit --------------------------------------------------------------------------------------------

    def _faults(self, rule: Rule, document: Document) -> Iterator[str]:
        if document.get("rests_on") != fingerprint(self.rulebase, rule):
            yield "the rule was changed"
            return
        entries = {entry["name"]: entry for entry in document["pairs"]}
        told = entries.keys() | {entry["name"] for entry in document.get("impossible", ())}
        for spot in spots(rule):
            if spot.name not in told:
                yield f"`{spot.name}` has no pair"
            elif spot.name in entries and (wrong := self._wrong(spot, entries[spot.name])):
                yield f"`{spot.name}`: {wrong}"

    def _wrong(self, spot: Spot, entry: Document) -> str:
        try:
            pair = pair_in(entry, self.rulebase)
        except ClientError as error:
            return error.faults[0].message
        if not self.trial.separates(spot, pair):
            return "the two clients do not differ in this condition alone, or the rule does not tell them apart"
        expected = self._expected(spot, pair)
        if (entry["expect"], entry["expect_instead"]) != expected:
            return f"expected {entry['expect']} and {entry['expect_instead']}, found {expected[0]} and {expected[1]}"
        return ""

    # --- what is written ----------------------------------------------------------------------------------------------

    def _document(self, search: Search, rule: Rule, old: Document) -> Document:
        entries = {entry["name"]: entry for entry in old.get("pairs", ())}
        pairs, impossible = [], []
        for spot in spots(rule):
            entry = entries.get(spot.name)
            if entry and not self._wrong(spot, entry):
                pairs.append(entry)
                continue
            found = search.pair(spot)
            if isinstance(found, Impossible):
                impossible.append({"name": spot.name, "why": found.why})
            else:
                pairs.append(self._entry(spot, found))
        document = {"name": rule.id, "why": rule.because, "rests_on": fingerprint(self.rulebase, rule), "pairs": pairs}
        return {**document, "impossible": impossible} if impossible else document

    def _entry(self, spot: Spot, pair: Pair) -> Document:
        client, other = self.trial.plain(pair.one), self.trial.plain(pair.other)
        instead = {name: other.get(name) for name in self.rulebase.facts if name in pair.apart}
        expected, otherwise = self._expected(spot, pair)
        return {
            "name": spot.name,
            "story": _story(client, instead),
            "client": client,
            "expect": expected,
            "instead": instead,
            "expect_instead": otherwise,
        }

    def _expected(self, spot: Spot, pair: Pair) -> tuple[dict[str, str], dict[str, str]]:
        """Where what the rule is about stands for both; only what differs, if anything does."""
        names = self.trial.flips(spot, pair) or tuple(named(spot.rule))
        wanted = {name: kind for name, kind in named(spot.rule).items() if name in names}
        return self.trial.states(pair.one, wanted), self.trial.states(pair.other, wanted)


def _story(client: Document, instead: Document) -> str:
    moved = [f"`{name}` {_said(instead[name])} instead of {_said(client.get(name))}" for name in instead]
    return f"The rule fires; with {' and '.join(moved)} it does not."


def _said(value: Any) -> str:
    match value:
        case None:
            return "no answer"
        case "unknown":
            return "don't know"
        case bool():
            return "yes" if value else "no"
        case list():
            return f"[{', '.join(value)}]"
        case _:
            return str(value)


# --- files -----------------------------------------------------------------------------------------------------------------


class _Flow(dict[str, Any]):
    """A mapping written in one line, or as few as it takes."""


class _Writer(yaml.SafeDumper):
    """YAML with the clients in flow style."""


_Writer.add_representer(
    _Flow, lambda writer, value: writer.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)
)


def text_of(document: Document) -> str:
    """A document as it is written: always the same for the same."""
    pairs = [
        {key: _Flow(value) if key in FLOWING else value for key, value in entry.items()} for entry in document["pairs"]
    ]
    body = yaml.dump({**document, "pairs": pairs}, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=110)
    return HEADING + body


def document_of(text: str) -> Document:
    """A written document; raises `ValueError` for what this program did not write."""
    if not text.startswith(HEADING):
        raise ValueError(NOT_MADE)
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        document = None
    if not _complete(document):
        raise ValueError(BROKEN)
    return document  # type: ignore[no-any-return]


def _complete(document: Any) -> bool:
    """Whether nothing is missing that is read."""
    if not isinstance(document, dict) or not isinstance(document.get("pairs"), list):
        return False
    entries, impossible = document["pairs"], document.get("impossible", [])
    return (
        isinstance(impossible, list)
        and all(isinstance(one, dict) and one.keys() >= ENTRY for one in entries)
        and all(isinstance(one, dict) and one.keys() >= {"name", "why"} for one in impossible)
        and all(isinstance(one[key], dict) for one in entries for key in FLOWING)
    )


def pair_in(entry: Document, rulebase: Rulebase) -> Pair:
    """The two clients of an entry; raises `ClientError`."""
    other = {**entry["client"], **entry["instead"]}
    answered = {name: value for name, value in other.items() if value is not None}
    return Pair(dict(answers_of(entry["client"], rulebase.facts)), dict(answers_of(answered, rulebase.facts)))


# --- coverage --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """For how many conditions some two of the clients given are a pair, and for which none are."""

    covered: tuple[Spot, ...]
    uncovered: tuple[Spot, ...]


def coverage(rulebase: Rulebase, clients: Sequence[Answers]) -> Coverage:
    """How far clients show of each condition that it matters, other conditions being the same."""
    backend = ScalarBackend(rulebase)
    outcomes = [backend.run(answers) for answers in clients]
    covered: list[Spot] = []
    uncovered: list[Spot] = []
    for rule in rulebase.domain_rules:
        firing = {truths(rule, one) for one in outcomes if one.rules[rule.index] is True}
        resting = {truths(rule, one) for one in outcomes if one.rules[rule.index] is False}
        for at, spot in enumerate(spots(rule)):
            met = any((*one[:at], False, *one[at + 1 :]) in resting for one in firing if one[at])
            (covered if met else uncovered).append(spot)
    return Coverage(tuple(covered), tuple(uncovered))
