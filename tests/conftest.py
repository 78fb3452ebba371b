"""Every test run keeps its own cache of loaded rulebases, leaves the user's alone, and speaks English unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The cache folder of this run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("DEMANDFIRST_LANG", "en")
        yield


LONG = (
    "test_spark", "test_deep", "test_howto", "test_web_browser", "test_web_staff_browser", "test_conformance", "test_sql",
    "test_web_pages", "test_bounds", "test_explain", "test_questions", "test_whatif", "test_guarantees",
)  # fmt: skip
"""The files that take longest: begun first, so that no process is left with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; within a file the order stays."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))
