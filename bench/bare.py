"""What the web service is measured against: the same answer from an application that does nothing else.

`/plain` answers with data and says nothing of its type, the barest endpoint there is; `/typed` says its type, so that pydantic
writes the JSON; `/bytes` has JSON that is written already, the least that can be done.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response

TEXT = Path(os.environ["ADVICE"]).read_bytes()
DATA = json.loads(TEXT)
app = FastAPI()


@app.post("/plain", response_model=None)
async def plain(_: dict[str, Any]) -> Any:
    """The advice as data."""
    return DATA


@app.post("/typed")
async def typed(_: dict[str, Any]) -> Any:
    """The advice as data that pydantic writes."""
    return DATA


@app.post("/bytes")
async def text(_: dict[str, Any]) -> Response:
    """The advice as it stands."""
    return Response(TEXT, media_type="application/json")
