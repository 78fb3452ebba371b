"""A loaded rulebase kept between processes, as Python keeps compiled modules: same files, same code, same object.

The cache only saves time. It lies in the user's cache folder (`$XDG_CACHE_HOME` or `~/.cache`, below `demandfirst`), may be
deleted at any time, and is switched off by `DEMANDFIRST_CACHE=off`. A file that others may write to is never read.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import SOURCE, speaking

SWITCH = "DEMANDFIRST_CACHE"
KEPT = 8


def load_rulebase(root: Path) -> Rulebase:
    """The linked rulebase under `root`, from the cache where nothing has changed; raises `RulebaseError`, always in English."""
    from demandfirst.engine.load.files import content_hash, rulebase_files

    folder = cache_folder()
    digest = ""
    with suppress(OSError):  # a file that cannot be read is a fault, which `build` reports
        digest = content_hash(root, rulebase_files(root))
    kept = folder / f"{digest}-{_code_hash()}.pickle" if folder and digest else None
    if kept and (found := _read(kept)):
        return found
    from demandfirst.engine.load.build import build

    with speaking(SOURCE):
        rulebase = build(root)
    if kept:
        _write(kept, rulebase)
    return rulebase


def cache_folder() -> Path | None:
    """Where rulebases are kept; None where the cache is switched off or there is no home."""
    if os.environ.get(SWITCH, "").lower() in ("off", "0", "no", "false"):
        return None
    with suppress(RuntimeError):
        base = os.environ.get("XDG_CACHE_HOME")
        return (Path(base) if base else Path.home() / ".cache") / "demandfirst"
    return None


@lru_cache(maxsize=1)
def _code_hash() -> str:
    """Changes with the code that makes and reads the object, and with the Python that pickles it."""
    engine = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted([*(engine / "ir").glob("*.py"), *(engine / "load").glob("*.py"), engine / "errors.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _read(path: Path) -> Rulebase | None:
    with suppress(OSError):
        status = path.stat()
        foreign = hasattr(os, "getuid") and status.st_uid != os.getuid()
        if foreign or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return None
        raw = path.read_bytes()
        with suppress(Exception):  # a damaged file is as good as none
            found = pickle.loads(raw)  # noqa: S301 - our own file, checked above
            return found if isinstance(found, Rulebase) else None
    return None


def _prune(folder: Path) -> None:
    """Keep the files written last; every change of a rule or of the code leaves another one."""
    written = sorted(folder.glob("*.pickle"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in written[KEPT:]:
        path.unlink(missing_ok=True)


def _write(path: Path, rulebase: Rulebase) -> None:
    """Write atomically; a cache that cannot be written is no fault."""
    import tempfile

    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                pickle.dump(rulebase, file, protocol=pickle.HIGHEST_PROTOCOL)
            Path(name).replace(path)
            _prune(path.parent)
        except OSError:
            Path(name).unlink(missing_ok=True)
