"""Everything that requests share: made once at start, free of any client."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import demandfirst
from demandfirst.engine import language
from demandfirst.engine.advise import Advisor
from demandfirst.engine.interview import Interview
from demandfirst.engine.ir.codes import status_words
from demandfirst.engine.ir.numbers import figure
from demandfirst.engine.language import current, speaking
from demandfirst.engine.language.phrases import capital
from demandfirst.engine.report.handout.charts import drawable
from demandfirst.engine.report.handout.model import Brand
from demandfirst.engine.report.handout.written import available
from demandfirst.web.database import Database
from demandfirst.web.questionnaires import Questionnaires
from demandfirst.web.replay import Replays
from demandfirst.web.settings import Settings
from demandfirst.web.speakers import Speakers
from demandfirst.web.staff.signing import SignIns
from demandfirst.web.webhooks.events import Events
from demandfirst.web.words import counted, day, language_name
from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent


def templates() -> Environment:
    """Jinja with everything escaped, and texts ready for translation."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True, pgettext=language.pgettext, npgettext=language.npgettext
    )
    made.policies["ext.i18n.trimmed"] = True
    made.filters["capitalize_first"] = capital
    made.filters["figure"] = lambda number: figure(round(number))
    made.filters["day"] = day
    made.filters["status"] = status_words
    made.filters["language_name"] = language_name
    made.globals["counted"] = counted
    made.globals["report_kinds"] = available
    return made


def brand(settings: Settings) -> Brand:
    """Who hands reports over. Raises `DemandfirstError` where the settings file is not in order."""
    from demandfirst.engine.report.handout.brand_file import read_brand

    return read_brand(str(settings.report_brand)).brand if settings.report_brand else Brand(settings.agency_name)


@dataclass
class Service:
    """The parts of a running service."""

    settings: Settings
    database: Database
    speakers: Speakers
    templates: Environment = field(default_factory=templates)

    def __post_init__(self) -> None:
        self.questionnaires = Questionnaires(self.database, self.speakers.interview, days=self.settings.session_days)
        self.replays = Replays(self.database, self.speakers)
        self.sign_ins = SignIns(self.database, hours=self.settings.staff_session_hours)
        self.events = Events(contact=self.settings.webhook_contact)
        self.questionnaires.on_completed = self.events.completed
        self.brand = brand(self.settings)
        self.pictures = drawable()
        self.templates.globals["consent_text"] = lambda: self.settings.consent(current())

    @classmethod
    def start(cls, settings: Settings) -> Service:
        """Load the rulebase, open the database. Raises `DemandfirstError`."""
        path = str(settings.rulebase) if settings.rulebase else None
        speakers = Speakers(lambda code: demandfirst.load(path, language=code))
        with speaking(settings.default_language):
            speakers.interview()
        database = Database(settings.database_url)
        database.prepare()
        return cls(settings, database, speakers)

    @property
    def interview(self) -> Interview:
        """The interview in the language that is spoken now."""
        return self.speakers.interview()

    @property
    def advisor(self) -> Advisor:
        """The advisor in the language that is spoken now."""
        return self.speakers.interview().advisor


async def the_service(request: Request) -> Service:
    """The service that a request reached."""
    found: Service = request.app.state.service
    return found


Shared = Annotated[Service, Depends(the_service)]
