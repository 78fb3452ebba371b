"""What comes out for a row: the columns of the input that are kept, then those of the advice."""

from __future__ import annotations

from collections.abc import Sequence

from demandfirst.engine.batch.advising import Advised
from demandfirst.engine.batch.choice import Shown
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.reading import Reader
from demandfirst.engine.batch.targets import shown
from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.language import _
from demandfirst.engine.load.yaml_tree import quote

NUMBER = "row"
"""The column that names a row where no column of the input is kept."""


def kept_columns(keep: Sequence[str] | None, reader: Reader, columns: Sequence[Shown], source: str) -> list[str]:
    """The columns of the input that come out; none may have the name of a column of the advice."""
    wanted = reader.kept if keep is None else keep
    own = {one.name for one in columns}
    message = _("`{column}` is no column to keep")
    faults = [
        Fault(Place("--keep"), "no-column", message.format(column=quote(name)), did_you_mean(name, reader.kept))
        for name in wanted
        if name not in reader.kept
    ]
    message = _("`{column}` stands in the input and in the advice")
    help_line = _("choose others with {columns}, or say with {keep} which columns of the input to keep").format(
        columns="--columns", keep="--keep"
    )
    faults += [
        Fault(Place(shown(source)), "column-twice", message.format(column=quote(name)), help_line)
        for name in wanted
        if name in own
    ]
    if faults:
        raise DemandfirstError(faults)
    return list(wanted)


def laid_out(advised: Advised, kept: Sequence[str], columns: Sequence[Shown]) -> pl.DataFrame:
    """The table that comes out."""
    first = advised.kept.select(kept) if kept else advised.rows.alias(NUMBER).to_frame()
    return first.hstack(advised.advice.select(one.made.alias(one.name) for one in columns))
