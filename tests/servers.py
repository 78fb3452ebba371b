"""Servers that tests start for themselves: a private PostgreSQL, one Spark session. In CI a missing program is a failure."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from postgres_support import a_postgres
from web_support import a_free_port

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
    """The address of a database on a server of its own."""
    with a_postgres(a_free_port()) as server:
        yield server.address("postgres")


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
