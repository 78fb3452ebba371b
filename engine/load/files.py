"""Which files make a rulebase, and the hash of what stands in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

FOLDERS = ("knowledge", "rules")


def rulebase_files(root: Path) -> list[Path]:
    """Every YAML file of a rulebase folder, in a fixed order."""
    found = [path for folder in FOLDERS for path in (root / folder).rglob("*.y*ml") if path.is_file()]
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def content_hash(root: Path, files: Iterable[Path]) -> str:
    """A hash of the names and bytes of the files (SHA-256, 16 hex digits)."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
