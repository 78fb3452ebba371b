"""A rulebase by name: the built-in one, a folder, or a revision of a git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NoReturn

from demandfirst.engine.errors import Fault, Place, RulebaseError, did_you_mean
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _, mark
from demandfirst.engine.language.phrases import together
from demandfirst.engine.load.cache import load_rulebase
from demandfirst.engine.load.files import FOLDERS
from demandfirst.engine.load.yaml_tree import quote

BUILT_IN = "built-in"
SECONDS = 60
HELP = mark("write `{built_in}`, a folder with {folders} in it, or a git revision such as {revision} or {inside}")


@dataclass(frozen=True)
class NamedRulebase:
    """A rulebase and what it was called."""

    name: str
    rulebase: Rulebase


def named_rulebases(names: Iterable[str], built_in: Path) -> list[NamedRulebase]:
    """The rulebases of some names; raises `RulebaseError` with the faults of all."""
    found: list[NamedRulebase] = []
    faults: list[Fault] = []
    for name in names:
        try:
            found.append(named_rulebase(name, built_in))
        except RulebaseError as error:
            faults.extend(error.faults)
    if faults:
        raise RulebaseError(faults)
    return found


def named_rulebase(name: str, built_in: Path) -> NamedRulebase:
    """The rulebase of a name; raises `RulebaseError`, its places beginning with the name.

    A folder comes before a revision of the same name, which can be written with a colon behind it.
    """
    if name == BUILT_IN:
        return NamedRulebase(name, load_rulebase(built_in))
    try:
        if Path(name).is_dir():
            return NamedRulebase(name, load_rulebase(Path(name)))
    except (OSError, ValueError):
        _fail(name, "no-rulebase", _("`{name}` is not a usable name").format(name=quote(name)), _help())
    except RulebaseError as error:
        raise RulebaseError(_at(f"{name.rstrip('/')}/", fault) for fault in error.faults) from None
    return NamedRulebase(name, _of_revision(name))


def _at(prefix: str, fault: Fault) -> Fault:
    inside = fault.place.file.startswith(FOLDERS)
    return replace(fault, place=replace(fault.place, file=prefix + fault.place.file)) if inside else fault


def _of_revision(name: str) -> Rulebase:
    revision, _colon, folder = name.partition(":")
    if Path(name).exists():
        _fail(name, "no-rulebase", _("`{name}` is a file").format(name=quote(name)), _help())
    if revision.startswith("-") or not revision or "\0" in name:
        message = _("`{name}` is neither a folder nor a revision").format(name=quote(name))
        _fail(name, "no-rulebase", message, _help())
    if _git(name, "rev-parse", "--show-toplevel").returncode:
        message = _("there is no folder `{name}`, and git finds no repository here").format(name=quote(name))
        _fail(name, "no-rulebase", message, did_you_mean(name, _near(name), _help()))
    if _git(name, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").returncode:
        message = _("`{name}` is neither a folder nor a revision known to git").format(name=quote(name))
        _fail(name, "no-rulebase", message, did_you_mean(name, _near(name), _help()))
    tree = f"{revision}:{folder.strip('/')}"
    with TemporaryDirectory() as temporary:
        _extract(name, tree, Path(temporary))
        try:
            return load_rulebase(Path(temporary))
        except RulebaseError as error:
            prefix = f"{tree}{'' if tree.endswith(':') else '/'}"
            raise RulebaseError(_at(prefix, fault) for fault in error.faults) from None


def _near(name: str) -> list[str]:
    """What could be meant: the word for the built-in rulebase, and folders where the name would stand."""
    with suppress(OSError, ValueError):
        inside = Path(name).parent
        return [BUILT_IN, *(path.as_posix() for path in inside.iterdir() if path.is_dir())]
    return [BUILT_IN]


def _extract(name: str, tree: str, root: Path) -> None:
    """Write the files of a rulebase in a tree of the repository; nothing but plain files below its two folders."""
    top = _git(name, "rev-parse", "--show-toplevel").stdout.decode(errors="replace").strip()
    packed = _git(name, "-C", top, "archive", "--format=tar", tree, *FOLDERS)
    if packed.returncode:
        message = _("`{name}` holds no rulebase: no {folders} there").format(name=quote(name), folders=_folders())
        help_line = _("name the folder behind a colon, such as {example}").format(example="HEAD~1:folder")
        _fail(name, "no-rulebase", message, help_line)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if member.isfile() and path.parts[0] in FOLDERS and ".." not in path.parts:
                target = root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                content = archive.extractfile(member)
                target.write_bytes(content.read() if content else b"")


def _git(name: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, timeout=SECONDS, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        message = _("there is no folder `{name}`, and git is not installed to look for a revision")
        _fail(name, "no-git", message.format(name=quote(name)), _help())
    except (OSError, subprocess.SubprocessError):
        _fail(name, "no-git", _("git cannot be run to look for `{name}`").format(name=quote(name)), _help())


def _folders() -> str:
    return together([f"{folder}/" for folder in FOLDERS])


def _help() -> str:
    return _(HELP).format(built_in=BUILT_IN, folders=_folders(), revision="HEAD~1", inside="v1.0:folder")


def _fail(name: str, code: str, message: str, help_line: str) -> NoReturn:
    raise RulebaseError([Fault(Place(quote(name)), code, message, help_line)])
