"""The reports on real rows: sums are exact, currencies stay apart, days are the firm's."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conftest import log_in
from factories import (
    make_client,
    make_collection,
    make_firm,
    make_hold,
    make_invoice,
    make_payment,
    make_user,
)
from fakes import MovableClock
from invoice_tracker.accounts.models import Role
from invoice_tracker.collections.models import Collection, Promise, PromiseState, Reminder
from invoice_tracker.collections.models import ReminderState as State
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.payments.models import PaymentSource, PaymentState, RecordState
from invoice_tracker.reminder_sets.models import ReminderStep

URL = "/api/v1/reports"
TODAY = date(2026, 3, 2)
NAMES = ("ageing", "dso", "collected", "by-reminder-set", "promises", "forecast")

Bill = Callable[..., Any]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
async def ada(session: AsyncSession, firm: Firm) -> Client:
    return await make_client(session, firm=firm)


@pytest.fixture
def bill(session: AsyncSession, firm: Firm, ada: Client, clock: MovableClock) -> Bill:
    """Makes an invoice of Ada's."""

    async def make(due_on: date | None, total_minor: int = 1_000, **fields: Any) -> Invoice:
        of = fields.pop("client", ada)
        return await make_invoice(
            session,
            firm=firm,
            client=of,
            now=clock.now(),
            due_on=due_on,
            total_minor=total_minor,
            **fields,
        )

    return make


async def read(client: httpx.AsyncClient, name: str, **params: Any) -> dict[str, Any]:
    answer = await client.get(f"{URL}/{name}", params=params)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def test_ageing_divides_what_is_owed(
    client: httpx.AsyncClient,
    session: AsyncSession,
    firm: Firm,
    bill: Bill,
    ada: Client,
    clock: MovableClock,
) -> None:
    half = await bill(ago(45), 1_000)
    await make_payment(session, firm=firm, invoice=half, now=clock.now(), amount_minor=400)
    seen = await bill(ago(46), 1_000, paid_minor=300)
    await make_payment(
        session,
        firm=firm,
        invoice=seen,
        now=clock.now(),
        amount_minor=300,
        record_state=RecordState.confirmed,
    )
    full = await bill(ago(5), 700)
    await make_payment(session, firm=firm, invoice=full, now=clock.now(), amount_minor=700)
    for due_on, amount in ((TODAY, 1), (ago(1), 2), (ago(30), 4), (ago(91), 8), (None, 16)):
        await bill(due_on, amount)
    other = await make_client(session, firm=firm, name="Bo Lind")
    await bill(ago(61), 32, currency="CAD", client=other)
    await bill(ago(61), 9_999, state=ClioState.void)
    report = await read(client, "ageing")
    assert report["on"] == TODAY.isoformat()
    by_currency = {item["currency"]: item for item in report["items"]}
    dollars = by_currency["USD"]
    assert [(each["count"], each["amount"]["amount_minor"]) for each in dollars["buckets"]] == [
        (2, 17),
        (2, 6),
        (2, 1_300),
        (0, 0),
        (1, 8),
    ]
    assert (dollars["count"], dollars["total"]["amount_minor"]) == (7, 1_331)
    assert by_currency["CAD"]["total"] == {"amount_minor": 32, "currency": "CAD"}
    of_bo = await read(client, "ageing", client_id=str(other.id))
    assert [item["currency"] for item in of_bo["items"]] == ["CAD"]


async def test_the_day_is_the_firms(
    client: httpx.AsyncClient, bill: Bill, clock: MovableClock
) -> None:
    await bill(TODAY, 1_000)
    clock.move_to(datetime(2026, 3, 3, 4, 59, tzinfo=UTC))  # still the 2nd in New York
    assert (await read(client, "ageing"))["items"][0]["buckets"][0]["count"] == 1
    clock.move_to(datetime(2026, 3, 3, 5, 1, tzinfo=UTC))
    assert (await read(client, "ageing"))["items"][0]["buckets"][1]["count"] == 1


async def test_dso_counts_back_over_what_was_billed(client: httpx.AsyncClient, bill: Bill) -> None:
    await bill(TODAY, 1_000, issued_on=date(2026, 3, 1))
    await bill(TODAY, 2_800, issued_on=date(2026, 2, 28), state=ClioState.paid)
    await bill(TODAY, 1_400, issued_on=date(2025, 12, 1))
    await bill(TODAY, 5_000, issued_on=date(2026, 2, 1), state=ClioState.void)
    (report,) = (await read(client, "dso"))["items"]
    assert report["receivable"]["amount_minor"] == 2_400
    # Both days of March, and half of February.
    assert (report["days"], report["is_at_least"]) == (16, False)
    assert [month["days"] for month in report["months"]] == [2, 14]


@pytest.fixture
async def paid(
    session: AsyncSession, firm: Firm, bill: Bill, clock: MovableClock
) -> dict[str, Invoice]:
    """Payments of several sorts, one of them late in the evening of 28 February."""
    one, euros = await bill(ago(3), 90_000), await bill(ago(3), 90_000, currency="EUR")
    evening = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)

    async def pay(invoice: Invoice, amount_minor: int, **fields: Any) -> None:
        await make_payment(
            session,
            firm=firm,
            invoice=invoice,
            amount_minor=amount_minor,
            **({"now": clock.now()} | fields),
        )

    await pay(one, 5_000, now=evening)
    await pay(one, 700, source=PaymentSource.manual)
    await pay(one, 300, state=PaymentState.partly_refunded, refunded_minor=100)
    await pay(one, 40, state=PaymentState.refunded, refunded_minor=40)
    for state in (PaymentState.processing, PaymentState.failed, PaymentState.voided):
        await pay(one, 11_111, state=state)
    await pay(one, 22_222, now=evening - timedelta(days=500))
    await pay(euros, 10, source=PaymentSource.clio)
    return {"one": one, "euros": euros}


async def test_collected_agrees_with_the_list_of_payments(
    client: httpx.AsyncClient, paid: dict[str, Invoice]
) -> None:
    report = await read(client, "collected")
    assert (report["from_day"], report["to_day"]) == ("2025-04-01", "2026-03-02")
    dollars = next(item for item in report["items"] if item["currency"] == "USD")
    assert len(dollars["parts"]) == 12
    nets = {part["starts_on"]: part["net"]["amount_minor"] for part in dollars["parts"]}
    assert (nets["2026-02-01"], nets["2026-03-01"]) == (5_000, 900)
    assert sum(nets.values()) == dollars["net"]["amount_minor"] == 5_900
    listed = await client.get(
        "/api/v1/payments/totals",
        params={"from_day": report["from_day"], "to_day": report["to_day"]},
    )
    for item, total in zip(report["items"], listed.json()["items"], strict=True):
        for sum_ in ("received", "refunded", "net"):
            assert item[sum_] == total[sum_]


@pytest.mark.parametrize(
    ("unit", "first"), [("day", "2026-02-25"), ("week", "2026-02-25"), ("month", "2026-02-25")]
)
async def test_parts_are_cut_to_the_period(
    client: httpx.AsyncClient, paid: dict[str, Invoice], unit: str, first: str
) -> None:
    report = await read(client, "collected", unit=unit, from_day=first, to_day="2026-03-02")
    parts = report["items"][-1]["parts"]
    assert (parts[0]["starts_on"], parts[-1]["ends_on"]) == (first, "2026-03-02")
    assert len(parts) == {"day": 6, "week": 2, "month": 2}[unit]
    assert sum(part["net"]["amount_minor"] for part in parts) == 5_900


@pytest.mark.parametrize(
    "params",
    [
        {"from_day": "2026-03-02", "to_day": "2026-03-01"},
        {"from_day": "1990-01-01", "unit": "day"},
    ],
)
async def test_a_period_that_cannot_be_shown_is_refused(
    client: httpx.AsyncClient, params: dict[str, str]
) -> None:
    answer = await client.get(f"{URL}/collected", params=params)
    assert answer.status_code == 422
    assert answer.json()["detail"]


async def remind(
    session: AsyncSession, collection: Collection, ended_at: datetime, state: State = State.sent
) -> None:
    """Write that the step of this collection's set was sent then."""
    step = await session.scalar(
        select(ReminderStep).where(ReminderStep.version_id == collection.version_id)
    )
    assert step is not None
    session.add(
        Reminder(
            firm_id=collection.firm_id,
            collection_id=collection.id,
            invoice_id=collection.invoice_id,
            step_id=step.id,
            occurrence=1,
            kind=StepKind.email,
            recipient="ada@example.org",
            dedupe_key=f"{collection.id}:{ended_at}",
            planned_on=ended_at.date(),
            state=state,
            balance_minor=100,
            currency="USD",
            created_at=ended_at,
            ended_at=ended_at,
        )
    )
    await session.flush()


async def test_a_payment_is_credited_to_the_last_reminder_before_it(
    client: httpx.AsyncClient, session: AsyncSession, firm: Firm, bill: Bill, clock: MovableClock
) -> None:
    now = clock.now()
    invoice = await bill(ago(60), 90_000)
    first = await make_collection(
        session, firm=firm, invoice=invoice, now=now, set_name="First", state="stopped"
    )
    second = await make_collection(session, firm=firm, invoice=invoice, now=now, set_name="Second")
    stranger = await bill(ago(60), 90_000)
    await remind(session, first, now - timedelta(days=30))
    await remind(session, second, now - timedelta(days=10))
    await remind(session, second, now - timedelta(days=1), State.skipped)

    async def pay(amount_minor: int, days_ago: float, of: Invoice = invoice, **more: Any) -> None:
        at = now - timedelta(days=days_ago)
        await make_payment(
            session, firm=firm, invoice=of, now=at, amount_minor=amount_minor, **more
        )

    await pay(1, 31)  # before any
    await pay(2, 30)  # the very moment of the first
    await pay(4, 16)  # exactly two weeks after the first
    await pay(8, 15.9)  # a little longer
    await pay(16, 15.99, of=stranger)  # never reminded
    await pay(32, 9)
    await pay(64, 0, refunded_minor=14, state=PaymentState.partly_refunded)
    await pay(128, 0, state=PaymentState.failed)
    (report,) = (await read(client, "by-reminder-set"))["items"]
    steps = {step["reminder_set_name"]: step for step in report["steps"]}
    found = {
        name: (step["position"], step["sent"], step["payments"], step["amount"]["amount_minor"])
        for name, step in steps.items()
    }
    assert found == {"First": (1, 1, 2, 2 + 4), "Second": (1, 1, 2, 32 + 50)}
    assert report["without_reminder"]["amount_minor"] == 1 + 8 + 16
    assert report["payments_without_reminder"] == 3
    both = report["after_reminders"]["amount_minor"] + report["without_reminder"]["amount_minor"]
    collected = (await read(client, "collected"))["items"][0]["net"]["amount_minor"]
    assert both == collected

    (narrow,) = (await read(client, "by-reminder-set", window_days=1))["items"]
    amounts = {s["reminder_set_name"]: s["amount"]["amount_minor"] for s in narrow["steps"]}
    assert amounts == {"First": 2, "Second": 32}


async def promise(
    session: AsyncSession, invoice: Invoice, on: date, state: PromiseState, amount_minor: int
) -> None:
    """Note a promise as it stands."""
    firm = await session.get_one(Firm, invoice.firm_id)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    hold = await make_hold(session, firm=firm, invoice=invoice, now=now, kind=HoldKind.promise)
    session.add(
        Promise(
            firm_id=firm.id,
            invoice_id=invoice.id,
            hold_id=hold.id,
            promised_on=on,
            amount_minor=amount_minor,
            currency=invoice.currency,
            state=state,
            created_at=now,
        )
    )
    await session.flush()


async def test_promises_by_month_and_how_they_ended(
    client: httpx.AsyncClient, session: AsyncSession, bill: Bill
) -> None:
    one, euros = await bill(ago(3)), await bill(ago(3), currency="EUR")
    february, april = date(2026, 2, 10), date(2026, 4, 1)
    for state, amount in ((PromiseState.kept, 1), (PromiseState.kept, 2)):
        await promise(session, one, february, state, amount)
    await promise(session, one, TODAY, PromiseState.broken, 4)
    await promise(session, one, TODAY, PromiseState.withdrawn, 8)
    await promise(session, one, april, PromiseState.open, 16)
    await promise(session, euros, april, PromiseState.open, 32)
    report = await read(client, "promises")
    pounds, dollars = report["items"]
    assert (pounds["currency"], pounds["kept_percent"]) == ("EUR", None)
    assert dollars["kept_percent"] == 67
    sums = {each["state"]: each["amount"]["amount_minor"] for each in dollars["by_state"]}
    assert sums == {"kept": 3, "broken": 4, "open": 16, "withdrawn": 8}
    assert [month["starts_on"] for month in dollars["months"]] == [
        "2026-02-01",
        "2026-03-01",
        "2026-04-01",
    ]
    narrow = await read(client, "promises", from_day="2026-03-01", to_day="2026-03-31")
    assert [month["starts_on"] for month in narrow["items"][0]["months"]] == ["2026-03-01"]


async def test_the_forecast_places_all_that_is_owed(
    client: httpx.AsyncClient, session: AsyncSession, firm: Firm, bill: Bill, clock: MovableClock
) -> None:
    slow = await make_client(session, firm=firm, name="Slow Ltd")
    for days_late, of in ((5, {}), (5, {}), (7, {}), *[(40, {"client": slow})] * 3):
        done = await bill(ago(100), state=ClioState.paid, **of)
        at = clock.now() - timedelta(days=100 - days_late)
        await make_payment(session, firm=firm, invoice=done, now=at, amount_minor=1_000)
    await bill(ago(0), 1)  # Ada's habit: 5 days late
    await bill(ago(0), 2, client=slow)  # 40 days late: the sixth week
    await bill(ago(6), 4)  # later than usual
    await bill(ago(-90), 8)  # beyond the last week
    await bill(None, 16)
    promised = await bill(ago(50), 32)
    await promise(session, promised, TODAY + timedelta(days=8), PromiseState.open, 30)
    disputed = await bill(ago(0), 64)
    await make_hold(session, firm=firm, invoice=disputed, now=clock.now(), kind=HoldKind.dispute)
    stranger = await make_client(session, firm=firm, name="New Client")
    await bill(ago(0), 128, client=stranger)  # the firm's habit
    report = await read(client, "forecast")
    assert (report["usual_days_late"], report["usual_invoices"]) == (7, 6)
    (item,) = report["items"]
    weeks = [
        (index, week["promised"]["amount_minor"], week["usual"]["amount_minor"])
        for index, week in enumerate(item["weeks"])
        if week["promised"]["amount_minor"] or week["usual"]["amount_minor"]
    ]
    assert weeks == [(0, 0, 1), (1, 30, 128), (5, 0, 2)]
    assert item["later"]["amount_minor"] == 8
    without = {each["reason"]: each["amount"]["amount_minor"] for each in item["without_day"]}
    assert without == {"disputed": 64, "later_than_usual": 4 + 2, "no_due_date": 16}
    total = (await read(client, "ageing"))["items"][0]["total"]
    assert item["owed"] == total == {"amount_minor": 255, "currency": "USD"}


async def test_without_enough_history_there_is_no_estimate(
    client: httpx.AsyncClient, bill: Bill
) -> None:
    await bill(ago(0), 1)
    report = await read(client, "forecast")
    assert report["usual_days_late"] is None
    (item,) = report["items"]
    assert [each["reason"] for each in item["without_day"]] == ["no_history"]


@pytest.mark.parametrize("name", NAMES)
async def test_each_report_is_a_file_too(
    client: httpx.AsyncClient,
    session: AsyncSession,
    firm: Firm,
    paid: dict[str, Invoice],
    clock: MovableClock,
    name: str,
) -> None:
    await promise(session, paid["one"], TODAY, PromiseState.open, 1_234)
    collection = await make_collection(
        session, firm=firm, invoice=paid["one"], now=clock.now(), set_name="=SUM(A1)"
    )
    await remind(session, collection, clock.now() - timedelta(days=9))
    answer = await client.get(f"{URL}/{name}/export")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    head, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert rows
    assert {len(row) for row in rows} == {len(head)}
    assert {row[head.index("Currency")] for row in rows} <= {"USD", "EUR"}
    assert "=SUM(A1)" not in [cell for row in rows for cell in row]


@pytest.mark.parametrize("name", [each + end for each in NAMES for end in ("", "/export")])
async def test_everyone_of_the_firm_may_read_and_nobody_of_another(
    anonymous: httpx.AsyncClient,
    adapters: Adapters,
    session: AsyncSession,
    firm: Firm,
    paid: dict[str, Invoice],
    clock: MovableClock,
    name: str,
) -> None:
    now = clock.now()
    viewer = await make_user(session, firm=firm, now=now, role=Role.viewer)
    await promise(session, paid["one"], TODAY, PromiseState.open, 1_234)
    await log_in(anonymous, adapters, viewer)
    own = await anonymous.get(f"{URL}/{name}")
    assert own.status_code == 200
    async with adapters.database.transaction() as other:
        stranger = await make_user(
            other, firm=await make_firm(other, now=now, name="Other LLP"), now=now
        )
    await log_in(anonymous, adapters, stranger)
    answer = await anonymous.get(f"{URL}/{name}", params={"client_id": str(paid["one"].client_id)})
    assert answer.status_code == 200
    if name.endswith("export"):
        assert len(answer.text.splitlines()) == 1 < len(own.text.splitlines())
    else:
        assert answer.json()["items"] == [] != own.json()["items"]
