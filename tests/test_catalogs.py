"""The catalogs: complete, with the same placeholders and markup, compiled, and true to the glossary."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages import Catalog
from click.testing import CliRunner
from demandfirst import load
from demandfirst.cli import main
from demandfirst.engine.catalogs.code import PLACES as TEXT_PLACES
from demandfirst.engine.catalogs.code import code_texts
from demandfirst.engine.catalogs.compare import forms_of, wrongs
from demandfirst.engine.catalogs.update import Kept, compiled, written
from demandfirst.engine.language import LANGUAGES, SOURCE
from demandfirst.engine.language.catalogs import KNOWLEDGE, PLACES, PROGRAM, catalog_file
from demandfirst.engine.load.messages import UNIT, messages
from support import lay

ROOT = Path(__file__).resolve().parent.parent
OTHERS = [code for code in LANGUAGES if code != SOURCE]
GLOSSARY: list[dict[str, Any]] = yaml.safe_load((ROOT / "engine/language/glossary.yaml").read_text(encoding="utf-8"))
OFTEN = 0.1
"""In how many texts a term may be worded otherwise: sentences are recast, and words are inflected beyond their stems."""
TASTES = yaml.safe_load((ROOT / "tests/glossary.yaml").read_text(encoding="utf-8"))


def read(domain: str, code: str) -> Catalog:
    return Kept(domain, PLACES[domain], Catalog()).read(code)


def test_nothing_is_missing_wrong_or_left_uncompiled() -> None:
    """`demandfirst catalogs --check` is silent: every text of rulebase, program, commands and templates is translated."""
    result = CliRunner().invoke(main, ["catalogs", "--check"])

    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("domain", [KNOWLEDGE, PROGRAM])
@pytest.mark.parametrize("code", OTHERS)
def test_a_catalog_that_is_up_to_date_is_written_as_it_is(domain: str, code: str) -> None:
    """The order and the form of the files come from the program, so that a change of one text changes one place."""
    found = catalog_file(PLACES[domain], code, domain, "po").read_bytes()

    assert written(read(domain, code)) == found


WRONG = [
    ("no such text", "Fills {name}.", "", {"missing"}),
    ("same placeholders", "Fills {name}.", "Заповнює {name}.", set()),
    ("a placeholder less", "Fills {name}.", "Заповнює.", {"placeholder"}),
    ("another placeholder", "Fills {name}.", "Заповнює {names}.", {"placeholder"}),
    ("a placeholder twice", "Fills {name}.", "{name}: заповнює {name}.", {"placeholder"}),
    ("of templates", "Hello %(name)s", "Вітаю", {"placeholder"}),
    ("markup lost", "See <strong>this</strong>", "Дивіться це", {"markup"}),
    ("backticks lost", "`{word}` is no fact", "{word} не є фактом", {"markup"}),
    ("a space too many", "Then", "Потім ", {"space"}),
]


@pytest.mark.parametrize(("text", "said", "codes"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_what_is_wrong_is_found(text: str, said: str, codes: set[str]) -> None:
    """Placeholders, markup and spaces are compared with the English text."""
    template, catalog = Catalog(), Catalog(locale="uk")
    template.add(text)
    catalog.add(text, said)

    assert {code for code, _, _ in wrongs(template, catalog)} == codes


def test_every_plural_form_is_wanted() -> None:
    """Ukrainian has three; a form may say its number in words."""
    template, catalog = Catalog(), Catalog(locale="uk")
    template.add(("{count} day", "{count} days"))
    catalog.add(("{count} day", "{count} days"), ("день", "{count} дні", ""))

    assert [code for code, _, _ in wrongs(template, catalog)] == ["missing"]
    catalog.delete("{count} day")
    catalog.add(("{count} day", "{count} days"), ("день", "{count} дні", "{count} днів"))
    assert list(wrongs(template, catalog)) == []


def test_a_text_that_is_gone_is_named() -> None:
    """A catalog does not carry along what nobody says any more."""
    catalog = Catalog(locale="uk")
    catalog.add("Gone", "Зникло")

    assert [code for code, _, _ in wrongs(Catalog(), catalog)] == ["unused"]


CODE = [
    ("a text", '_("One text")', ["One text"]),
    ("of two parts", '_("One " "text")', ["One text"]),
    ("marked where it stands", 'WORD = mark("later")', ["later"]),
    ("inside an f-string", "f\"{_('inside {name}').format(name=1)}: {_('again')}\"", ["inside {name}", "again"]),
    ("by number", 'ngettext("{count} day", "{count} days", n)', [("{count} day", "{count} days")]),
    ("in a context", 'pgettext("a switch", "on")', [("a switch", "on")]),
    ("of two, either", '_("one" if many else "two")', []),
    ("looked up elsewhere", '_(WORDS["<" if low else "<="])', []),
    ("of another function", 'other("no text")', []),
    ("none at all", '_("")', []),
]


@pytest.mark.parametrize(("code", "texts"), [one[1:] for one in CODE], ids=[one[0] for one in CODE])
def test_the_texts_in_code(code: str, texts: list[Any]) -> None:
    """A text counts where it is written out as the argument of a function that looks it up or marks it."""
    found = code_texts(io.BytesIO(code.encode()), {}, (), {})

    assert [message for _, _, message, _ in found] == texts


def test_every_text_that_is_chosen_is_written_out() -> None:
    """`_("a" if b else "c")` would be looked up and never collected; no such call stands in the program."""
    files = [path for folder in ("engine", "web") for path in (ROOT / folder).rglob("*.py")]
    calls = [
        (path, node)
        for path in [*files, ROOT / "cli.py"]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]
    chosen = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, node in calls
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXT_PLACES
        for argument in node.args
        if isinstance(argument, ast.IfExp | ast.BinOp | ast.JoinedStr)
        and any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in ast.walk(argument))
    ]

    assert chosen == []


@pytest.mark.parametrize("code", OTHERS)
def test_the_knowledge_says_the_same_in_every_language(code: str) -> None:
    """Ids, conditions, numbers and the hash stay; every text is another one, or a name."""
    source, other = load().rulebase, load(language=code).rulebase
    pairs = list(zip(messages(source), messages(other), strict=True))
    same = {one.text for one, two in pairs if one.text == two.text and one.context != UNIT}

    assert (other.hash, other.language, other.version) == (source.hash, code, source.version)
    assert [rule.when for rule in other.rules] == [rule.when for rule in source.rules]
    assert {(one.place, one.about) for one, _ in pairs} == {(two.place, two.about) for _, two in pairs}
    assert same <= set(TASTES["names"])


@pytest.mark.parametrize("code", OTHERS)
def test_the_advice_is_the_same_in_every_language(code: str) -> None:
    """Statuses, ranks, rules and numbers do not depend on the language; the texts do."""
    client = yaml.safe_load((ROOT / "examples/phone-shop.yaml").read_text(encoding="utf-8"))["client"]
    ours, theirs = load().advise(client), load(language=code).advise(client)

    assert [(one.id, one.status, one.rules) for one in ours.items] == [
        (one.id, one.status, one.rules) for one in theirs.items
    ]
    assert [(one.id, one.severity, one.status) for one in ours.warnings] == [
        (one.id, one.severity, one.status) for one in theirs.warnings
    ]
    assert theirs.language == code
    assert ours.verdict.title != theirs.verdict.title


def test_a_language_that_there_is_none_of() -> None:
    """The library says which there are."""
    with pytest.raises(ValueError, match="`fr` is not a language here; there are en, uk, ru, hy"):
        load(language="fr")


def test_a_rulebase_brings_its_own_catalogs(tmp_path: Path) -> None:
    """`catalogs FOLDER` makes them; what they say comes before the built-in texts, and needs no change of the program."""
    root = lay(tmp_path / "own", {})
    result = CliRunner().invoke(main, ["catalogs", str(root)])
    path = catalog_file(root / "knowledge" / "locale", "uk", KNOWLEDGE, "po")
    label = next(iter(load(root).rulebase.facts.values())).label
    path.write_text(
        path.read_text(encoding="utf-8").replace(f'msgid "{label}"\nmsgstr ""', f'msgid "{label}"\nmsgstr "своє"'),
        encoding="utf-8",
    )
    again = CliRunner().invoke(main, ["catalogs", str(root)])

    assert (result.exit_code, again.exit_code) == (0, 0)
    assert next(iter(load(root, language="uk").rulebase.facts.values())).label == "своє"
    assert next(iter(load(root, language="ru").rulebase.facts.values())).label == label
    assert load(root, language="uk").hash == load(root).hash


def test_a_catalog_that_is_none(tmp_path: Path) -> None:
    """A damaged file is a fault with its line, and stays as it is."""
    root = lay(tmp_path / "own", {})
    path = catalog_file(root / "knowledge" / "locale", "uk", KNOWLEDGE, "po")
    path.parent.mkdir(parents=True)
    path.write_text('msgid "a"\nmsgstr "b\nnonsense', encoding="utf-8")
    result = CliRunner().invoke(main, ["catalogs", str(root)])

    assert result.exit_code == 2
    assert "bad-catalog" in result.stderr
    assert path.read_text(encoding="utf-8").endswith("nonsense")


def test_what_is_missing_is_listed(tmp_path: Path) -> None:
    """`--check` writes nothing and ends with 1."""
    root = lay(tmp_path / "own", {})
    result = CliRunner().invoke(main, ["catalogs", "--check", str(root)])

    assert result.exit_code == 1
    assert "missing" in result.output
    assert not (root / "knowledge" / "locale").exists()


def test_compiling_leaves_out_what_is_not_translated() -> None:
    """Plural forms that are empty are not filled with English ones by mistake."""
    catalog = Catalog(locale="uk")
    catalog.add("One", "Один")

    assert compiled(catalog) == compiled(catalog)
    assert "Один".encode() in compiled(catalog)


# --- the glossary --------------------------------------------------------------------------------------------


def wordings(text: str) -> list[str]:
    """The ways to say a term, without what stands in brackets."""
    return [one.strip() for one in re.sub(r"\([^)]*\)|^\d+:", "", text).split(",") if one.strip()]


def stems(wording: str) -> list[str]:
    """What is left of each word in whatever case it stands."""
    return [word.casefold()[: max(3, round(len(word) * 0.57))] for word in re.findall(r"[\w\u2019\u02bc'-]+", wording)]


def uses(catalog: Catalog, term: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The texts that have an English term in them, with their translations."""
    english = "|".join(rf"{re.escape(one)}(?:s|es)?" for one in wordings(term["en"]))
    pattern = re.compile(rf"\b(?:{english})\b", re.IGNORECASE)
    for message in catalog:
        text = message.id if isinstance(message.id, str) else message.id[0]
        if text and pattern.search(text):
            yield text, forms_of(message)[0]


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogs_use_the_terms_of_the_glossary(code: str) -> None:
    """Where an English text uses a term, its translation does too; words with other meanings are listed with the reason."""
    astray, catalog = {}, read(KNOWLEDGE, code)
    for term in GLOSSARY:
        ways = [stems(one) for one in wordings(term[code])]
        found = list(uses(catalog, term))
        lost = [text for text, said in found if not any(all(stem in said.casefold() for stem in way) for way in ways)]
        if len(lost) > max(2, OFTEN * len(found)) and term["id"] not in TASTES["otherwise"]:
            astray[term["id"]] = f"{len(lost)} of {len(found)}, such as: {lost[0]}"

    assert astray == {}


def test_the_glossary_has_every_term_in_every_language() -> None:
    """And says where each comes from."""
    assert [one["id"] for one in GLOSSARY if not all(one.get(code) for code in LANGUAGES)] == []
    assert [one["id"] for one in GLOSSARY if set(one["from"].values()) - {"seed", "proposed"}] == []
