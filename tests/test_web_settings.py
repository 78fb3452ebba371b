"""Settings: from the environment, from a file, all faults at once; and the table of them in the documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from demandfirst.engine.errors import DemandfirstError
from demandfirst.web.settings import FILE, PREFIX, Settings, read_settings

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "web.md"
BEGIN, END = "<!-- settings:", "<!-- end of the settings -->"


def shown(value: object) -> str:
    """A default as the table shows it."""
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value not in (None, "") else ""


def table() -> str:
    """The table of all settings."""
    lines = ["| setting | without it | what it is |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {shown(field.default)} | {field.description} |" for name, field in Settings.model_fields.items()
    ]
    return "\n".join(lines)


def test_every_setting_is_documented() -> None:
    """The table in docs/web.md is the one that the settings give."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    mark, _, rest = rest.partition("\n")
    found, _, after = rest.partition(END)
    if os.environ.get("DEMANDFIRST_RECORD"):
        DOCUMENT.write_text(f"{before}{BEGIN}{mark}\n\n{table()}\n\n{END}{after}", encoding="utf-8")
        return

    assert found.strip() == table()


def test_nothing_has_to_be_set() -> None:
    """Without any setting it listens on this machine only, with SQLite, one process, and no other origin."""
    found = read_settings({})

    assert (found.host, found.port, found.workers) == ("127.0.0.1", 8000, 1)
    assert found.database_url == "sqlite:///demandfirst.db"
    assert (found.cors_origins, found.trusted_proxies, found.embed_parents) == ((), (), ())
    assert not found.https


def test_environment_before_file_and_options_before_both(tmp_path: Path) -> None:
    """What is nearer to the person who starts it wins."""
    file = tmp_path / "settings.toml"
    file.write_text('port = 1\nworkers = 2\nhost = "::1"\ntrusted_hosts = ["a.example", "*.b.example"]\n')
    variables = {FILE: str(file), f"{PREFIX}PORT": "3", f"{PREFIX}WORKERS": "4", "DATABASE_URL": "postgres://u@h/d"}

    found = read_settings(variables, workers=5, host=None)

    assert (found.port, found.workers, found.host) == (3, 5, "::1")
    assert found.trusted_hosts == ("a.example", "*.b.example")
    assert found.database_url == "postgresql+psycopg://u@h/d"


def test_lists_in_variables() -> None:
    """Lists stand with commas between their entries."""
    found = read_settings({f"{PREFIX}EMBED_PARENTS": "https://a.example, https://b.example:8443,"})

    assert found.embed_parents == ("https://a.example", "https://b.example:8443")


def test_other_variables_are_left_alone() -> None:
    """Variables of other parts of the program are no settings, and no mistakes."""
    read_settings({f"{PREFIX}CACHE": "off", f"{PREFIX}CLIENTS": "20", "PATH": "/bin"})


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Each fault names the variable, or the file and the key, what is wrong, and what the setting is."""
    file = tmp_path / "settings.toml"
    file.write_text("session_days = 0\nworker = 2\n")
    variables = {
        FILE: str(file), f"{PREFIX}PROT": "80", f"{PREFIX}PORT": "many", "DATABASE_URL": "mysql://x",
        f"{PREFIX}RATE_PER_KEY": "often", f"{PREFIX}TRUSTED_PROXIES": "10.0.0.0/8, proxy", f"{PREFIX}CORS_ORIGINS": "shop.example",
        f"{PREFIX}CONTACT": "true", f"{PREFIX}EMBED_PARENTS": "https://a.example/page", f"{PREFIX}TRUSTED_HOSTS": "a.*.example",
    }  # fmt: skip

    with pytest.raises(DemandfirstError) as caught:
        read_settings(variables)

    text = str(caught.value)
    for words in (
        f"{file}: unknown-setting: `worker`", "did you mean `workers`?", "`DEMANDFIRST_PROT` is not a setting",
        "did you mean `port`?", "DEMANDFIRST_PORT: invalid-setting: `many`", f"{file}: session_days: invalid-setting: `0`",
        "DATABASE_URL: invalid-setting: this cannot be: it is written as sqlite:///", "`often` cannot be: a rate is written as",
        "DEMANDFIRST_TRUSTED_PROXIES", "DEMANDFIRST_CORS_ORIGINS", "contact details need a consent text",
        "`https://a.example/page` is not an origin", "`a.*.example` is not a host name",
    ):  # fmt: skip
        assert words in text, words
    assert all(fault.help for fault in caught.value.faults)


@pytest.mark.parametrize("text", ["port 1", "port = \n", "\xff"])
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    """A settings file that is none, or is missing, is told in one line."""
    file = tmp_path / "settings.toml"
    file.write_bytes(text.encode("latin-1"))
    for path, code in ((file, "invalid-settings"), (tmp_path / "nowhere.toml", "unreadable-settings")):
        with pytest.raises(DemandfirstError) as caught:
            read_settings({FILE: str(path)})
        assert [fault.code for fault in caught.value.faults] == [code]


def test_secrets_are_not_repeated() -> None:
    """A fault in an address of a database does not print its password."""
    with pytest.raises(DemandfirstError) as caught:
        read_settings({"DATABASE_URL": "mysql://user:hunter2@host/name"})

    assert "hunter2" not in str(caught.value)
