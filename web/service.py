"""Everything that requests share: made once at start, free of any client."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import demandfirst
from demandfirst.engine.advise import Advisor
from demandfirst.engine.interview import Interview
from demandfirst.web.database import Database
from demandfirst.web.questionnaires import Questionnaires
from demandfirst.web.replay import Replays
from demandfirst.web.settings import Settings
from demandfirst.web.staff.signing import SignIns
from demandfirst.web.webhooks.events import Events
from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent


def templates() -> Environment:
    """Jinja with everything escaped, and texts ready for translation."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    return made


@dataclass
class Service:
    """The parts of a running service."""

    settings: Settings
    database: Database
    advisor: Advisor
    templates: Environment = field(default_factory=templates)

    def __post_init__(self) -> None:
        self.interview = Interview(self.advisor)
        self.questionnaires = Questionnaires(self.database, self.interview, days=self.settings.session_days)
        self.replays = Replays(self.database, self.advisor)
        self.sign_ins = SignIns(self.database, hours=self.settings.staff_session_hours)
        self.events = Events(contact=self.settings.webhook_contact)
        self.questionnaires.on_completed = self.events.completed
        self.templates.globals["consent_text"] = self.settings.consent_text if self.settings.contact else ""

    @classmethod
    def start(cls, settings: Settings) -> Service:
        """Load the rulebase, open the database. Raises `DemandfirstError`."""
        advisor = demandfirst.load(str(settings.rulebase) if settings.rulebase else None)
        advisor.scalar.run({})  # compiles it
        database = Database(settings.database_url)
        database.prepare()
        return cls(settings, database, advisor)


async def the_service(request: Request) -> Service:
    """The service that a request reached."""
    found: Service = request.app.state.service
    return found


Shared = Annotated[Service, Depends(the_service)]
