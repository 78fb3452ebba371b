"""How a run reads and what it writes, and by what it is known again when it is resumed."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from demandfirst.engine.batch.calls import LIMIT
from demandfirst.engine.batch.choice import DEFAULT
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.batch.mapping import Blank, Mapping
from demandfirst.engine.batch.reading import CHUNK_ROWS
from demandfirst.engine.batch.targets import Targets
from demandfirst.engine.ir.rulebase import Rulebase

MAX_REJECTED = 10_000
_SAMPLES, _SAMPLE = 16, 1 << 16


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a run, as those of the command."""

    columns: tuple[str, ...] = DEFAULT
    keep: tuple[str, ...] | None = None
    in_format: str | None = None
    mapping: Mapping = field(default_factory=Mapping)
    blank: Blank | None = None
    decimal: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    json_column: str | None = None
    chunk_rows: int = CHUNK_ROWS
    calls_limit: int = LIMIT

    def header(self, rulebase: Rulebase, source: str, targets: Targets) -> dict[str, Any]:
        """What must be the same when the run is resumed."""
        options = {f"--{one.name.replace('_', '-')}": getattr(self, one.name) for one in fields(self)}
        options |= {
            "--mapping": asdict(self.mapping),
            "--out-format": targets.format,
            "--summary": targets.summary is not None,
            "--calls": targets.calls is not None,
            "--columns": list(self.columns),
            "--keep": None if self.keep is None else list(self.keep),
        }
        tools = {"rulebase": rulebase.hash, "language": rulebase.language, "polars": pl.__version__}
        return {"input": fingerprint(source), **tools, "option": options}


def fingerprint(path: str) -> dict[str, Any]:
    """What changes when a file changes: its size, when it was written, and samples of what is in it."""
    digest = hashlib.blake2b(digest_size=8)
    with suppress(OSError), Path(path).open("rb") as file:
        size = file.seek(0, 2)
        for part in range(_SAMPLES):
            file.seek(max(0, size - _SAMPLE) * part // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE))
        written = Path(path).stat().st_mtime_ns
        return {"size": size, "time of writing": written, "content": digest.hexdigest()}
    return {}
