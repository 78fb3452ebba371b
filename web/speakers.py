"""One advisor and one interview for each language."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from demandfirst.engine.advise import Advisor
from demandfirst.engine.interview import Interview
from demandfirst.engine.language import current


class Speakers:
    """Interviews over one rulebase, each made when its language is first spoken, and shared by all requests."""

    def __init__(self, load: Callable[[str], Advisor]) -> None:
        self._load = load
        self._made: dict[str, Interview] = {}
        self._turn = Lock()

    def interview(self) -> Interview:
        """The interview in the language that is spoken now."""
        code = current()
        found = self._made.get(code)
        if found is None:
            with self._turn:
                found = self._made.get(code) or self._new(code)
        return found

    def _new(self, code: str) -> Interview:
        advisor = self._load(code)
        advisor.scalar.run({})  # compiles it
        self._made[code] = Interview(advisor)
        return self._made[code]
