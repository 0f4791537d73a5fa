"""The list of payments: filters, totals for each currency, and the file for a spreadsheet."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_client, make_invoice, make_payment
from fakes import MovableClock
from invoice_tracker.core.csv_file import guarded
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState

URL = "/api/v1/payments"


@pytest.fixture
async def payments(
    session: AsyncSession, firm: Firm, invoice: Invoice, second: Invoice, clock: MovableClock
) -> list[Payment]:
    """One of each sort; the third came in late in the evening of 3 March in New York."""
    second.currency = "KWD"
    stranger = await make_invoice(
        session,
        firm=firm,
        client=await make_client(session, firm=firm, name="=Bo Lind", email="bo@example.org"),
        now=clock.now(),
        due_on=clock.now().date(),
    )
    late = datetime(2026, 3, 4, 4, 30, tzinfo=UTC)
    rows: list[tuple[Invoice, dict[str, Any]]] = [
        (invoice, {"amount_minor": 1_000, "refunded_minor": 250, "method": "card"}),
        (second, {"amount_minor": 1_234_567}),
        (stranger, {"amount_minor": 99, "now": late, "reference": "+77", "method": "cheque"}),
        (invoice, {"amount_minor": 500, "state": PaymentState.processing}),
        (invoice, {"amount_minor": 700, "state": PaymentState.failed}),
        (invoice, {"amount_minor": 800, "state": PaymentState.voided}),
    ]
    rows[0][1].update(state=PaymentState.partly_refunded)
    rows[2][1].update(source=PaymentSource.manual, record_state=RecordState.queued)
    return [
        await make_payment(session, firm=firm, invoice=of, **({"now": clock.now()} | fields))
        for of, fields in rows
    ]


@pytest.mark.parametrize(
    ("params", "amounts"),
    [
        ({"source": "manual"}, [99]),
        ({"method": "card"}, [1_000]),
        ({"record_state": "queued"}, [99]),
        ({"q": "+77"}, [99]),
        ({"from_day": "2026-03-03"}, [99]),
        ({"from_day": "2026-03-03", "to_day": "2026-03-03"}, [99]),
        ({"from_day": "2026-03-04"}, []),
        ({"at_least": "7", "at_most": "8.00"}, [700, 800]),
        # 1,234.567 dinars, and nothing of the dollars that are as many of the smallest units.
        ({"at_least": "1234.567"}, [1_234_567]),
        ({"at_least": "1234.568"}, []),
        ({"at_most": "0.99"}, [99]),
    ],
)
async def test_filters(
    client: httpx.AsyncClient,
    payments: list[Payment],
    params: dict[str, Any],
    amounts: list[int],
) -> None:
    items = (await client.get(URL, params=params)).json()["items"]
    assert sorted(item["amount"]["amount_minor"] for item in items) == amounts


async def test_amounts_are_of_each_payments_own_currency(
    client: httpx.AsyncClient,
    session: AsyncSession,
    firm: Firm,
    invoice: Invoice,
    second: Invoice,
    clock: MovableClock,
) -> None:
    """1,000 yen, 1,000.000 dinars and 1,000.00 dollars are each a thousand."""
    second.currency = "JPY"
    for of, amounts in ((invoice, (99_999, 100_000)), (second, (999, 1_000))):
        for amount in amounts:
            await make_payment(session, firm=firm, invoice=of, amount_minor=amount, now=clock.now())
    for path in ("", "/totals"):
        answer = await client.get(f"{URL}{path}", params={"at_least": "1000", "at_most": "1000"})
        found = {
            (item["amount"] if not path else item["received"])["currency"]: item
            for item in answer.json()["items"]
        }
        assert set(found) == {"USD", "JPY"}
    lines = (await client.get(f"{URL}/export", params={"at_least": "1000"})).text.splitlines()
    assert len(lines) == 3


@pytest.mark.parametrize("wrong", ["-1", "1.2345", "much", "1e30", "NaN"])
async def test_no_amount_is_refused(client: httpx.AsyncClient, wrong: str) -> None:
    assert (await client.get(URL, params={"at_least": wrong})).status_code == 422


async def test_of_one_client(client: httpx.AsyncClient, payments: list[Payment]) -> None:
    everything = (await client.get(URL)).json()["items"]
    [stranger] = [item for item in everything if item["client_name"] == "=Bo Lind"]
    only = (await client.get(URL, params={"client_id": stranger["client_id"]})).json()["items"]
    assert only == [stranger]


async def test_totals_leave_out_what_is_no_money(
    client: httpx.AsyncClient, payments: list[Payment]
) -> None:
    totals = (await client.get(f"{URL}/totals")).json()["items"]
    found = {
        total["net"]["currency"]: tuple(
            total[name]["amount_minor"] for name in ("received", "refunded", "net", "under_way")
        )
        for total in totals
    }
    assert found == {
        "KWD": (1_234_567, 0, 1_234_567, 0),
        "USD": (1_099, 250, 849, 500),
    }
    filtered = (await client.get(f"{URL}/totals", params={"source": "manual"})).json()["items"]
    assert [(total["count"], total["net"]["amount_minor"]) for total in filtered] == [(1, 99)]


async def test_the_file_has_exact_amounts_and_no_formulas(
    client: httpx.AsyncClient, payments: list[Payment]
) -> None:
    answer = await client.get(f"{URL}/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert "payments.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == len(payments)
    amounts = {(row["Currency"], row["Amount"], row["Net"]) for row in rows}
    assert {("KWD", "1234.567", "1234.567"), ("USD", "10.00", "7.50")} <= amounts
    [stranger] = [row for row in rows if row["Source"] == "manual"]
    assert (stranger["Client"], stranger["Reference"]) == ("'=Bo Lind", "'+77")
    assert stranger["Paid on"] == "2026-03-03", "the firm's day"
    one = await client.get(f"{URL}/export", params={"source": "manual"})
    assert len(one.text.splitlines()) == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_is_no_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_an_ordinary_cell_stays_as_it_is() -> None:
    assert guarded("Okafor & Sons") == "Okafor & Sons"
