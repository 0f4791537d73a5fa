"""Making an account, logging in, and who may do what."""

import httpx
import pytest

from conftest import log_in
from factories import make_firm, make_user
from fakes import MovableClock
from invoice_tracker.accounts.deps import COOKIE
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm

ACCOUNT = {
    "firm_name": "Hale & Moreno LLP",
    "time_zone": "America/New_York",
    "name": "Dana Hale",
    "email": "dana@example.com",
    "password": "twelve characters at least",
}
CREDENTIALS = {"email": "DANA@example.com", "password": ACCOUNT["password"]}


async def test_the_first_visitor_makes_the_owners_account(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get("/api/v1/accounts/sign-up")).json() == {"open": True}
    answer = await anonymous.post("/api/v1/accounts", json=ACCOUNT)
    assert answer.status_code == 201
    assert answer.json()["user"]["role"] == "owner"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    current = await anonymous.get("/api/v1/sessions/current")
    assert current.json() == answer.json()
    assert (await anonymous.get("/api/v1/firm/sending-rules")).json()["safe_mode"] is True


async def test_then_sign_up_is_closed(anonymous: httpx.AsyncClient, firm: Firm) -> None:
    assert (await anonymous.get("/api/v1/accounts/sign-up")).json() == {"open": False}
    answer = await anonymous.post("/api/v1/accounts", json=ACCOUNT)
    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


async def test_log_in_and_out(anonymous: httpx.AsyncClient) -> None:
    await anonymous.post("/api/v1/accounts", json=ACCOUNT)
    await anonymous.delete("/api/v1/sessions/current")
    assert (await anonymous.get("/api/v1/sessions/current")).status_code == 401
    answer = await anonymous.post("/api/v1/sessions", json=CREDENTIALS)
    assert answer.status_code == 201
    old = anonymous.cookies[COOKIE]
    await anonymous.delete("/api/v1/sessions/current")
    anonymous.cookies.set(COOKIE, old)
    assert (await anonymous.get("/api/v1/sessions/current")).status_code == 401


@pytest.mark.parametrize("wrong", [{"password": "something else"}, {"email": "nobody@example.com"}])
async def test_wrong_credentials_all_read_the_same(
    anonymous: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    await anonymous.post("/api/v1/accounts", json=ACCOUNT)
    answer = await anonymous.post("/api/v1/sessions", json=CREDENTIALS | wrong)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The e-mail address or the password is not right."


async def test_a_session_ends_after_thirty_days(
    client: httpx.AsyncClient, clock: MovableClock
) -> None:
    clock.move(days=29)
    assert (await client.get("/api/v1/sessions/current")).status_code == 200
    clock.move(days=2)
    assert (await client.get("/api/v1/sessions/current")).status_code == 401


async def test_a_request_from_another_site_is_refused(client: httpx.AsyncClient) -> None:
    for origin in ("https://evil.example", "null", ""):
        answer = await client.patch("/api/v1/firm", json={}, headers={"Origin": origin})
        assert answer.status_code == 403, origin


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.owner, 200), (Role.billing, 403), (Role.attorney, 403), (Role.viewer, 403)],
)
async def test_only_the_owner_changes_the_firm(
    anonymous: httpx.AsyncClient, adapters: Adapters, firm: Firm, role: Role, status: int
) -> None:
    async with adapters.database.transaction(firm.id) as session:
        user = await make_user(session, firm=firm, now=adapters.clock.now(), role=role)
    await log_in(anonymous, adapters, user)
    answer = await anonymous.patch("/api/v1/firm", json={"phone": "+1 212 555 0100"})
    assert answer.status_code == status


async def test_an_address_belongs_to_one_person_in_the_whole_installation(
    adapters: Adapters, firm: Firm
) -> None:
    from invoice_tracker.accounts.service import create_owner
    from invoice_tracker.core.errors import Conflict

    now = adapters.clock.now()
    names = {"name": "Dana", "email": "dana@example.com", "password": "twelve characters"}
    async with adapters.database.transaction(firm.id) as session:
        await create_owner(session, firm_id=firm.id, now=now, **names)
    async with adapters.database.transaction() as session:
        other = await make_firm(session, now=now, name="Other LLP")
        with pytest.raises(Conflict):
            await create_owner(
                session, firm_id=other.id, now=now, **(names | {"email": "Dana@Example.com"})
            )


@pytest.mark.parametrize(
    "wrong",
    [{"password": "short"}, {"time_zone": "Mars/Olympus"}, {"email": "no"}, {"surprise": 1}],
)
async def test_bad_input_is_named_and_changes_nothing(
    anonymous: httpx.AsyncClient, wrong: dict[str, object]
) -> None:
    answer = await anonymous.post("/api/v1/accounts", json=ACCOUNT | wrong)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == list(wrong)
    assert (await anonymous.get("/api/v1/accounts/sign-up")).json() == {"open": True}
