"""Two people with one set open are told of one another."""

from typing import Any

import httpx

from conftest import log_in
from factories import make_user
from fakes import MovableClock
from invoice_tracker.accounts.models import Role, User
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm

SETS = "/api/v1/reminder-sets"
STEP = {"subject": "Invoice {{ invoice.number }}", "body": "{{ invoice.balance }} {{ pay.link }}"}


async def create(client: httpx.AsyncClient) -> str:
    body = {"name": "Shared", "description": "", "steps": [STEP]}
    answer = await client.post(SETS, json=body)
    assert answer.status_code == 201, answer.text
    return f"{SETS}/{answer.json()['id']}/editing"


async def colleague(adapters: Adapters, firm: Firm, role: Role, name: str) -> User:
    async with adapters.database.transaction(firm.id) as session:
        user = await make_user(session, firm=firm, now=adapters.clock.now(), role=role)
        user.name = name
    return user


async def others(client: httpx.AsyncClient, editing: str) -> Any:
    answer = await client.put(editing)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["items"]]


async def test_each_is_told_of_the_other_until_one_leaves(
    client: httpx.AsyncClient, adapters: Adapters, owner: User, firm: Firm
) -> None:
    editing = await create(client)
    assert await others(client, editing) == []
    assert await others(client, editing) == [], "nobody is told of themselves"
    await log_in(client, adapters, await colleague(adapters, firm, Role.billing, "Bo Lind"))
    assert await others(client, editing) == [owner.name]
    assert (await client.delete(editing)).status_code == 204
    await log_in(client, adapters, owner)
    assert await others(client, editing) == []


async def test_a_window_that_was_torn_away_is_forgotten(
    client: httpx.AsyncClient, adapters: Adapters, clock: MovableClock, firm: Firm, owner: User
) -> None:
    editing = await create(client)
    await others(client, editing)
    await log_in(client, adapters, await colleague(adapters, firm, Role.billing, "Bo Lind"))
    clock.move(seconds=80)
    assert await others(client, editing) == [owner.name]
    clock.move(seconds=20)
    assert await others(client, editing) == []


async def test_who_only_reads_edits_nothing(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    editing = await create(client)
    await log_in(client, adapters, await colleague(adapters, firm, Role.viewer, "Vi Ewer"))
    assert (await client.put(editing)).status_code == 403
    assert (await client.delete(editing)).status_code == 403
