"""Runs a command and prints its seconds, those of the processor, and its peak memory: `python bench/peak.py COMMAND ...`.

Memory is in bytes; what the command printed comes with it. A process of its own, and a small one: Linux counts the memory of
the process that starts another into that other's peak.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

KIBIBYTE = 1024


def main() -> None:
    start = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    found = {"seconds": seconds, "processor": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * KIBIBYTE}
    print(json.dumps(found | {"printed": printed}))
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
