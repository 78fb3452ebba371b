"""`for_each`: one entry for every member of a lexicon group, and the placeholders that texts may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from demandfirst.engine.errors import Place, did_you_mean
from demandfirst.engine.ir.vocabulary import Entry, LexiconGroup
from demandfirst.engine.load.read import Library

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*(?:\.[a-z]+)?)\}")


class Binding:
    """One round of a `for_each`: a name that stands for an entry of the lexicon (or no round at all)."""

    def __init__(self, name: str = "", entry: Entry | None = None) -> None:
        self.words: dict[str, str] = {}
        if entry is not None:
            self.words = {name: entry.id, f"{name}.label": entry.label, f"{name}.text": entry.text}

    def fill(self, text: str) -> str:
        """The text with this round's words put in; other placeholders stay."""
        return PLACEHOLDER.sub(lambda match: self.words.get(match[1], match[0]), text) if self.words else text


def rounds(
    library: Library, lexicon: Mapping[str, LexiconGroup], for_each: Mapping[str, str], place: Place
) -> Iterator[Binding]:
    """The rounds of a `for_each`; a single empty one where there is none."""
    if not for_each:
        yield Binding()
        return
    if len(for_each) > 1:
        library.fault(place, "for-each", "`for_each` takes one name", "write `for_each: {name: group}`")
    name, group = next(iter(for_each.items()))
    if group not in lexicon:
        library.fault(place, "unknown-group", f"`{group}` is not a lexicon group", did_you_mean(group, lexicon))
        return
    library.families.add(group)
    for entry in lexicon[group].entries:
        yield Binding(name, entry)


def check_placeholders(library: Library, text: str, known: Iterable[str], place: Place) -> None:
    """Fault placeholders that nothing will fill."""
    names = set(known)
    for name in PLACEHOLDER.findall(text):
        if name not in names:
            help_line = did_you_mean(name, names, "a numeric fact, parameter or quantity")
            library.fault(place, "unknown-placeholder", f"`{{{name}}}` is filled by nothing", help_line)
