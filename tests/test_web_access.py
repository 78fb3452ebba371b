"""Who may ask what, how often, and from where."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from demandfirst.cli import main
from demandfirst.web.api import access, keys
from demandfirst.web.models import Key
from demandfirst.web.rates import MOST, Limiter, Rate, subject_of
from starlette.testclient import TestClient
from web_support import a_client, a_service

CLIENT = {"business_type": "ecommerce", "goals": ["sales"]}
ORIGIN = "https://shop.example"


def bearer(secret: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on the database of this test."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")

    def run(*arguments: str, code: int = 0) -> Result:
        found = CliRunner().invoke(main, [*arguments])
        assert found.exit_code == code, found.output
        return found

    return run


# --- keys -----------------------------------------------------------------------------------------------------------


def test_the_life_of_a_key(tmp_path: Path, command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is made, used, rotated with a grace, and revoked; only its hash is kept, and its secret is shown once."""
    monkeypatch.setattr(access, "CACHED_SECONDS", 0.0)
    made = command("keys", "create", "Acme", "--scope", "advise", "--scope", "sessions", "--days", "30")
    secret, name = made.stdout.strip(), made.stderr.partition(":")[0]
    with a_client(tmp_path, open_api=False) as api:
        assert api.post("/v1/advise", json=CLIENT).status_code == 401
        assert api.post("/v1/advise", json=CLIENT, headers=bearer(secret)).status_code == 200
        assert api.get("/v1/clients", headers=bearer(secret)).status_code == 403

        listed = command("keys", "list").stdout
        rotated = command("keys", "rotate", name, "--grace", "1")
        newer, new_name = rotated.stdout.strip(), rotated.stderr.partition(":")[0]
        assert [api.get("/v1/rulebase", headers=bearer(one)).status_code for one in (secret, newer)] == [200, 200]
        command("keys", "rotate", name, "--grace", "0")
        assert [api.get("/v1/rulebase", headers=bearer(one)).status_code for one in (secret, newer)] == [401, 200]
        command("keys", "revoke", new_name)
        assert api.get("/v1/rulebase", headers=bearer(newer)).status_code == 401

    assert re.search(rf"{name}  good     advise,sessions .* Acme", listed)
    assert re.findall(r"  (over|revoked|good) ", command("keys", "list").stdout) == ["over", "revoked", "good"]
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert secret.encode() not in kept
    assert secret not in listed


def test_a_revoked_key_is_refused_within_seconds(tmp_path: Path) -> None:
    """What a process remembers of a key is asked again after a while."""
    with a_client(tmp_path) as api:
        database = api.app.state.service.database  # type: ignore[attr-defined]
        name, secret = keys.create(database, "x", ["advise"])
        assert api.get("/v1/rulebase", headers=bearer(secret)).status_code == 200
        keys.revoke(database, name)
        known = api.app.state.access._known  # type: ignore[attr-defined]
        for mark, (since, found) in list(known.items()):
            known[mark] = since - access.CACHED_SECONDS, found

        assert api.get("/v1/rulebase", headers=bearer(secret)).status_code == 401


def test_a_key_ends_by_itself(tmp_path: Path) -> None:
    """After its days a key is no longer valid."""
    service = a_service(tmp_path)
    name, secret = keys.create(service.database, "x", ["advise"], days=1)
    assert keys.bearer_of(service.database, secret) is not None
    with service.database.transaction() as session:
        row = session.get(Key, name)
        assert row is not None
        row.expires = datetime.now(UTC) - timedelta(seconds=1)

    assert keys.bearer_of(service.database, secret) is None
    assert keys.rotate(service.database, name, grace_hours=1) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", "x", "--scope", "advice"), "did you mean `advise`?"),
        (("create", "", "--scope", "advise"), "a name has 1 to 120 characters"),
        (("create", "x"), "Missing option '--scope'"),
        (("rotate", "nobody"), "there is no key `nobody`"),
        (("revoke", "nobody"), "there is no key `nobody`"),
    ],
)
def test_mistakes_with_keys(command: Any, arguments: tuple[str, ...], words: str) -> None:
    """A mistake ends with exit code 2, nothing on standard output, and what to do."""
    found = command("keys", *arguments, code=2)

    assert words in found.stderr
    assert found.stdout == ""


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic abc", "Bearer df_nothing", "df_nothing", "\xff"])
def test_wrong_keys(tmp_path: Path, header: str) -> None:
    """What is no valid key is refused, also where no key is needed, and told how to send one."""
    with a_client(tmp_path) as api:
        response = api.get("/v1/rulebase", headers={b"Authorization": header.encode("latin-1")})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


def test_the_state_of_the_tables(command: Any) -> None:
    """`database check` tells by its exit code whether `database upgrade` is due."""
    assert "none instead of 0002" in command("database", "check", code=1).stdout
    assert "up to date (0002; before: none)" in command("database", "upgrade").stdout
    assert "up to date (0002)" in command("database", "check").stdout
    command("database", "upgrade")


def test_a_database_of_tomorrow(tmp_path: Path, command: Any) -> None:
    """Tables of a newer version are left alone."""
    database = a_service(tmp_path).database
    with database.engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")

    for arguments in (("database", "check"), ("database", "upgrade"), ("keys", "list"), ("serve", "--port", "0")):
        assert "newer-database" in command(*arguments, code=2).stderr


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_limiter() -> None:
    """So many at once, then as many as come back in time; each subject for itself."""
    now = 100.0
    limiter = Limiter(Rate.read("6/minute"), lambda: now)

    assert [limiter.wait("a") for _ in range(6)] == [0.0] * 6
    assert limiter.wait("a") == pytest.approx(10)
    assert limiter.wait("b") == 0
    now += 9
    assert limiter.wait("a") == pytest.approx(1)
    now += 1
    assert limiter.wait("a") == 0
    assert limiter.wait("a") > 0
    now += 1000
    assert [limiter.wait("a") for _ in range(6)] == [0.0] * 6
    assert limiter.wait("a") > 0


def test_a_limiter_forgets() -> None:
    """However many ask, it remembers only so many."""
    limiter = Limiter(Rate.read("1/day"))
    for number in range(MOST + 10):
        limiter.wait(str(number))

    assert len(limiter._due) <= MOST
    assert limiter.wait(str(MOST + 9)) > 0


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"), ("fe80::1%eth0", "fe80::"), ("unknown", "unknown"), ("", ""),
    ],
)  # fmt: skip
def test_who_an_address_is(address: str, subject: str) -> None:
    """All addresses of one customer's network count as one."""
    assert subject_of(address) == subject


def test_limits_by_address_and_by_key(tmp_path: Path) -> None:
    """Beyond the limit it is 429 with the time to wait; a key has a limit of its own."""
    with a_client(tmp_path, rate_per_address="2/hour", rate_per_key="3/hour") as api:
        _, secret = keys.create(api.app.state.service.database, "x", ["advise"])  # type: ignore[attr-defined]
        without = [api.get("/v1/rulebase").status_code for _ in range(3)]
        last = api.get("/v1/rulebase")
        with_key = [api.get("/v1/rulebase", headers=bearer(secret)).status_code for _ in range(4)]

    assert without == [200, 200, 429]
    assert with_key == [200, 200, 200, 429]
    assert 1700 < int(last.headers["retry-after"]) <= 1800
    assert last.json()["detail"] == "at most 2 requests in 3600 seconds"


def test_trying_keys_is_slowed_down(tmp_path: Path) -> None:
    """Whoever tries keys that are none meets the limit of the address."""
    with a_client(tmp_path, rate_per_address="3/hour", open_api=False) as api:
        tried = [api.get("/v1/rulebase", headers=bearer(f"df_{number}")).status_code for number in range(5)]

    assert tried == [401, 401, 401, 429, 429]


def test_beginning_questionnaires_is_limited(tmp_path: Path) -> None:
    """One address begins only so many questionnaires, on our pages and inside others; looking at pages is free."""
    with a_client(tmp_path, rate_starts="2/hour", embed_parents=(ORIGIN,)) as api:
        begun = [api.post("/start").status_code, api.post("/embed/start", data={"parent": ORIGIN}).status_code]
        refused = [api.post("/start"), api.post("/embed/start", data={"parent": ORIGIN})]
        looked = [api.get("/").status_code for _ in range(5)]

    assert begun == [303, 303]
    assert [one.status_code for one in refused] == [429, 429]
    assert int(refused[0].headers["retry-after"]) > 0
    assert refused[0].headers["content-type"].startswith("text/html")
    assert looked == [200] * 5


def test_only_trusted_proxies_name_the_address(tmp_path: Path) -> None:
    """X-Forwarded-For counts where it comes from a proxy of ours, from the right, and nowhere else."""

    def asked(forwarded: str, **given: Any) -> list[int]:
        with a_client(tmp_path, rate_per_address="1/hour", **given) as api:
            headers = [{"X-Forwarded-For": forwarded.format(number)} for number in range(3)]
            return [api.get("/v1/rulebase", headers=one).status_code for one in headers]

    assert asked("203.0.113.{}") == [200, 429, 429]
    trusting = {"trusted_proxies": ("10.0.0.0/8",)}
    assert asked("203.0.113.{}", **trusting) == [200, 429, 429]  # the peer of these tests has no address in there
    with a_client(tmp_path, rate_per_address="1/hour", **trusting) as api:
        near = TestClient(api.app, base_url="http://localhost", client=("10.1.2.3", 1))
        found = [
            near.get("/v1/rulebase", headers={"X-Forwarded-For": f"6.6.6.{n}, 203.0.113.5"}).status_code
            for n in range(2)
        ]
        other = near.get("/v1/rulebase", headers={"X-Forwarded-For": "203.0.113.6", "X-Forwarded-Proto": "https"})
        url = near.post(
            "/v1/sessions", json={}, headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        )
    assert found == [200, 429]
    assert other.status_code == 200
    assert url.json()["url"].startswith("https://localhost/q/")


# --- hosts and origins -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "localhost:x", "LOCALHOST/"]
)
def test_other_hosts_are_refused(tmp_path: Path, host: str) -> None:
    """A request that names another host is not answered, so that no link of ours leads there."""
    with a_client(tmp_path) as api:
        for address in ("/v1/sessions", "/start"):
            response = api.post(address, headers={"Host": host, "Content-Type": "application/json"}, content="{}")
            assert response.status_code == 400


def test_what_names_a_host_is_ours(tmp_path: Path) -> None:
    """Links in answers lead to the public address where there is one; forwarded hosts are not believed."""
    evil = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Original-URL": "/metrics"}
    with a_client(tmp_path, public_url="https://advice.example") as api:
        made = api.post("/v1/sessions", json={}, headers={"Host": "advice.example", **evil})
    with a_client(tmp_path) as api:
        local = api.post("/v1/sessions", json={}, headers={"Host": "LOCALHOST:8123", **evil})

    assert made.json()["url"].startswith("https://advice.example/q/")
    assert made.headers["location"].startswith("https://advice.example/v1/sessions/")
    assert local.json()["url"].casefold().startswith("http://localhost:8123/q/")


def test_no_other_origin_unless_named(tmp_path: Path) -> None:
    """Browsers of other origins are allowed nothing; where one is named, the API only."""
    preflight = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    with a_client(tmp_path) as api:
        for response in (
            api.options("/v1/advise", headers=preflight),
            api.get("/v1/rulebase", headers={"Origin": ORIGIN}),
        ):
            assert [name for name in response.headers if name.startswith("access-control")] == []
    with a_client(tmp_path, cors_origins=(ORIGIN,)) as api:
        allowed = api.options("/v1/advise", headers=preflight)
        answered = api.post("/v1/advise", json=CLIENT, headers={"Origin": ORIGIN})
        refused = api.options("/v1/advise", headers={**preflight, "Origin": "https://evil.example"})
        stranger = api.get("/v1/rulebase", headers={"Origin": "https://evil.example"})
        page = api.get("/", headers={"Origin": ORIGIN})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert answered.headers["access-control-allow-origin"] == ORIGIN
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in stranger.headers
    assert "access-control-allow-origin" not in page.headers
    assert "access-control-allow-credentials" not in answered.headers
