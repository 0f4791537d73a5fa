"""What a reminder set has to show: collections, money that came in, money that is still owed."""

from datetime import timedelta

import httpx
import pytest

from factories import make_client, make_collection, make_invoice, make_payment
from fakes import MovableClock
from invoice_tracker.collections.models import CollectionState
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.payments.models import PaymentSource, PaymentState, RecordState
from invoice_tracker.reminder_sets.models import ReminderSetVersion

STANDINGS = "/api/v1/reminder-set-standings"


@pytest.fixture
async def used(adapters: Adapters, firm: Firm, clock: MovableClock) -> dict[str, str]:
    """Ids of two sets: one with payments of many sorts, one that took an invoice over."""
    now = clock.now()
    common = {"firm": firm, "now": now}
    ended = {"state": CollectionState.stopped, "ended_at": now}

    def days(count: int) -> timedelta:
        return timedelta(days=count)

    async with adapters.database.transaction(firm.id) as session:
        ada = await make_client(session, firm=firm)
        dollars = await make_invoice(session, **common, client=ada, due_on=now.date())
        pounds = await make_invoice(
            session, **common, client=ada, due_on=now.date(), currency="GBP", total_minor=50_000
        )
        first = await make_collection(
            session,
            **common,
            invoice=dollars,
            set_name="First",
            started_at=now - days(100),
            **ended,
        )
        other = await make_collection(
            session, **common, invoice=dollars, set_name="Other", started_at=now - days(10)
        )
        again = await make_collection(session, **common, invoice=pounds, started_at=now - days(40))
        again.version_id = first.version_id
        await session.flush()

        async def pay(ago: int, amount: int, **fields: object) -> None:
            payment = await make_payment(session, **common, invoice=dollars, amount_minor=amount)
            payment.settled_at = now - days(ago)
            for name, value in fields.items():
                setattr(payment, name, value)

        await pay(120, 1_000)  # before any reminder
        await pay(95, 2_000)  # too long ago
        await pay(50, 30_000, refunded_minor=5_000, state=PaymentState.partly_refunded)
        await pay(20, 700, source=PaymentSource.clio, record_state=RecordState.not_needed)
        await pay(5, 4_000)
        await pay(5, 9_999, state=PaymentState.failed)
        await make_payment(session, **common, invoice=pounds, amount_minor=10_000)
        ids = {}
        for name, collection in (("first", first), ("other", other)):
            version = await session.get_one(ReminderSetVersion, collection.version_id)
            ids[name] = str(version.reminder_set_id)
    return ids


async def test_a_set_has_what_came_in_while_an_invoice_was_on_it(
    client: httpx.AsyncClient, used: dict[str, str]
) -> None:
    items = {
        each["reminder_set_id"]: each for each in (await client.get(STANDINGS)).json()["items"]
    }
    first, other = items[used["first"]], items[used["other"]]
    assert (first["collections"], first["active_collections"]) == (2, 1)
    assert first["paid"] == [
        {"amount_minor": 10_000, "currency": "GBP"},
        {"amount_minor": 25_700, "currency": "USD"},
    ]
    assert first["owed"] == [{"amount_minor": 40_000, "currency": "GBP"}]
    assert (other["collections"], other["active_collections"]) == (1, 1)
    assert other["paid"] == [{"amount_minor": 4_000, "currency": "USD"}]
    # 1,200.00 less all local money that Clio does not show yet.
    assert other["owed"] == [
        {"amount_minor": 120_000 - 1_000 - 2_000 - 25_000 - 4_000, "currency": "USD"}
    ]


async def test_a_set_that_was_never_used_is_left_out(client: httpx.AsyncClient) -> None:
    assert (await client.get(STANDINGS)).json() == {"items": []}
