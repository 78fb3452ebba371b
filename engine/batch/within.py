"""Answers that stand as JSON in one column of a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import replace
from typing import Any

from demandfirst.engine.batch.header import Header, plan, raise_all
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.mapping import Mapping
from demandfirst.engine.batch.raw import Raw
from demandfirst.engine.batch.raw_json import Object, collector_at_rest, columns_of, fact_columns, parse_object
from demandfirst.engine.batch.rejection import Rejection, cut
from demandfirst.engine.errors import Fault, Place
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.load.client import unknown_fact


class Unpacker:
    """Takes the answers out of a column of JSON; a key that is no fact sets its row aside, as in a client file."""

    def __init__(self, path: str, column: str, mapping: Mapping, facts: Map[str, Fact], *, blank_unknown: bool) -> None:
        self.path = path
        self.column = column
        self.mapping = mapping
        self.facts = facts
        self.blank_unknown = blank_unknown

    def unpack(self, raw: Raw) -> Raw:
        """The records with the answers as columns."""
        objects: list[Object] = []
        good: list[bool] = []
        with collector_at_rest():
            for at, cell in enumerate(raw.frame[self.column].to_list()):
                found = _object(cell)
                good.append(isinstance(found, dict))
                if isinstance(found, dict):
                    objects.append(found)
                else:
                    raw.rejected.append(self._rejection(raw, at, *found, "", cell))
        header = self._plan(columns_of(objects))
        if strange := [key for key in header.kept if key not in self.mapping.columns]:
            self._reject_strange(raw, objects, good, set(strange))
        kept = [one for one in objects if not one.keys() & set(strange)] if strange else objects
        frame, numbers = fact_columns(kept, header.targets, self.facts, blank_unknown=self.blank_unknown)
        some = raw.filtered(pl.Series(good, dtype=pl.Boolean))
        return replace(some, frame=frame, numbers=numbers, targets=header.targets, within=self.column)

    def _plan(self, keys: list[str]) -> Header:
        faults: list[Fault] = []
        columns = {key: fact for key, fact in self.mapping.columns.items() if key in keys}
        header = plan(keys, replace(self.mapping, columns=columns), self.facts, self.path, faults)
        raise_all(faults)
        return header

    def _reject_strange(self, raw: Raw, objects: list[Object], good: list[bool], strange: set[str]) -> None:
        places = [at for at, one in enumerate(good) if one]
        for at, one in zip(places, objects, strict=True):
            for key in sorted(one.keys() & strange):
                fault = unknown_fact(key, self.facts, Place("row"))
                raw.rejected.append(self._rejection(raw, at, fault.code, fault.message, fault.help, key, one[key]))
                good[at] = False

    def _rejection(self, raw: Raw, at: int, code: str, reason: str, help_line: str, key: str, cell: Any) -> Rejection:
        column = f"{self.column}.{key}" if key else self.column
        shown = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, default=str)
        return Rejection(int(raw.rows[at]), raw.line(at), column, "", code, reason, help_line, cut(shown))


def unpacked(raws: Iterator[Raw], unpacker: Unpacker) -> Iterator[Raw]:
    """Chunks with their answers taken out of the column of JSON."""
    for raw in raws:
        yield unpacker.unpack(raw)


def _object(cell: Any) -> Object | tuple[str, str, str]:
    """The object in a cell; a blank is an object without answers."""
    if cell is None or isinstance(cell, dict):
        return cell or {}
    text = str(cell)
    return parse_object(text) if text.strip() else {}
