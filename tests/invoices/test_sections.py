"""The view over invoices: which section each stands in, and what is still owed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import (
    make_client,
    make_collection,
    make_firm,
    make_hold,
    make_invoice,
    make_payment,
)
from fakes import MovableClock
from invoice_tracker.collections.models import CollectionState
from invoice_tracker.core.database import enter_firm
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio.models import ClioConnection, ConnectionState
from invoice_tracker.invoices.models import ClioState, Invoice, Matter
from invoice_tracker.invoices.overview import overview, set_now
from invoice_tracker.invoices.repository import InvoiceFilter, Section, list_invoices
from invoice_tracker.invoices.status import refusal, status_note
from invoice_tracker.invoices.totals import count_invoices, total_sections
from invoice_tracker.payments.models import PaymentSource, PaymentState, RecordState

NEW_YORK = "America/New_York"


@pytest.fixture
async def invoice(session: AsyncSession, firm: Firm, clock: MovableClock) -> Invoice:
    now = clock.now()
    client = await make_client(session, firm=firm)
    return await make_invoice(session, firm=firm, client=client, now=now, due_on=now.date())


async def look(session: AsyncSession, invoice: Invoice, clock: MovableClock) -> Row:
    await set_now(session, clock.now())
    return (await session.execute(select(overview).where(overview.c.id == invoice.id))).one()


async def test_an_approved_bill_starts_without_reminders(session, invoice, clock) -> None:
    row = await look(session, invoice, clock)
    assert (row.section, row.effective_balance_minor) == ("no_reminders", 120_000)
    assert (refusal(row), status_note(row, NEW_YORK)) == (None, None)


async def test_a_running_collection_is_active_reminders(session, firm, invoice, clock) -> None:
    now = clock.now()
    await make_collection(
        session, firm=firm, invoice=invoice, now=now, set_name="Standard", next_action_at=now
    )
    row = await look(session, invoice, clock)
    assert row.section == "active_reminders"
    assert (row.reminder_set_name, row.next_action_at) == ("Standard", now)


async def test_a_hold_ends_by_the_products_own_clock(session, firm, invoice, clock) -> None:
    now = clock.now()
    await make_collection(session, firm=firm, invoice=invoice, now=now)
    await make_hold(session, firm=firm, invoice=invoice, now=now, ends_at=now + timedelta(days=1))
    row = await look(session, invoice, clock)
    assert (row.section, row.hold_kind) == ("on_hold", "paused")
    assert status_note(row, NEW_YORK) == "Paused until March 3, 2026"
    clock.move(days=1)
    assert (await look(session, invoice, clock)).section == "active_reminders"


async def test_a_released_hold_holds_nothing(session, firm, invoice, clock) -> None:
    now = clock.now()
    await make_collection(session, firm=firm, invoice=invoice, now=now)
    await make_hold(session, firm=firm, invoice=invoice, now=now, released_at=now)
    assert (await look(session, invoice, clock)).section == "active_reminders"


async def test_a_bank_debit_under_way_holds(session, firm, invoice, clock) -> None:
    now = clock.now()
    await make_collection(session, firm=firm, invoice=invoice, now=now)
    await make_payment(
        session,
        firm=firm,
        invoice=invoice,
        now=now,
        amount_minor=120_000,
        state=PaymentState.processing,
        record_state=RecordState.not_needed,
    )
    row = await look(session, invoice, clock)
    assert (row.section, row.effective_balance_minor) == ("on_hold", 120_000)
    assert row.hold_kind == HoldKind.payment_processing


async def test_a_payment_pending_in_clio_holds(session, firm, invoice, clock) -> None:
    await make_collection(session, firm=firm, invoice=invoice, now=clock.now())
    invoice.clio_pending_minor = 5
    await session.flush()
    assert (await look(session, invoice, clock)).hold_kind == HoldKind.clio_payment_pending


async def test_a_client_without_an_address_is_shown_and_said(session, firm, clock) -> None:
    now = clock.now()
    client = await make_client(session, firm=firm, email=None)
    invoice = await make_invoice(session, firm=firm, client=client, now=now, due_on=now.date())
    row = await look(session, invoice, clock)
    assert (row.section, status_note(row, NEW_YORK)) == ("no_reminders", "No e-mail address")
    await make_collection(session, firm=firm, invoice=invoice, now=now)
    row = await look(session, invoice, clock)
    assert (row.section, row.hold_kind) == ("on_hold", HoldKind.no_address)
    client.email_override = "new@example.org"
    await session.flush()
    row = await look(session, invoice, clock)
    assert (row.section, row.recipient) == ("active_reminders", "new@example.org")


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"due_on": None}, "No due date"),
        ({"total_minor": 0}, "Nothing to pay"),
        ({"total_minor": -500}, "Nothing to pay"),
    ],
)
async def test_what_cannot_be_reminded_says_so(session, firm, clock, fields, note) -> None:
    now = clock.now()
    client = await make_client(session, firm=firm)
    fields = {"due_on": now.date(), **fields}
    invoice = await make_invoice(session, firm=firm, client=client, now=now, **fields)
    row = await look(session, invoice, clock)
    assert (row.section, status_note(row, NEW_YORK)) == ("no_reminders", note)


async def test_a_payment_by_stripe_is_paid_before_clio_shows_it(
    session, firm, invoice, clock
) -> None:
    now = clock.now()
    await make_collection(
        session, firm=firm, invoice=invoice, now=now, state=CollectionState.settled
    )
    payment = await make_payment(session, firm=firm, invoice=invoice, now=now, amount_minor=120_000)
    row = await look(session, invoice, clock)
    assert (row.section, row.effective_balance_minor) == ("paid", 0)
    assert status_note(row, NEW_YORK) == "Paid by Stripe, being recorded in Clio"
    payment.record_state = RecordState.queued
    await session.flush()
    note = status_note(await look(session, invoice, clock), NEW_YORK)
    assert note == "Paid by Stripe, to be recorded in Clio by hand"


async def test_a_confirmed_payment_is_not_taken_off_twice(session, firm, clock) -> None:
    now = clock.now()
    client = await make_client(session, firm=firm)
    invoice = await make_invoice(
        session, firm=firm, client=client, now=now, due_on=now.date(), paid_minor=20_000
    )
    common = {"firm": firm, "invoice": invoice, "now": now}
    await make_payment(session, **common, amount_minor=20_000, record_state=RecordState.confirmed)
    await make_payment(
        session,
        **common,
        amount_minor=30_000,
        refunded_minor=10_000,
        state=PaymentState.partly_refunded,
    )
    await make_payment(session, **common, amount_minor=1_000, state=PaymentState.failed)
    await make_payment(
        session,
        **common,
        amount_minor=20_000,
        source=PaymentSource.clio,
        record_state=RecordState.not_needed,
    )
    row = await look(session, invoice, clock)
    assert row.effective_balance_minor == 100_000 - 20_000


async def test_a_refund_puts_a_running_collection_on_hold(session, firm, invoice, clock) -> None:
    now = clock.now()
    await make_collection(session, firm=firm, invoice=invoice, now=now)
    await make_payment(
        session,
        firm=firm,
        invoice=invoice,
        now=now,
        amount_minor=50_000,
        refunded_minor=50_000,
        state=PaymentState.refunded,
    )
    hold = await make_hold(
        session, firm=firm, invoice=invoice, now=now, kind=HoldKind.refund_or_chargeback
    )
    row = await look(session, invoice, clock)
    assert (row.section, row.effective_balance_minor) == ("on_hold", 120_000)
    assert status_note(row, NEW_YORK) == "Payment refunded: a person decides"
    hold.released_at = now
    await session.flush()
    assert (await look(session, invoice, clock)).section == "active_reminders", "one has decided"


async def test_the_latest_collection_counts(session, firm, invoice, clock) -> None:
    now = clock.now()
    common = {"firm": firm, "invoice": invoice, "now": now}
    await make_collection(
        session, **common, state=CollectionState.completed, started_at=now - timedelta(days=90)
    )
    assert (await look(session, invoice, clock)).section == "completed"
    await make_collection(
        session, **common, state=CollectionState.stopped, end_reason="Asked to", started_at=now
    )
    row = await look(session, invoice, clock)
    assert (row.section, status_note(row, NEW_YORK)) == ("no_reminders", "Stopped: Asked to")
    await make_collection(session, **common, started_at=now - timedelta(days=30))
    assert (await look(session, invoice, clock)).section == "active_reminders"


@pytest.mark.parametrize("state", ["draft", "awaiting_approval", "void", "deleted"])
async def test_what_is_not_approved_is_in_no_section(session, invoice, clock, state) -> None:
    invoice.clio_state = ClioState(state)
    await session.flush()
    row = await look(session, invoice, clock)
    assert row.section is None
    assert refusal(row)


async def test_sections_add_up_to_the_lists(session, firm, clock) -> None:
    now = clock.now()
    client = await make_client(session, firm=firm)
    common = {"firm": firm, "client": client, "now": now, "due_on": now.date()}
    await make_invoice(session, **common)
    await make_invoice(session, **common, currency="JPY", total_minor=5000)
    await make_invoice(session, **common, state=ClioState.paid, paid_minor=120_000)
    paid_here = await make_invoice(session, **common, total_minor=700)
    await make_payment(session, firm=firm, invoice=paid_here, now=now, amount_minor=700)
    held = await make_invoice(session, **common, paid_minor=20_000)
    await make_collection(session, firm=firm, invoice=held, now=now)
    await make_hold(session, firm=firm, invoice=held, now=now)
    await make_invoice(session, **common, state=ClioState.void)
    await set_now(session, now)
    totals = await total_sections(session, firm_id=firm.id, wanted=InvoiceFilter())
    assert {(t.section, t.currency): (t.count, t.amount_minor) for t in totals} == {
        (Section.no_reminders, "USD"): (1, 120_000),
        (Section.no_reminders, "JPY"): (1, 5000),
        (Section.on_hold, "USD"): (1, 100_000),
        (Section.paid, "USD"): (2, 120_700),
    }
    for section in Section:
        listed = await count_invoices(
            session, firm_id=firm.id, wanted=InvoiceFilter(section=section)
        )
        assert listed == sum(t.count for t in totals if t.section is section)


async def test_another_firm_sees_nothing_of_it(session, firm, invoice, clock) -> None:
    other = await make_firm(session, now=clock.now(), name="Other")
    assert await total_sections(session, firm_id=other.id, wanted=InvoiceFilter()) == []
    # Even a query that forgets its firm is stopped by the wall in the database.
    assert await total_sections(session, firm_id=firm.id, wanted=InvoiceFilter()) == []
    await enter_firm(session, firm.id)
    assert len(await total_sections(session, firm_id=firm.id, wanted=InvoiceFilter())) == 1


@pytest.mark.parametrize("state", ["disconnected", "needs_reconnect"])
async def test_while_clio_is_away_every_running_collection_is_on_hold(
    session, firm, invoice, clock, state
) -> None:
    now = clock.now()
    await make_collection(session, firm=firm, invoice=invoice, now=now, next_action_at=now)
    connection = a_connection(firm, now)
    session.add(connection)
    await session.flush()
    assert (await look(session, invoice, clock)).section == "active_reminders"
    connection.state = state
    await session.flush()
    row = await look(session, invoice, clock)
    assert (row.section, row.hold_kind, row.next_action_at) == (
        "on_hold",
        "clio_disconnected",
        None,
    )
    assert status_note(row, NEW_YORK) == "Clio is not connected"
    on_hold = InvoiceFilter(section=Section.on_hold)
    assert await count_invoices(session, firm_id=firm.id, wanted=on_hold) == 1


async def test_clio_away_at_one_firm_holds_nothing_of_another(
    session, firm, invoice, clock
) -> None:
    now = clock.now()
    await make_collection(session, firm=firm, invoice=invoice, now=now)
    other = await make_firm(session, now=now)
    await enter_firm(session, other.id)
    session.add(a_connection(other, now, state=ConnectionState.disconnected))
    await session.flush()
    await enter_firm(session, firm.id)
    assert (await look(session, invoice, clock)).section == "active_reminders"


async def test_a_bill_that_asks_for_trust_money_now_is_not_called_deleted(
    session, invoice, clock
) -> None:
    invoice.clio_state, invoice.is_trust = ClioState.deleted, True
    await session.flush()
    row = await look(session, invoice, clock)
    assert refusal(row) == "A request for trust money in Clio now"


async def test_a_search_finds_a_bill_by_each_of_its_matters(session, firm, invoice, clock) -> None:
    matters = [
        Matter(firm_id=firm.id, clio_id=number, display_number=f"0000{number}-Lease")
        for number in (1, 2)
    ]
    session.add_all(matters)
    await session.flush()
    invoice.matter_id, invoice.matter_ids = matters[0].id, [matter.id for matter in matters]
    await session.flush()
    for q, found in (("00001", 1), ("00002", 1), ("lease", 1), ("00003", 0)):
        for section in (None, Section.no_reminders):
            wanted = InvoiceFilter(section=section, q=q)
            assert await count_invoices(session, firm_id=firm.id, wanted=wanted) == found, q
        rows, _ = await list_invoices(session, firm_id=firm.id, wanted=wanted, limit=5)
        assert len(rows) == found, q


def a_connection(
    firm: Firm, now: datetime, state: ConnectionState = ConnectionState.connected
) -> ClioConnection:
    return ClioConnection(
        firm_id=firm.id,
        region="us",
        state=state,
        clio_account_id=1,
        account_name="Hale & Moreno",
        clio_user_id=1,
        user_name="Dana Hale",
        connected_at=now,
    )
