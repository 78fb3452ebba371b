"""`demandfirst report`: what it writes where, and what it says about what it cannot use."""

from __future__ import annotations

import errno
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZipFile

import demandfirst
import pytest
from clients import personas
from demandfirst.engine.errors import DemandfirstError, MissingExtra
from demandfirst.engine.report.handout import as_pdf
from demandfirst.engine.report.handout.html import _environment, html
from demandfirst.engine.report.handout.target import write
from handing import BARE, BRAND, DAY, GOLDEN, SHOP, advisor, client, report_on
from support import HERE, MINIMAL, golden, run

SMALL = ["--rulebase", str(MINIMAL), "--date", "2026-11-22"]
RECORDED = "report-faults"
SETTINGS = """
name: [a, b]
nane: Northlight
line: {line}
logo: huge.png
colours:
  primary: #1d4d6f
  accent: reddish
  third: "#123456"
"""
FAULTY: dict[str, list[str]] = {
    "nowhere": [],
    "nowhere, as a page": ["--format", "html"],
    "no such folder": ["-o", "reports/shop.pdf"],
    "a folder": ["-o", "folder"],
    "no file": ["-o", "/dev/null"],
    "unknown ending": ["-o", "shop.pfd"],
    "no ending": ["-o", "shop"],
    "two formats": ["-o", "shop.html", "--format", "pdf"],
    "over what is read": ["-o", "client.yaml"],
    "a path too long": ["-o", f"{'a' * 300}.html"],
    "a path that is none": ["-o", "a\0.html"],
    "no such settings": ["-o", "shop.html", "--brand", "brandt.yaml"],
    "faulty settings, and no such folder": ["-o", "reports/shop.pdf", "--brand", "brand.yaml"],
    "unknown kind": ["-o", "shop.html", "--format", "odt"],
    "unknown reader": ["-o", "shop.html", "--for", "boss"],
    "no date": ["-o", "shop.html", "--date", "2026-13-01"],
    "unknown language": ["-o", "shop.html", "--lang", "ux"],
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a client file, settings, and a logo of 50 MB."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "client.yaml").write_bytes((MINIMAL / "client.yaml").read_bytes())
    (tmp_path / "brand.yaml").write_text(SETTINGS.replace("{line}", "x" * 121), encoding="utf-8")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(50_000_000)
    return tmp_path


def test_every_fault_is_said_with_what_to_do(place: Path) -> None:
    """Nothing is written, the exit code is 2, and the faults are the recorded ones."""
    before = sorted(path.name for path in place.iterdir())
    said = []
    for name, options in FAULTY.items():
        found = run("report", "client.yaml", *options)
        assert (found.code, found.out) == (2, ""), name
        said.append(f"# {name}\n{found.err}")

    golden(f"{RECORDED}.txt", "\n".join(said).replace(str(place), "FOLDER"))
    assert sorted(path.name for path in place.iterdir()) == before


def test_a_faulty_client_writes_nothing(place: Path) -> None:
    """The faults are those of `advise`, and a report that is there stays."""
    Path("shop.md").write_text("old", encoding="utf-8")
    found = run("report", "-", "-o", "shop.md", stdin=b"business_type: ecommerce\ngaols: [sales]\n")

    assert (found.code, "did you mean `goals`?" in found.err) == (2, True)
    assert Path("shop.md").read_text(encoding="utf-8") == "old"
    assert not list(place.glob(".*"))


@pytest.mark.parametrize("ending", ["html", "htm", "md", "markdown", "docx", "MD"])
def test_the_ending_says_the_kind(place: Path, ending: str) -> None:
    """Each kind begins as files of its kind do, and nothing is printed."""
    found = run("report", "client.yaml", "-o", f"shop.{ending}", *SMALL)
    content = (place / f"shop.{ending}").read_bytes()

    assert (found.code, found.out, found.err) == (0, "", "")
    assert content.startswith({"h": b"<!DOCTYPE html>", "m": b"# ", "d": b"PK"}[ending[0].lower()])


def test_a_link_stays_a_link(place: Path) -> None:
    """What it points to is replaced, with the permissions that files usually get."""
    target, link = place / "folder" / "real.md", place / "shop.md"
    link.symlink_to(target)
    before = os.umask(0o027)
    try:
        assert run("report", "client.yaml", "-o", "shop.md", *SMALL).code == 0
    finally:
        os.umask(before)

    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640


def test_markdown_on_standard_output(place: Path) -> None:
    """`-` reads standard input; without a file Markdown is printed, the same as in a file."""
    text = (place / "client.yaml").read_bytes()
    run("report", "client.yaml", "-o", "shop.md", *SMALL)
    found = run("report", "-", "--format", "markdown", *SMALL, stdin=text)

    assert (found.code, found.err) == (0, "")
    assert found.out == (place / "shop.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("written", "options", "shown"),
    [
        ("name: Rose & Thorn\n", [], "**Rose & Thorn**"),
        ("name: 24\n", [], "**24**"),
        ("name: Rose\n", ["--name", "Thorn"], "**Thorn**"),
        ("name: Rose\n", ["--name", ""], ""),
        ("name: [a]\n", [], ""),
        ("name:\n", [], ""),
        ("", [], ""),
        ("", ["--name", "a\u202eb\x07 | # *c*\n<b>" + "d" * 500], r"**ab \| \# \*c\* \<b\>" + "d" * 105 + "…**"),
    ],
)
def test_the_name_of_the_client(written: str, options: list[str], shown: str) -> None:
    """It stands beside `client:`, unless the option says it; what does not belong into a name is taken out."""
    answers = "".join(f"  {line}\n" for line in (MINIMAL / "client.yaml").read_text(encoding="utf-8").splitlines())
    found = run("report", "-", "--format", "markdown", *SMALL, *options, stdin=f"{written}client:\n{answers}".encode())

    assert found.code == 0
    assert [line for line in found.out.splitlines()[:4] if line.startswith("**")] == ([shown] if shown else [])


def test_two_readers_in_each_language(place: Path) -> None:
    """Sales have more parts than the client, and the language is the one asked for."""
    shop = str(HERE.parent / "examples" / "phone-shop.yaml")
    plain, sales = (run("report", shop, "--format", "markdown", "--for", one).out for one in ("client", "sales"))

    assert 0 < plain.count("\n## ") < sales.count("\n## ")
    assert run("report", "client.yaml", "-o", "shop.html", "--lang", "hy", *SMALL).code == 0
    assert '<html lang="hy">' in (place / "shop.html").read_text(encoding="utf-8")


def test_a_brand_is_taken_and_a_light_colour_remarked(place: Path) -> None:
    """The remark names the line and the colour used instead; the report is written."""
    Path("brand.yaml").write_text('name: Northlight\nline: We\ncolours:\n  primary: "#fe0"\n', encoding="utf-8")
    found = run("report", "client.yaml", "-o", "shop.md", "--brand", "brand.yaml", *SMALL)

    assert (found.code, found.out) == (0, "")
    assert found.err == "brand.yaml:4: `#fe0` is too light to be read on white; text is written in `#7a7200`\n"
    assert "Northlight · We · 22 November 2026\n" in (place / "shop.md").read_text(encoding="utf-8")


def test_a_full_disk_leaves_the_old_report(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never half a file: what was there stays, and nothing is left beside it."""

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    Path("shop.md").write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", full)
    found = run("report", "client.yaml", "-o", "shop.md", *SMALL)

    assert (found.code, found.out) == (2, "")
    assert found.err == (
        "SHOP: cannot-write: the report cannot be written: no space left on device\n"
        "  help: name another file, or mend that first\n1 fault\n"
    ).replace("SHOP", str(place / "shop.md"))
    assert [path.name for path in place.iterdir() if "shop" in path.name or "partial" in path.name] == ["shop.md"]
    assert Path("shop.md").read_text(encoding="utf-8") == "old"


def test_no_permission(place: Path) -> None:
    """A folder that one may not write to is a fault."""
    (place / "folder").chmod(0o500)
    os.seteuid(65534 if os.geteuid() == 0 else os.geteuid())
    try:
        with pytest.raises(DemandfirstError) as caught:
            write(place / "folder" / "shop.md", b"new")
    finally:
        if os.getuid() == 0:
            os.seteuid(0)

    assert [fault.code for fault in caught.value.faults] == ["cannot-write"]
    assert "permission denied" in str(caught.value)


@pytest.mark.parametrize(
    ("missing", "ending", "told"),
    [
        ("jinja2", "html", "a report needs jinja2: pip install 'demandfirst[report]'"),
        ("matplotlib", "html", "a report needs matplotlib: pip install 'demandfirst[report]'"),
        ("docx", "docx", "a Word report needs python-docx: pip install 'demandfirst[report]'"),
        ("weasyprint", "pdf", "a PDF needs WeasyPrint: pip install 'demandfirst[report]'"),
    ],
)
def test_what_is_not_installed_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, missing: str, ending: str, told: str
) -> None:
    """One line says what to install, and nothing is written."""
    _environment.cache_clear()
    monkeypatch.setitem(sys.modules, missing, None)
    (place / "full.yaml").write_text(f"client: {personas()['unsaturated-phone-e-shop']['client']}", encoding="utf-8")
    found = run("report", "full.yaml", "-o", f"shop.{ending}")

    assert (found.code, found.out, found.err) == (2, "", f"{told}\n")
    assert not (place / f"shop.{ending}").exists()


def test_a_missing_library_of_the_system_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pango does not come with pip: the Debian packages are named, and the library's own words are not shown."""

    def no_pango() -> None:
        print("-----")  # noqa: T201 - as the library does
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(as_pdf, "_Library", no_pango)

    with pytest.raises(MissingExtra, match=r"apt-get install libpango-1\.0-0 libpangoft2-1\.0-0 libharfbuzz-subset0$"):
        as_pdf._library()


def test_the_same_from_python(tmp_path: Path) -> None:
    """The library gives the bytes that the command writes; unknown kinds and readers are refused."""
    advice = advisor().advise(BARE)
    made = demandfirst.report(advisor(), advice, "docx", reader="sales", name="Rose", brand=BRAND, made=DAY)
    (tmp_path / "shop.docx").write_bytes(made)

    assert "word/document.xml" in ZipFile(tmp_path / "shop.docx").namelist()
    assert demandfirst.report(advisor(), advice).startswith(b"<!DOCTYPE html>")
    for wrong in ({"kind": "odt"}, {"reader": "boss"}):
        with pytest.raises(ValueError, match="is not one of"):
            demandfirst.report(advisor(), advice, **wrong)  # type: ignore[arg-type]


def test_side_by_side() -> None:
    """Reports made in several threads at once are those made one after the other."""
    clients = (BARE, client(SHOP), client(GOLDEN[2]))
    alone = [html(report_on(one)) for one in clients]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda place: html(report_on(clients[place % 3])), range(9)))

    assert together == alone * 3
