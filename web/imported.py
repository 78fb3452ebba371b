"""Whether what the extra `web` brings is installed."""

from __future__ import annotations

from importlib.util import find_spec

from demandfirst.engine.errors import MissingExtra

NEEDED = ("alembic", "argon2", "fastapi", "httpx2", "jinja2", "prometheus_client",
          "python_multipart", "sqlalchemy", "standardwebhooks", "uvicorn")  # fmt: skip


def require_web() -> None:
    """Raise `MissingExtra` unless everything is there."""
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtra("the web service needs a part that is not installed: pip install 'demandfirst[web]'")
