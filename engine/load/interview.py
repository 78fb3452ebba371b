"""A saved interview taken up again: checked like a client, and compared with the rulebase of today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from demandfirst.engine.errors import ClientError, Fault, Place, quote_list
from demandfirst.engine.ir.advice import RulebaseStamp
from demandfirst.engine.ir.answers import Answer
from demandfirst.engine.ir.intervals import Interval
from demandfirst.engine.ir.interview import Resumed, State, Step
from demandfirst.engine.ir.numbers import plain
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _
from demandfirst.engine.load.client import check_answers, unknown_fact
from demandfirst.engine.load.yaml_tree import MAX_FAULTS, quote

Where = Callable[..., Place]
KEYS = ("rulebase", "facts", "answers", "put_off", "returned", "details", "history")
LONGEST = 1000
MOST_PUT_OFF = 100


def resumed(fresh: State, saved: Mapping[str, Any], facts: Mapping[str, Fact], place: Where | None) -> Resumed:
    """The state that was saved; `fresh` is that of a new interview. Raises `ClientError`."""
    return _Reader(fresh, facts, place or _path).read(saved)


def kept(fact: Fact, given: Any, answer: Answer) -> Any:
    """An answer as the state keeps it: in plain form, bounds as they were written."""
    return given if isinstance(answer, Interval) else plain(fact, answer)


def _path(*path: str | int) -> Place:
    return Place(".".join(["state", *map(quote, path)]))


class _Reader:
    """Reads one saved state; every fault at once."""

    def __init__(self, fresh: State, facts: Mapping[str, Fact], place: Where) -> None:
        self.fresh, self.facts, self.place = fresh, facts, place
        self.faults: list[Fault] = []
        self.older = False
        self.gone: list[str] = []
        self.invalid: list[str] = []

    def fault(self, message: str, help_line: str, *path: str | int) -> None:
        self.faults.append(Fault(self.place(*path), "not-an-interview", message, help_line))

    def read(self, saved: Any) -> Resumed:
        if not isinstance(saved, Mapping):
            self.fault(_("this is not a saved interview"), _("pass what `State.model_dump()` gave"))
            raise ClientError(self.faults)
        for name in saved:
            if name not in KEYS:
                self.fault(
                    _("`{name}` is not a part of a saved interview").format(name=quote(name)),
                    _("known: {listed}").format(listed=quote_list(KEYS)),
                    name,
                )
        stamp = self.stamp(saved.get("rulebase"))
        self.older = stamp is not None and stamp != self.fresh.rulebase
        known = self.words(saved.get("facts"), "facts")
        state = self.fresh.but(
            answers=self.answers(saved.get("answers")),
            put_off=dict(self.put_off(saved.get("put_off"))),
            returned=self.returned(saved.get("returned")),
            details=self.details(saved.get("details")),
            history=tuple(self.history(saved.get("history"))),
        )
        if self.faults:
            raise ClientError(self.faults)
        new = tuple(name for name in self.facts if name not in known) if self.older and known else ()
        gone = dict.fromkeys([*(name for name in known if name not in self.facts), *self.gone] if self.older else [])
        return Resumed(
            state=state, rules_changed=self.older, gone=tuple(gone), invalid=tuple(self.invalid), new=new,
            messages=tuple(self.messages(stamp, tuple(gone), new)),
        )  # fmt: skip

    def stamp(self, given: Any) -> RulebaseStamp | None:
        """The rulebase that the state was made under; None where it does not say."""
        if given is None:
            return None
        if isinstance(given, RulebaseStamp):
            return given
        version, hash_ = (given.get("version"), given.get("hash")) if isinstance(given, Mapping) else (None, None)
        if isinstance(version, str) and isinstance(hash_, str):
            return RulebaseStamp(version=version, hash=hash_)
        self.fault(
            _("`rulebase` does not say which rulebase it was"),
            _("write its `version` and `hash`, or leave it out"),
            "rulebase",
        )
        return None

    def words(self, given: Any, key: str) -> list[str]:
        """A list of ids."""
        listed = [] if given is None else given
        if (
            isinstance(listed, list | tuple)
            and len(listed) <= LONGEST
            and all(isinstance(word, str) for word in listed)
        ):
            return list(listed)
        self.fault(_("`{key}` is not a list of questions").format(key=key), _("leave it out"), key)
        return []

    def mapping(self, given: Any, key: str) -> Mapping[Any, Any]:
        """A mapping, or nothing at all."""
        if given is None or isinstance(given, Mapping):
            return given or {}
        self.fault(
            _("`{key}` is not a mapping of facts").format(key=key),
            _("write one fact a line, such as `business_type: ecommerce`"),
            key,
        )
        return {}

    def answers(self, given: Any) -> dict[str, Any]:
        """The answers that are valid, in asking order."""
        found: dict[str, Any] = {}
        for name, value in self.mapping(given, "answers").items():
            if len(self.faults) >= MAX_FAULTS:
                self.fault(_("more than {count} faults").format(count=MAX_FAULTS), _("is this the right file?"))
                break
            answer, faults = self.one(name, value, "answers")
            if self.older and name in self.facts and faults:
                self.invalid.append(name)
            elif self.older and isinstance(name, str) and faults:
                self.gone.append(name)
            else:
                self.faults.extend(faults)
                if answer is not None:
                    found[name] = kept(self.facts[name], value, answer)
        return {name: found[name] for name in self.facts if name in found}

    def one(self, name: Any, value: Any, *path: str | int) -> tuple[Answer | None, list[Fault]]:
        """One answer; None where there is none, or none that is valid."""
        fact = self.facts.get(name) if isinstance(name, str) else None
        if fact is None:
            return None, [unknown_fact(name, self.facts, self.place(*path, name))]
        if value is None:
            return None, []
        answers, faults = check_answers({name: value}, {name: fact}, lambda *inner: self.place(*path, *inner))
        return answers.get(name), faults

    def known(self, name: Any, *path: str | int) -> bool:
        """Whether a name is a question today; in an older interview it may be none."""
        if isinstance(name, str) and name in self.facts:
            return True
        if not (self.older and isinstance(name, str)):
            self.faults.append(unknown_fact(name, self.facts, self.place(*path)))
        return False

    def put_off(self, given: Any) -> Iterator[tuple[str, int]]:
        """How often each question was put off."""
        for name, times in self.mapping(given, "put_off").items():
            if not self.known(name, "put_off", name):
                continue
            if isinstance(times, int) and not isinstance(times, bool) and 0 <= times <= MOST_PUT_OFF:
                yield name, times
            else:
                self.fault(
                    _("`{times}` does not say how often it was put off").format(times=quote(times)),
                    _("write 1, or 2"),
                    "put_off",
                    name,
                )

    def returned(self, given: Any) -> str:
        """The question to ask next, if there is one."""
        return given if given not in (None, "") and self.known(given, "returned") else ""

    def details(self, given: Any) -> bool:
        if given is not None and not isinstance(given, bool):
            self.fault(
                _("`{given}` is neither true nor false").format(given=quote(given)),
                _("write `details: false`"),
                "details",
            )
        return given is True

    def history(self, given: Any) -> Iterator[Step]:
        """The steps that can be taken back."""
        steps = [] if given is None else given
        if not isinstance(steps, list | tuple) or len(steps) > LONGEST:
            self.fault(
                _("`history` is not a list of steps"), _("leave it out: nothing but going back is lost"), "history"
            )
            return
        for index, step in enumerate(steps):
            fact, before, times = _parts(step)
            if not self.known(fact, "history", index):
                continue
            _answer, faults = self.one(fact, before, "history", index)
            if not isinstance(times, int) or isinstance(times, bool) or not 0 <= times <= MOST_PUT_OFF:
                self.fault(
                    _("`{times}` does not say how often it was put off").format(times=quote(times)),
                    _("write 0 or 1"),
                    "history",
                    index,
                )
            elif not faults:
                yield Step(fact=fact, before=before, put_off_before=times)
            elif not self.older:
                self.faults.extend(faults)

    def messages(self, stamp: RulebaseStamp | None, gone: Iterable[str], new: Iterable[str]) -> Iterator[str]:
        """What is different since, in sentences."""
        if stamp is None or not self.older:
            return
        now = self.fresh.rulebase
        if stamp.version == now.version:
            yield _("The rules have changed since this interview was saved.")
        else:
            text = _("The rules have changed since this interview was saved (it was {old}, and is {new} now).")
            yield text.format(old=stamp.version, new=now.version)
        if gone:
            yield _("No longer asked: {names}.").format(names=", ".join(map(quote, gone)))
        if self.invalid:
            labels = ", ".join(self.facts[name].label for name in self.invalid)
            yield _("These answers do not fit any more and are asked again where they matter: {labels}.").format(
                labels=labels
            )
        if new:
            yield _("New questions, asked where they matter: {labels}.").format(
                labels=", ".join(self.facts[name].label for name in new)
            )
        yield _("Every other answer is kept.") if gone or self.invalid else _("Every answer is kept.")


def _parts(step: Any) -> tuple[Any, Any, Any]:
    if isinstance(step, Step):
        return step.fact, step.before, step.put_off_before
    found = step if isinstance(step, Mapping) else {}
    return found.get("fact"), found.get("before"), found.get("put_off_before", 0)
