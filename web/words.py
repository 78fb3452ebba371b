"""Words that several pages share, in the language that is spoken."""

from __future__ import annotations

from datetime import date, datetime

from demandfirst.engine.errors import Fault
from demandfirst.engine.language import LANGUAGES, _, mark, npgettext
from demandfirst.engine.language.phrases import capital

SEVERITIES = {"stop": mark("Stop"), "caution": mark("Careful"), "info": mark("Good to know")}


def severity_words() -> dict[str, str]:
    """Severity of a warning -> what people call it."""
    return {severity: _(word) for severity, word in SEVERITIES.items()}


def counted(severity: str, count: int) -> str:
    """How many warnings of a severity there are."""
    match severity:
        case "stop":
            said = npgettext("warnings", "{count} stop", "{count} stop", count)
        case "caution":
            said = npgettext("warnings", "{count} careful", "{count} careful", count)
        case _:
            said = npgettext("warnings", "{count} good to know", "{count} good to know", count)
    return said.format(count=count)


def told(fault: Fault) -> str:
    """A fault for people: what is wrong, and what to do about it."""
    message, help_line = (
        (text if text.startswith("`") else capital(text)).replace("`", "") for text in (fault.message, fault.help)
    )
    if not help_line:
        return _("{message}.").format(message=message)
    return _("{message}. {help}").format(message=message, help=help_line)


def language_name(code: str) -> str:
    """What a language calls itself."""
    return LANGUAGES.get(code, code)


def day(when: date) -> str:
    """A day as the language writes it: `22 November 2026`."""
    from demandfirst.engine.language.written import day as written

    return written(when)


def moment(when: datetime) -> str:
    """A point in time as the agency reads it: the same in every language."""
    return f"{when:%Y-%m-%d %H:%M} UTC"
