"""Load once, advise many: the public face of the rulebase.

Importing this is cheap: what does the work is imported where it is first needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, assert_never

from demandfirst.engine.language import LANGUAGES, PSEUDO, SOURCE, speaking

if TYPE_CHECKING:
    from demandfirst.engine.backends.forward.engine import ForwardBackend
    from demandfirst.engine.backends.scalar.engine import ScalarBackend
    from demandfirst.engine.backends.scalar.results import Standings
    from demandfirst.engine.ir.advice import Advice
    from demandfirst.engine.ir.answers import Answer
    from demandfirst.engine.ir.rulebase import Rulebase
    from demandfirst.engine.questions import Asker
    from demandfirst.engine.shelf import Shelf

BUILT_IN = Path(__file__).parent.parent
Engine = Literal["experta", "scalar"]


class Advisor:
    """A loaded rulebase that advises clients; shared between threads, built once.

    `rulebase` is the linked knowledge; `version` and `hash` say which one it is.
    """

    def __init__(self, rulebase: Rulebase, source: Rulebase | None = None, root: Path | None = None) -> None:
        self.rulebase = rulebase
        self._source, self._root = source or rulebase, root

    @property
    def version(self) -> str:
        """The version that the rulebase gives itself."""
        return self.rulebase.version

    @property
    def hash(self) -> str:
        """A hash of the rulebase's files (16 hex digits)."""
        return self.rulebase.hash

    @property
    def language(self) -> str:
        """The code of the language of its texts (`en`, `uk`, `ru`, `hy`)."""
        return self.rulebase.language

    @cached_property
    def for_lists(self) -> Rulebase:
        """The rulebase for lists of clients: its facts are known by their words in every language."""
        if self._root is None:
            return self.rulebase
        from demandfirst.engine.load.translation import known_everywhere

        return known_everywhere(self.rulebase, self._source, self._root)

    def for_workers(self) -> Advisor:
        """The same for other processes and machines, which need not have the folder of the rulebase."""
        return Advisor(self.for_lists)

    @cached_property
    def backend(self) -> ForwardBackend:
        """The forward-chaining engine, built at first use."""
        from demandfirst.engine.backends.forward.engine import ForwardBackend

        return ForwardBackend(self.rulebase)

    @cached_property
    def scalar(self) -> ScalarBackend:
        """The compiled engine, which answers alike and much faster; compiled at first use."""
        from demandfirst.engine.backends.scalar.engine import ScalarBackend

        return ScalarBackend(self.rulebase)

    @cached_property
    def asker(self) -> Asker:
        """Puts the questions in order."""
        from demandfirst.engine.questions import Asker

        return Asker(self.rulebase)

    @cached_property
    def shelf(self) -> Shelf:
        """Keeps the parts of the advice that come out alike for many clients."""
        from demandfirst.engine.shelf import Shelf

        return Shelf(self.rulebase)

    def advise(self, facts: Mapping[str, Any], *, engine: Engine = "experta") -> Advice:
        """The advice for one client.

        `facts` maps fact ids to values: booleans, numbers (money in the client's own currency, percent 0-100), choice values as
        text, sets as lists, and `"unknown"` for *don't know*; a fact left out is not answered yet. Raises `ClientError` with every
        fault at once. `engine`: `experta`, the reference, or `scalar`, which gives the same advice faster.
        """
        from demandfirst.engine.load.client import answers_of

        return self.advise_answers(answers_of(facts, self.rulebase.facts), engine=engine)

    def advise_file(self, path: str, *, engine: Engine = "experta") -> Advice:
        """The advice for a client file (YAML or JSON; `-` is standard input). Raises `ClientError`."""
        from demandfirst.engine.load.client import read_client

        return self.advise_answers(read_client(path, self.rulebase.facts), engine=engine)

    def advise_answers(self, answers: Mapping[str, Answer], *, engine: Engine = "experta") -> Advice:
        """The advice for answers that were checked already."""
        from demandfirst.engine.compose import compose

        shelf = self.shelf if engine == "scalar" else None
        with speaking(self.language):
            return compose(self.rulebase, self.engine(engine).run(answers), self.asker, shelf)

    def engine(self, name: Engine) -> ForwardBackend | ScalarBackend:
        """An engine by name."""
        match name:
            case "experta":
                return self.backend
            case "scalar":
                return self.scalar
            case _:
                assert_never(name)

    def standing(self, facts: Mapping[str, Any]) -> Standings:
        """Statuses, severities, findings, quantities and the rules that fired: no texts, and in a fraction of the time.

        For loops over many clients. `facts` as for `advise`; raises `ClientError`.
        """
        from demandfirst.engine.load.client import answers_of

        return self.scalar.standing(answers_of(facts, self.rulebase.facts))


def load(path: str | Path | None = None, *, language: str = SOURCE) -> Advisor:
    """The built-in rulebase, or the one in a folder with `knowledge/` and `rules/` in it, in a language (`en`, `uk`, `ru`, `hy`).

    The built-in one is loaded once for each language and shared. Raises `RulebaseError` with every fault at once, and
    `ValueError` for a language that there is none of.
    """
    if language not in (*LANGUAGES, PSEUDO):
        raise ValueError(f"`{language}` is not a language here; there are {', '.join(LANGUAGES)}")
    return _builtin(language) if path is None else _loaded(Path(path), language)


@lru_cache(maxsize=8)
def _builtin(language: str) -> Advisor:
    return _loaded(BUILT_IN, language)


def _loaded(root: Path, language: str) -> Advisor:
    from demandfirst.engine.load.cache import load_rulebase

    rulebase = load_rulebase(root)
    if language == SOURCE:
        return Advisor(rulebase, rulebase, root)
    from demandfirst.engine.load.translation import in_language

    return Advisor(in_language(rulebase, root, language), rulebase, root)
