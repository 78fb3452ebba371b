"""Alembic's entry: runs migrations on the engine that it is handed."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from demandfirst.web.models import Base, Moment


def rendered(kind: str, thing: Any, _: Any) -> str | Literal[False]:
    """A migration outlives the class `Moment`."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


with context.config.attributes["engine"].begin() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=rendered)
    with context.begin_transaction():
        context.run_migrations()
