"""The HTTP API from a product's backend, with nothing but the standard library.

Start the service (`demandfirst serve`), then run `python examples/embedding/api_only.py http://localhost:8000`.
"""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

CLIENT: dict[str, Any] = {"business_type": "ecommerce", "goals": ["sales"], "paid_search": "used", "seo": "unknown"}


def main(server: str) -> None:
    """Advise a client, ask what to ask next, and see how faults come back."""
    advice = post(f"{server}/v1/advise", CLIENT)
    print("verdict:", advice["verdict"]["title"])
    print("recommended:", ", ".join(one["id"] for one in advice["items"] if one["status"] == "recommended"))
    turn = post(f"{server}/v1/next-question", {"client": CLIENT})
    print("ask next:", turn["question"]["question"])
    faulty = post(f"{server}/v1/advise", {"business_type": "ecomerce", "goals": ["sales"]})
    for fault in faulty["errors"]:
        print("fault:", fault["message"], "-", fault["help"])


def post(address: str, body: Any) -> Any:
    """Send JSON, read JSON; a problem comes back as JSON too."""
    request = Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urlopen(request, timeout=10) as response:  # noqa: S310
            return json.load(response)
    except HTTPError as error:
        return json.load(error)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
