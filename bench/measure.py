"""Times side by side: everything that is compared runs in turn, round after round, so that noise falls on all alike."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import TypeVar

Key = TypeVar("Key")


def interleaved(rounds: int, tasks: Mapping[Key, Callable[[], object]]) -> dict[Key, float]:
    """The median seconds of each task over the rounds; one round before them is not counted."""
    times: dict[Key, list[float]] = {key: [] for key in tasks}
    for counted in range(-1, rounds):
        for key, task in tasks.items():
            start = time.perf_counter()
            task()
            if counted >= 0:
                times[key].append(time.perf_counter() - start)
    return {key: median(found) for key, found in times.items()}


def python(*args: str, folder: Path, cached: bool = True) -> Callable[[], str]:
    """A task that runs Python (or a command beside it) in a process of its own, as a user's shell would.

    Compiled modules and rulebases are kept below `folder`, for whatever is compared alike.
    """
    command = [str(Path(sys.executable).with_name(args[0])), *args[1:]]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "XDG_CACHE_HOME": str(folder / "rulebases")}
    environment["DEMANDFIRST_CACHE"] = "on" if cached else "off"

    def run() -> str:
        return subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout

    return run
