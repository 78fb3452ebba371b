"""Settings of the service: environment variables, and a TOML file for those who prefer one. All faults at once."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.language import LANGUAGES, PSEUDO, SOURCE, nearest_language
from demandfirst.engine.load.yaml_tree import quote
from demandfirst.web.rates import Rate
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "DEMANDFIRST_"
DATABASE = "DATABASE_URL"
FILE = f"{PREFIX}SETTINGS"
OTHERS = frozenset({"CACHE", "CLIENTS", "LANG", "RECORD"})
"""Variables with our prefix that are not settings of the service."""
SECRET = frozenset({"database_url", "metrics_token"})
"""Settings that are not repeated in messages."""
SQLITE = "sqlite"
DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


class Settings(BaseModel):
    """Everything that an operator can set; the descriptions are the documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: str = Field(
        "sqlite:///demandfirst.db", description="Where everything is kept: an SQLite file or a PostgreSQL database."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="How many processes answer requests.")
    public_url: AnyHttpUrl | None = Field(
        None, description="The address that visitors use, where a proxy stands before the service."
    )
    trusted_hosts: tuple[str, ...] = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        description="Host names that requests may name; the public URL's is added.",
    )
    rulebase: Path | None = Field(None, description="A folder with knowledge/ and rules/ instead of the built-in one.")
    embed_parents: tuple[str, ...] = Field(
        (), description="Origins of pages that may show the questionnaire in a frame, as https://shop.example."
    )
    cors_origins: tuple[str, ...] = Field((), description="Origins whose scripts may call the API from a browser.")
    open_api: bool = Field(True, description="Whether /v1 answers without an API key, within the limits by address.")
    rate_per_address: str = Field("120/minute", description="Requests to the API from one address without a key.")
    rate_per_key: str = Field("1200/minute", description="Requests to the API with one key.")
    rate_starts: str = Field("30/minute", description="Questionnaires begun in the browser from one address.")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    metrics_token: str = Field(
        "",
        description="With it `Authorization: Bearer TOKEN` reads /metrics from anywhere; without, only this machine does.",
    )
    request_log: bool = Field(True, description="Whether each request is logged, as one line of JSON.")
    max_connections: int = Field(
        1000, ge=10, le=100_000, description="Connections that one process holds; others are answered 503."
    )
    max_body_bytes: int = Field(1_000_000, ge=1_000, le=100_000_000, description="The largest request body.")
    max_clients: int = Field(100, ge=1, le=10_000, description="The most clients in one request to advise many.")
    body_timeout_seconds: float = Field(10, gt=0, le=600, description="How long a request body may take to arrive.")
    session_days: int = Field(30, ge=1, le=3650, description="How long a questionnaire can be taken up again.")
    retention_days: int = Field(
        365, ge=1, le=36500, description="After so many days a questionnaire and its advice are erased."
    )
    contact: bool = Field(False, description="Whether visitors are asked for contact details at the end.")
    consent_text: str = Field(
        "", validate_default=True,
        description="What a visitor agrees to when leaving contact details; needed with contact.",
    )  # fmt: skip
    consent_texts: dict[str, str] = Field(
        {}, description="The same in other languages, by code: a table in the file, JSON in the variable."
    )
    default_language: str = Field(
        SOURCE, description="The language for visitors whose browser names none of ours: en, uk, ru or hy."
    )
    agency_name: str = Field("", max_length=80, description="Shown at the head of the pages.")
    report_brand: Path | None = Field(
        None, description="A settings file with the agency's name, logo and colours, for reports: see docs/report.md."
    )
    staff_session_hours: int = Field(12, ge=1, le=720, description="How long staff stay signed in.")
    webhook_private_targets: bool = Field(
        False, description="Whether webhooks may be sent to private and loopback addresses."
    )
    webhook_contact: bool = Field(False, description="Whether webhooks are told the contact details of visitors.")
    webhook_attempts: int = Field(8, ge=1, le=50, description="How often a delivery is tried before it is put aside.")
    secure_cookies: bool = Field(
        False, description="Whether cookies are sent over HTTPS only; on where the public URL is https."
    )
    shutdown_seconds: int = Field(
        10, ge=0, le=600, description="How long requests may go on once the service is told to stop."
    )

    @field_validator("database_url")
    @classmethod
    def _driver(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        with suppress(ArgumentError, ValueError):
            url = make_url(f"{DRIVERS.get(scheme, scheme)}{separator}{rest}")
            file = (url.database or "") if url.drivername == SQLITE else "none"
            if (
                url.drivername in (SQLITE, *DRIVERS.values())
                and file.strip("/")
                and not file.startswith((":", "file:"))
            ):
                return f"{DRIVERS.get(scheme, scheme)}://{rest}"
        raise ValueError("it is written as sqlite:///file.db or postgresql://user:password@host/name")

    @field_validator("default_language")
    @classmethod
    def _language(cls, value: str) -> str:
        if value not in (*LANGUAGES, PSEUDO):
            near = nearest_language(value)
            raise ValueError(f"there are {', '.join(LANGUAGES)}" + (f"; did you mean `{near}`?" if near else ""))
        return value

    @field_validator("consent_text")
    @classmethod
    def _consent(cls, value: str, info: Any) -> str:
        if info.data.get("contact") and not value.strip():
            raise ValueError("contact details need a consent text")
        return value

    @field_validator("consent_texts")
    @classmethod
    def _consents(cls, value: dict[str, str]) -> dict[str, str]:
        for code, text in value.items():
            cls._language(code)
            if not text.strip():
                raise ValueError(f"there is no text for `{code}`")
        return value

    @field_validator("embed_parents", "cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = AnyHttpUrl(origin)
            if str(parts) != f"{origin}/" or parts.username is not None or "*" in origin:
                raise ValueError(f"`{origin}` is not an origin such as https://shop.example")
        return value

    @field_validator("rate_per_address", "rate_per_key", "rate_starts")
    @classmethod
    def _rate(cls, value: str) -> str:
        Rate.read(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network)
        return value

    @field_validator("trusted_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if "*" in host.removeprefix("*.") and host != "*":
                raise ValueError(f"`{host}` is not a host name, nor one such as *.shop.example")
        return value

    def consent(self, language: str) -> str:
        """What visitors agree to, in a language, or as it is where there is no such text; nothing where they are not asked."""
        return self.consent_texts.get(language, self.consent_text) if self.contact else ""

    @property
    def https(self) -> bool:
        """Whether cookies are for HTTPS only."""
        return self.secure_cookies or (self.public_url is not None and self.public_url.scheme == "https")


def read_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings: what is given here, before the environment, before the file. Raises `DemandfirstError` with every fault."""
    variables = os.environ if environment is None else environment
    where: dict[str, str] = {}
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for file, values in ((variables.get(FILE, ""), _file(variables.get(FILE, ""))), ("", _environment(variables))):
        for name, value in values.items():
            if name in Settings.model_fields:
                found[name], where[name] = value, f"{file}: {name}" if file else _variable(name, variables)
            else:
                faults.append(_unknown(name, file))
    found |= {name: value for name, value in given.items() if value is not None}
    try:
        made = Settings(**found)
    except ValidationError as error:
        faults += [_fault(one, where) for one in error.errors()]
    if faults:
        raise DemandfirstError(faults)
    return made


def _variable(name: str, variables: Mapping[str, str]) -> str:
    """Where a setting of the environment stands."""
    return DATABASE if name == "database_url" and DATABASE in variables else PREFIX + name.upper()


def _unknown(name: str, file: str) -> Fault:
    shown = name if file else PREFIX + name.upper()
    help_line = did_you_mean(name, Settings.model_fields, "docs/web.md lists them")
    return Fault(Place(file or "environment"), "unknown-setting", f"`{quote(shown)}` is not a setting", help_line)


def _fault(error: Any, where: Mapping[str, str]) -> Fault:
    name = str(error["loc"][0])
    message = error["msg"].removeprefix("Value error, ")
    given = "this" if name in SECRET else f"`{quote(error['input'])}`"
    text = f"{given} cannot be: {message[0].lower()}{message[1:]}"
    return Fault(Place(where.get(name, name)), "invalid-setting", text, Settings.model_fields[name].description or "")


def _environment(variables: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, text in variables.items():
        name = key.removeprefix(PREFIX)
        if key.startswith(PREFIX) and key != FILE and name not in OTHERS:
            found[name.lower()] = _read(name.lower(), text)
    if DATABASE in variables:
        found["database_url"] = variables[DATABASE]
    return found


def _read(name: str, text: str) -> Any:
    """A list in a variable stands with commas between its entries, a table as JSON."""
    kind = Settings.model_fields[name].annotation if name in Settings.model_fields else None
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind == dict[str, str]:
        with suppress(ValueError):
            return json.loads(text)
    return text


def _file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        fault = Fault(Place(path), "unreadable-settings", reason, f"{FILE} names this file")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault = Fault(Place(path), "invalid-settings", str(error).lower(), "the settings file is TOML: name = value")
    raise DemandfirstError([fault])
