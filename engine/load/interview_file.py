"""An interview in a file: a client file that `advise` accepts, with the interview's own part beside `client`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from demandfirst.engine.errors import ClientError, Fault, Place
from demandfirst.engine.ir.interview import State
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _, mark
from demandfirst.engine.load.client import beside_client, parse_client
from demandfirst.engine.load.interview import Where
from demandfirst.engine.load.text import STDIN, ReadFault, read_text
from demandfirst.engine.load.yaml_tree import Document, plain, quote

CLIENT, INTERVIEW = "client", "interview"
HEAD = "# demandfirst: `interview` goes on with this file, `advise` reads it. The answers stand below `client`.\n"
NAME = "interview-{}.yaml"
NOT_SAVED = "not-saved"
LONGEST_PATH = 200
_HELP = mark("take the `interview` part out to begin anew with the answers below `client`")


@dataclass(frozen=True)
class Saved:
    """What a file holds: a saved state, where its parts stand, and what else is in the file."""

    state: Mapping[str, Any]
    place: Where
    beside: Mapping[str, Any] = field(default_factory=dict)
    foreign: bool = False
    """Made by hand, not by an interview."""


def free_name(folder: Path) -> Path:
    """The name of a new file in a folder."""
    number = 1
    while (path := folder / NAME.format(number)).exists():
        number += 1
    return path


def read_saved(path: str, facts: Mapping[str, Fact]) -> Saved | None:
    """What a file holds; None where there is none yet, or nothing in it. Raises `ClientError`."""
    if path == STDIN:
        message = _("an interview cannot be kept in standard input")
        raise ClientError([Fault(Place(path), "not-a-file", message, _("name a file; it need not be there yet"))])
    if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):
        raise ClientError(
            [
                Fault(
                    Place(path),
                    "not-a-file",
                    _("`{path}` is not a file").format(path=path),
                    _("name one; it need not be there yet"),
                )
            ]
        )
    if not Path(path).exists() and Path(path).absolute().parent.is_dir():
        return None
    try:
        text = read_text(path)
    except ReadFault as error:
        raise ClientError([error.fault]) from None
    document = parse_client(text, path)
    if document.faults:
        raise ClientError(document.faults)
    return None if document.data is None else _saved(document, facts)


def _saved(document: Document, facts: Mapping[str, Fact]) -> Saved:
    data = document.data
    if not isinstance(data, dict):
        raise ClientError(
            [
                Fault(
                    document.place(()),
                    "not-a-client",
                    _("this is not a mapping of facts"),
                    _("is this the right file?"),
                )
            ]
        )
    if CLIENT not in data and INTERVIEW not in data:
        return Saved({"answers": data}, lambda *path: document.place(path[1:]), foreign=True)
    faults = list(beside_client(document, facts))
    faults.extend(
        Fault(document.place((key,)), "not-an-interview", _("`{key}` is not a mapping").format(key=key), _(_HELP))
        for key in (CLIENT, INTERVIEW)
        if not isinstance(data.get(key), dict | None)
    )
    own = data.get(INTERVIEW) or {}
    if isinstance(own, dict) and "answers" in own:
        message = _("the answers stand below `client`, not here")
        faults.append(Fault(document.place((INTERVIEW, "answers")), "not-an-interview", message, _(_HELP)))
    if faults:
        raise ClientError(faults)

    def place(*path: str | int) -> Place:
        inner = (CLIENT, *path[1:]) if path[:1] == ("answers",) else (INTERVIEW, *path)
        return document.place(inner)

    beside = {key: value for key, value in data.items() if key not in (CLIENT, INTERVIEW)}
    return Saved({**own, "answers": data.get(CLIENT)}, place, beside, foreign=INTERVIEW not in data)


def write_saved(path: Path, state: State, beside: Mapping[str, Any]) -> None:
    """Write the file whole or not at all; raises `ClientError` where it cannot be written."""
    text = _json(state, beside) if path.suffix.lower() == ".json" else "".join(_yaml(state, beside))
    try:
        _replace(path.resolve(), text)
    except OSError as error:
        raise _not_saved(path, error) from None


def _not_saved(path: Path, error: OSError) -> ClientError:
    message = _("`{path}` cannot be written: {reason}").format(
        path=quote(path, LONGEST_PATH), reason=(error.strerror or _("no reason is given")).lower()
    )
    return ClientError(
        [Fault(Place(str(path)), "not-saved", message, _("name a file in a folder that you may write to"))]
    )


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name[:200]}.{os.getpid()}")
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            new.chmod(path.stat().st_mode & 0o777)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def keep_copy(path: Path) -> Path:
    """Copy a file that somebody else made before it is written over; where the copy is."""
    content, number = path.read_bytes(), 1
    while True:
        copy = path.with_name(f"{path.name}.before" + (f"-{number}" if number > 1 else ""))
        try:
            with copy.open("xb") as file:
                file.write(content)
        except FileExistsError:
            number += 1
        except OSError as error:
            raise _not_saved(copy, error) from None
        else:
            return copy


def _own(state: State) -> dict[str, Any]:
    found = state.model_dump(mode="json")
    del found["answers"]
    return found


def _json(state: State, beside: Mapping[str, Any]) -> str:
    content = {**beside, CLIENT: state.answers, INTERVIEW: _own(state)}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _yaml(state: State, beside: Mapping[str, Any]) -> Iterator[str]:
    yield HEAD
    if beside:
        yield _dump(dict(beside), flow=False)
    yield f"{CLIENT}:{'' if state.answers else ' {}'}\n"
    for name, given in state.answers.items():
        for line in _dump({name: given}, flow=None if isinstance(given, list) else False).splitlines():
            yield f"  {line}\n"
    yield _dump({INTERVIEW: _own(state)}, flow=None)


class _Dumper(yaml.SafeDumper):
    """Quotes every word that our reader would take for something else (`12e34`)."""


def _text(dumper: yaml.SafeDumper, word: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", word, style=None if plain(word) == word else '"')


_Dumper.add_representer(str, _text)


def _dump(data: dict[str, Any], *, flow: bool | None) -> str:
    return yaml.dump(data, None, _Dumper, default_flow_style=flow, sort_keys=False, allow_unicode=True, width=110)
