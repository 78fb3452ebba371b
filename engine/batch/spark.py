"""Folders of partitioned Parquet past one machine: Spark spreads the rows, its workers advise them as one machine would."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from demandfirst.engine.batch.choice import DEFAULT
from demandfirst.engine.batch.frames import advise_table
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.layout import NUMBER
from demandfirst.engine.batch.mapping import Blank, Mapping
from demandfirst.engine.errors import DemandfirstError, Fault, MissingExtra, Place
from demandfirst.engine.ir.record import record
from demandfirst.engine.language import _, mark, speaking
from demandfirst.engine.load.yaml_tree import quote

if TYPE_CHECKING:
    from demandfirst.engine.advise import Advisor

ADVICE, REJECTED = "advice", "rejected"
REASONS, ROW = "rejected_reasons", "rejected_row"
ROWS_AT_ONCE = 200_000
PARQUET = mark("give the folder that holds the Parquet files")
FAULTS = {
    "PATH_NOT_FOUND": ("not-found", mark("there is no such folder"), PARQUET),
    "PATH_ALREADY_EXISTS": ("exists", mark("the folder is there already"), mark("give a new one, or remove it first")),
    "UNABLE_TO_INFER_SCHEMA": ("no-parquet", mark("no Parquet file is in the folder"), PARQUET),
}
Batches = Iterator[Any]


@record
class FolderResult:
    """How many rows were advised and how many set aside; together they are all rows of the input."""

    advised: int
    rejected: int


def session() -> Any:
    """The Spark session of this process, or one on the processors of this machine; raises `MissingExtra`."""
    if not all(map(find_spec, ("pandas", "pyarrow", "pyspark"))):
        message = _("this needs {library} with its part for tables: {install}")
        raise MissingExtra(message.format(library="PySpark", install="pip install 'demandfirst[spark]'"))
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return SparkSession.builder.appName("demandfirst").getOrCreate()


def advise_folder(
    spark: Any,
    in_path: str,
    out_path: str,
    columns: Sequence[str] = DEFAULT,
    *,
    advisor: Advisor | None = None,
    keep: Sequence[str] | None = None,
    mapping: Mapping | None = None,
    blank: Blank | None = None,
) -> FolderResult:
    """Advise the rows of a folder of Parquet files into `out_path/advice` and `out_path/rejected`, partitioned as the input is.

    `columns`, `keep`, `mapping` and `blank` are those of `demandfirst batch`. A row that cannot be used is kept whole, as JSON,
    with the reasons. The workers need this package with the extra `spark`. Raises `DemandfirstError`.
    """
    from demandfirst.engine.advise import load
    from pyspark.storagelevel import StorageLevel

    advisor = advisor or load()
    with_what = {"advisor": advisor.for_workers(), "keep": keep, "mapping": mapping, "blank": blank}
    with speaking(advisor.language), _faults(in_path, out_path):
        rows = spark.read.parquet(in_path)
        parted = _partitions(rows)
        advise = _worker(tuple(columns), parted, with_what)
        found = rows.mapInArrow(advise, _schema(rows, columns, parted, with_what)).persist(StorageLevel.DISK_ONLY)
        try:
            good, bad = found.where(f"{REASONS} IS NULL"), found.where(f"{REASONS} IS NOT NULL")
            _write(good.drop(REASONS, ROW), f"{out_path}/{ADVICE}", parted)
            _write(bad.select(*parted, REASONS, ROW), f"{out_path}/{REJECTED}", parted)
            return FolderResult(good.count(), bad.count())
        finally:
            found.unpersist()


@contextmanager
def _faults(in_path: str, out_path: str) -> Iterator[None]:
    """What Spark says of the folders, as faults."""
    from pyspark.errors import AnalysisException

    try:
        yield
    except AnalysisException as error:
        known = FAULTS.get(error.getCondition() or "")
        if known is None:
            raise
        code, message, help_line = known
        place = out_path if code == "exists" else in_path
        raise DemandfirstError([Fault(Place(quote(place)), code, _(message), _(help_line))]) from None


def _worker(
    columns: tuple[str, ...], parted: tuple[str, ...], with_what: dict[str, Any]
) -> Callable[[Batches], Batches]:
    """What a worker does with its rows."""

    def advise(batches: Batches) -> Batches:
        for frame in _together(batches):
            yield from _advised(frame, columns, parted, with_what).to_arrow().to_batches()

    return advise


def _together(batches: Batches) -> Iterator[pl.DataFrame]:
    """Spark's small batches as larger ones."""
    waiting: list[Any] = []
    for batch in batches:
        waiting.append(pl.from_arrow(batch))
        if sum(one.height for one in waiting) >= ROWS_AT_ONCE:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


def _advised(
    frame: pl.DataFrame, columns: Sequence[str], parted: Sequence[str], with_what: dict[str, Any]
) -> pl.DataFrame:
    """The rows that could be advised, then those that could not, each with the partition it came from."""
    found = advise_table(frame, columns, **with_what)
    reasons: dict[int, list[dict[str, Any]]] = {}
    for one in found.rejected:
        reasons.setdefault(one.row - 1, []).append(one.as_dict())
    out = pl.Series(sorted(reasons), dtype=pl.Int64)
    good = frame.filter(~pl.int_range(frame.height, eager=True, dtype=pl.Int64).is_in(out.implode()))
    texts = pl.selectors.by_dtype(pl.Enum, pl.Categorical).cast(pl.String)
    advised = found.table.drop(*parted, *({NUMBER} - set(frame.columns)), strict=False).with_columns(texts)
    nothing = pl.lit(None, pl.String)
    rejected = frame[out.to_list()].select(
        *parted,
        pl.Series(REASONS, [_json([_some(one) for one in reasons[at]]) for at in out], dtype=pl.String),
        pl.Series(ROW, [_json(row) for row in frame[out.to_list()].iter_rows(named=True)], dtype=pl.String),
    )
    whole = pl.concat([advised, good.select(parted)], how="horizontal").with_columns(
        nothing.alias(REASONS), nothing.alias(ROW)
    )
    return pl.concat([whole, rejected], how="diagonal").select(whole.columns)


def _some(reason: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reason.items() if value and name not in {"row", "line"}}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _partitions(rows: Any) -> tuple[str, ...]:
    """The columns by which a folder is partitioned, from the paths of its files."""
    known = set(rows.columns)
    parts = [part.partition("=") for path in rows.inputFiles()[:1] for part in path.split("/")]
    return tuple(name for name, sign, _ in parts if sign and name in known)


def _schema(rows: Any, columns: Sequence[str], parted: Sequence[str], with_what: dict[str, Any]) -> Any:
    """The columns that workers return, found out on no rows."""
    from pyspark.sql.types import BooleanType, DoubleType, StringType, StructField, StructType

    types: dict[Any, Any] = {pl.String: StringType(), pl.Float64: DoubleType(), pl.Boolean: BooleanType()}
    given = {field.name: field.dataType for field in rows.schema.fields}
    empty: Any = pl.from_arrow(rows.limit(0).toArrow())
    table = _advised(empty, columns, parted, with_what)
    return StructType([StructField(name, given.get(name) or types[kind]) for name, kind in table.schema.items()])


def _write(rows: Any, path: str, parted: Sequence[str]) -> None:
    writer = rows.write.partitionBy(*parted) if parted else rows.write
    writer.parquet(path)
