"""The health report over the API, from the rows that the product itself writes."""

from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from conftest import log_in
from factories import make_user
from fakes import FakePulse, MovableClock
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.inbox.models import WebhookEvent
from invoice_tracker.outbox.models import OutboxMessage

REPORT = "/api/v1/health-report"


async def lines(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(REPORT)
    assert answer.status_code == 200, answer.text
    return {line["key"]: line for line in answer.json()["lines"]}


@pytest.fixture
def pulse(adapters: Adapters) -> FakePulse:
    assert isinstance(adapters.pulse, FakePulse)
    return adapters.pulse


async def test_a_dead_worker_is_shown_as_such(
    client: httpx.AsyncClient, clock: MovableClock, pulse: FakePulse
) -> None:
    await pulse.beat(clock.now(), worker="host-7")
    assert (await lines(client))["worker:host-7"]["standing"] == "good"
    clock.move(minutes=12)
    dead = (await lines(client))["worker:host-7"]
    assert dead["standing"] == "bad"
    assert dead["sentence"].startswith("Not seen for 12 minutes")
    assert "start the worker again" in dead["advice"]
    await pulse.beat(clock.now(), worker="host-8")
    assert (await lines(client))["worker:host-7"]["standing"] == "notice"
    await pulse.stop(worker="host-7")
    assert "worker:host-7" not in await lines(client)


async def test_what_waits_says_how_long_and_why(
    client: httpx.AsyncClient, session: AsyncSession, firm: Firm, clock: MovableClock
) -> None:
    now = clock.now()
    session.add_all(
        [
            OutboxMessage(
                firm_id=firm.id, kind="reminder", dedupe_key="one", recipient="ada@example.org",
                message_id="<1@example.org>", content={}, reason="The connection was refused.",
                attempts=2, next_attempt_at=now, created_at=now,
            ),
            WebhookEvent(
                firm_id=firm.id, source="stripe", external_id="evt_1", kind="charge.succeeded",
                body=b"{}", received_at=now, next_attempt_at=now, outcome="Stripe is away.",
            ),
        ]
    )  # fmt: skip
    await session.flush()
    clock.move(minutes=20)
    found = await lines(client)
    assert found["mail_queue"]["sentence"].endswith("The connection was refused.")
    assert found["mail_server"]["standing"] == "bad"
    assert found["events_to_handle"]["sentence"] == (
        "1 event. The oldest waits for 20 minutes. Stripe is away."
    )


async def test_the_whole_stands_as_its_worst_line_and_everybody_may_read_it(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, pulse: FakePulse
) -> None:
    async with adapters.database.transaction(firm.id) as session:
        viewer = await make_user(session, firm=firm, now=adapters.clock.now(), role=Role.viewer)
    await log_in(client, adapters, viewer)
    pulse.is_away = True
    answer = (await client.get(REPORT)).json()
    assert answer["standing"] == "bad"
    assert answer["lines"][0]["sentence"] == "The queue that wakes workers up does not answer."
