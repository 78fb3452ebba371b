"""The settings file of an agency: what it takes, and what it refuses."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest
from demandfirst.engine.errors import DemandfirstError
from demandfirst.engine.report.handout.brand_file import read_brand
from demandfirst.engine.report.handout.logo import LARGEST, WIDEST, LogoFault, logo_of
from demandfirst.engine.report.handout.model import Brand
from PIL import Image

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'
FINE = {
    "plain": f'{HEAD}><rect width="9" height="9" fill="#0a7"/></svg>',
    "with a preamble": f'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "s.dtd">{HEAD}/>',
    "with its own parts": f'{HEAD}><defs><path id="a" d="M0 0"/></defs><use xlink:href="#a" fill="url(#a)"/></svg>',
    "with a picture inside": f'{HEAD}><image href="data:image/png;base64,AAAA"/></svg>',
    "with a style": f"{HEAD}><style>.a {{ fill: red; filter: url('#a') }}</style></svg>",
    "with a prefix": '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g/></s:svg>',
}
UNSAFE = {
    "script": f"{HEAD}><script>alert(1)</script></svg>",
    "onload": f'{HEAD} onload="alert(1)"/>',
    "foreignobject": f"{HEAD}><foreignObject/></svg>",
    "href": f'{HEAD}><image xlink:href="https://elsewhere.example/a.png"/></svg>',
    "href ": f'{HEAD}><a href="javascript:alert(1)"/></svg>',
    "href  ": f'{HEAD}><image href="data:image/svg+xml;base64,AAAA"/></svg>',
    "href   ": f'{HEAD}><use href="file:///etc/passwd#a"/></svg>',
    "url": f'{HEAD}><rect fill="url(//elsewhere.example)"/></svg>',
    "@import": f"{HEAD}><style>@im<!-- -->port 'a.css'; @import 'a.css'</style></svg>",
    "\\": f"{HEAD}><style>a {{ fill: \\75rl(a.svg) }}</style></svg>",
    "xml-stylesheet": f'<?xml-stylesheet href="a.css"?>{HEAD}/>',
    "lol": f'<!DOCTYPE svg [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>{HEAD}><text>&lol2;</text></svg>',
    "g": f"{HEAD}>{'<g>' * 5000}{'</g>' * 5000}</svg>",
    "xlink:href": f'{HEAD}><a><set attributeName="xlink:href" to="javascript:alert(1)"/></a></svg>',
}


def drawn(kind: str, size: tuple[int, int] = (40, 20)) -> bytes:
    """A picture of a kind."""
    held = io.BytesIO()
    Image.new("RGB", size, "#0a7").save(held, kind)
    return held.getvalue()


def bomb(side: int) -> bytes:
    """A PNG that says it is very large."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))


def settings(folder: Path, text: str) -> str:
    """A settings file in a folder."""
    path = folder / "brand.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_all_settings(tmp_path: Path) -> None:
    """Everything is taken; the logo's path goes from the folder of the file."""
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "logo.png").write_bytes(drawn("PNG"))
    text = (
        "name: Нортлайт\nline: \u202eМи\ncontact: 2026\nlogo: pictures/logo.png\n"  # noqa: RUF001
        'colours: {primary: "#ABC", accent: "#7A2200"}\n'
    )
    found = read_brand(settings(tmp_path, text))

    assert found.brand.logo is not None
    assert (found.brand.logo.type, found.brand.logo.content) == ("image/png", drawn("PNG"))
    assert (found.brand.name, found.brand.line, found.brand.contact) == ("Нортлайт", "Ми", "2026")
    assert (found.brand.primary, found.brand.accent) == ("#aabbcc", "#7a2200")
    [remark] = found.remarks
    assert remark.startswith(
        f"{tmp_path / 'brand.yaml'}:5: `#ABC` is too light to be read on white; text is written in `#"
    )


def test_nothing_is_needed(tmp_path: Path) -> None:
    """Every key may be left out or blank."""
    assert read_brand(settings(tmp_path, "name:\nlogo:\ncolours:\n")).brand == Brand()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["not-settings"]),
        ("- a\n", ["not-settings"]),
        ("name: a\nname: b\n", ["duplicate-key"]),
        ("logo: [a]\nname: yes\n", ["wrong-type", "wrong-type"]),
        ("logo: none.png\n", ["no-logo"]),
        ("logo: .\n", ["no-logo"]),
        ("logo: text.png\n", ["not-an-image"]),
        ("logo: half.png\n", ["not-an-image"]),
        ("logo: big.svg\n", ["logo-too-large"]),
        ("colours: red\n", ["wrong-type"]),
        ("colours: {primary: 123456, accent: '#12345g'}\n", ["no-colour", "no-colour"]),
        ("colours: {primary: '#1234', accent: ['#123456']}\n", ["no-colour", "no-colour"]),
        ("name: 'a\n", ["not-yaml"]),
    ],
)
def test_faults(tmp_path: Path, text: str, codes: list[str]) -> None:
    """All at once, each with its line."""
    (tmp_path / "text.png").write_text("not a picture", encoding="utf-8")
    (tmp_path / "half.png").write_bytes(drawn("PNG", (400, 200))[:60])
    (tmp_path / "big.svg").write_text(HEAD + " " * LARGEST + "/>", encoding="utf-8")
    with pytest.raises(DemandfirstError) as caught:
        read_brand(settings(tmp_path, text))

    assert [fault.code for fault in caught.value.faults] == codes
    assert all(fault.place.line and fault.help for fault in caught.value.faults)


def test_a_huge_logo_is_not_read_whole(tmp_path: Path) -> None:
    """Of 50 MB no more is read than a logo may have."""
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(50_000_000)
    path = settings(tmp_path, "logo: huge.png\n")
    tracemalloc.start()
    try:
        with pytest.raises(DemandfirstError, match=r"logo-too-large: `huge\.png`: the logo is larger than 1000 kB"):
            read_brand(path)
        assert tracemalloc.get_traced_memory()[1] < 4 * LARGEST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("kind", "type_"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_pictures(kind: str, type_: str) -> None:
    """PNG and JPEG are told by what is in them."""
    assert logo_of(drawn(kind)).type == type_


@pytest.mark.parametrize("content", [bomb(WIDEST + 1), bomb(60_000), drawn("PNG", (WIDEST + 1, 1))])
def test_pictures_with_too_many_pixels(content: bytes) -> None:
    """A small file can be a very large picture; it is not unpacked."""
    with pytest.raises(LogoFault) as caught:
        logo_of(content)
    assert caught.value.code in ("logo-too-large", "not-an-image")


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", drawn("GIF"), drawn("BMP"), b"<svg", b"<html><svg/></html>", b"%PDF"]
)
def test_what_is_no_logo(content: bytes) -> None:
    """Other kinds, and what only looks like one."""
    with pytest.raises(LogoFault) as caught:
        logo_of(content)
    assert caught.value.code == "not-an-image"


@pytest.mark.parametrize("name", FINE)
def test_drawings(name: str) -> None:
    """What drawing programs write is taken as it is."""
    content = FINE[name].encode()

    assert (logo_of(content).type, logo_of(content).content) == ("image/svg+xml", content)


@pytest.mark.parametrize("word", UNSAFE)
def test_unsafe_drawings(word: str) -> None:
    """What runs, or takes something from elsewhere, is refused by its name."""
    with pytest.raises(LogoFault) as caught:
        logo_of(UNSAFE[word].encode())

    assert (caught.value.code, f"`{word.strip()}`" in caught.value.message) == ("unsafe-logo", True)
