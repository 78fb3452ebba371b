"""Servers that tests start for themselves: a private PostgreSQL, one Spark session. In CI a missing program is a failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
JAVA = ("/usr/lib/jvm/java-17-openjdk-amd64", "/usr/lib/jvm/java-21-openjdk-amd64")
SPARK = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "3g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.codegen.wholeStage": "false",
}


def missing(what: str) -> None:
    """Skip for want of a program, which CI must have."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{what}: CI has to have it")
    pytest.skip(what)


@contextmanager
def postgres() -> Iterator[str]:
    """The connection string of a server of its own, on a socket in a folder of its own, run by a user who may."""
    if not POSTGRES:
        missing("PostgreSQL is not installed (apt-get install postgresql)")
    bin_, folder = str(POSTGRES[-1].parent), Path(tempfile.mkdtemp(prefix="demandfirst-pg-"))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    try:
        if user:
            shutil.chown(folder, "postgres", "postgres")
        made = [*user, f"{bin_}/initdb", "-D", f"{folder}/data", "-U", "tests", "-A", "trust", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder)
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c jit=off -c work_mem=64MB"
        start = [*user, f"{bin_}/pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-o", options]
        subprocess.run([*start, "start"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
        try:
            yield f"host={folder} user=tests dbname=postgres"
        finally:
            stop = [*user, f"{bin_}/pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop"]
            subprocess.run(stop, check=True, capture_output=True, cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def spark() -> Iterator[Any]:
    """A Spark session in this machine."""
    home = os.environ.get("JAVA_HOME") or next((path for path in JAVA if Path(path).is_dir()), None)
    if home is None and shutil.which("java") is None:
        missing("there is no Java (apt-get install openjdk-17-jre-headless)")
    with pytest.MonkeyPatch.context() as patch:
        if home:
            patch.setenv("JAVA_HOME", home)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").appName("demandfirst")
        for key, value in SPARK.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()
