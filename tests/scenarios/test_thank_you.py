"""Diaries of thanks: once for a payment, at a decent hour, and never for money that went back."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from scenarios.diary import NEW_YORK, Diary
from sqlalchemy import select

from invoice_tracker.domain.money import Money
from invoice_tracker.domain.reminder_text import BodyFormat
from invoice_tracker.domain.thanks import when_to_thank
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.service import (
    PaymentReport,
    ReportedState,
    apply_report,
    compare_with_clio,
)
from invoice_tracker.ports import MailDeferred, OutgoingMail
from invoice_tracker.reminder_sets import thanking
from invoice_tracker.reminder_sets.thank_you import ThanksText, save_text
from invoice_tracker.reminder_sets.thanking import (
    GIVEN_BACK,
    OTHER_ADDRESS,
    SWITCHED_OFF,
    TOO_LATE,
    thank_for_payments,
)

TODAY = date(2026, 3, 17)
TEXT = ThanksText(
    "Thank you: invoice {{ invoice.number }}",
    "Dear {{ client.first_name }},\n\n{{ payment.amount }} came in on {{ payment.date }}.\n\n"
    "Still open: {{ payment.remaining }}\n\n{{ signature }}",
    BodyFormat.plain,
)


async def switch(diary: Diary, **changes: Any) -> None:
    values = {"is_enabled": True, "includes_clio": False} | changes
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await save_text(session, firm_id=diary.firm.id, text=TEXT, now=diary.clock.now(), **values)


async def tick(diary: Diary) -> None:
    await thank_for_payments(diary.adapters, diary.firm.id)
    await diary.tick()


def thanks(diary: Diary) -> list[OutgoingMail]:
    return [mail for mail in diary.mails() if mail.subject.startswith("Thank you")]


async def ends(diary: Diary) -> list[tuple[MessageState, str | None]]:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        rows = await session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "thank_you"))
        return [(row.state, row.reason) for row in rows]


@pytest.fixture
def at_ten(diary: Diary) -> Diary:
    diary.go_to(TODAY)
    return diary


async def test_a_payment_is_thanked_for_once(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    invoice = await diary.invoice(TODAY)
    await diary.pay(invoice, 120_000)
    for _ in range(3):
        await tick(diary)
    [mail] = thanks(diary)
    assert "$1,200.00 came in on March 17, 2026." in mail.text
    assert "Still open" not in mail.text
    assert "thank_you_sent" in await diary.timeline(invoice)


async def test_a_part_is_thanked_for_and_says_what_is_open(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    invoice = await diary.invoice(TODAY)
    await diary.pay(invoice, 20_000, "pi_1")
    await tick(diary)
    await diary.pay(invoice, 100_000, "pi_2")
    await tick(diary)
    first, second = thanks(diary)
    assert "$200.00 came in" in first.text
    assert "Still open: $1,000.00" in first.text
    assert "Still open" not in second.text


async def test_it_is_off_by_default_and_looks_only_forward(at_ten: Diary) -> None:
    diary = at_ten
    await diary.pay(await diary.invoice(TODAY), intent="pi_1")
    await tick(diary)
    diary.go_to(TODAY, 11)
    await switch(diary)
    await tick(diary)
    assert thanks(diary) == []


async def test_nobody_is_woken_up(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    saturday, sunday = date(2026, 3, 21), date(2026, 3, 22)
    diary.go_to(saturday, 22)
    await diary.pay(await diary.invoice(TODAY))
    await tick(diary)
    diary.go_to(sunday, 8, 59)
    await tick(diary)
    assert thanks(diary) == []
    diary.go_to(sunday, 9)
    await tick(diary)
    assert len(thanks(diary)) == 1


async def test_an_event_that_comes_twice_is_thanked_for_once(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    invoice = await diary.invoice(TODAY)
    await diary.pay(invoice, intent="pi_1")
    await diary.pay(invoice, intent="pi_1")
    await tick(diary)
    diary.go_to(TODAY, 11)
    await diary.pay(invoice, intent="pi_1")
    await tick(diary)
    assert len(thanks(diary)) == 1
    assert len(await ends(diary)) == 1


async def test_another_address_ends_it(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    diary.go_to(TODAY, 22)
    client = await diary.client()
    await diary.pay(await diary.invoice(TODAY, client))
    await tick(diary)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        (await session.get_one(Client, client.id)).email_override = "new@example.org"
    diary.go_to(TODAY + timedelta(days=1), 9)
    await tick(diary)
    assert thanks(diary) == []
    assert await ends(diary) == [(MessageState.cancelled, OTHER_ADDRESS)]


async def test_many_payments_are_thanked_for_in_rounds(
    at_ten: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    diary = at_ten
    monkeypatch.setattr(thanking, "MOST_AT_ONCE", 2)
    await switch(diary)
    nobody = await diary.client(email=None)
    for number in range(6):
        client = nobody if number < 3 else None
        await diary.pay(await diary.invoice(TODAY, client), intent=f"pi_{number}")
    rounds = [await thank_for_payments(diary.adapters, diary.firm.id) for _ in range(3)]
    assert rounds == [2, 1, 0], "those without an address do not stand in the way"


async def test_money_that_goes_back_overnight_is_not_thanked_for(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    diary.go_to(TODAY, 22)
    invoice = await diary.invoice(TODAY)
    await diary.pay(invoice)
    await tick(diary)
    diary.go_to(TODAY, 23)
    await diary.stripe_reports(invoice, ReportedState.settled, refunded_minor=120_000)
    diary.go_to(TODAY + timedelta(days=1), 9)
    await tick(diary)
    assert thanks(diary) == []
    assert await ends(diary) == [(MessageState.cancelled, GIVEN_BACK)]


async def test_a_bank_debit_is_thanked_for_when_it_has_settled(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    invoice = await diary.invoice(TODAY)
    await diary.stripe_reports(invoice, ReportedState.processing)
    await tick(diary)
    assert thanks(diary) == []
    diary.go_to(TODAY + timedelta(days=4))
    await diary.stripe_reports(invoice, ReportedState.settled)
    await tick(diary)
    assert len(thanks(diary)) == 1


async def test_safe_mode_keeps_it_here_for_good(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    await diary.set_rules(safe_mode=True)
    invoice = await diary.invoice(TODAY)
    await diary.pay(invoice, 20_000, "pi_1")
    diary.go_to(TODAY, 11)
    await tick(diary)
    await diary.set_rules(safe_mode=False)
    await tick(diary)
    assert thanks(diary) == []
    diary.go_to(TODAY, 12)
    await diary.pay(invoice, 20_000, "pi_2")
    await tick(diary)
    assert len(thanks(diary)) == 1


async def test_switched_off_in_time(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    diary.go_to(TODAY, 22)
    await diary.pay(await diary.invoice(TODAY))
    await tick(diary)
    await switch(diary, is_enabled=False)
    diary.go_to(TODAY + timedelta(days=1), 9)
    await tick(diary)
    assert thanks(diary) == []
    assert await ends(diary) == [(MessageState.cancelled, SWITCHED_OFF)]


async def test_after_three_days_it_is_too_late(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    await diary.pay(await diary.invoice(TODAY), intent="pi_1")
    diary.go_to(TODAY + timedelta(days=3))
    await tick(diary)
    assert await ends(diary) == []
    await diary.pay(await diary.invoice(TODAY), intent="pi_2")
    diary.mailer.fail_with = [MailDeferred("busy")]
    await tick(diary)
    diary.go_to(TODAY + timedelta(days=6))
    await tick(diary)
    assert await ends(diary) == [(MessageState.cancelled, TOO_LATE)]


async def test_a_client_without_an_address_gets_nothing(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    await diary.pay(await diary.invoice(TODAY, await diary.client(email=None)))
    await tick(diary)
    assert await ends(diary) == []


async def pay_together(diary: Diary, *invoices: Invoice, refunded_minor: int = 0) -> None:
    """One checkout for several invoices of 1,200.00."""
    report = PaymentReport(
        intent_id="pi_all",
        session_id=None,
        state=ReportedState.settled,
        amount=Money(120_000 * len(invoices), "USD"),
        refunded_minor=refunded_minor,
        disputed=False,
        method="card",
        asked_at=diary.clock.now(),
    )
    lines = [Line(invoice.id, 120_000) for invoice in invoices]
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await apply_report(
            session, firm_id=diary.firm.id, lines=lines, report=report, now=diary.clock.now()
        )


async def test_one_payment_for_several_invoices_is_thanked_for_once(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    client = await diary.client()
    invoices = [await diary.invoice(TODAY, client, number=str(1042 + n)) for n in range(3)]
    await pay_together(diary, *invoices)
    await tick(diary)
    await tick(diary)
    [mail] = thanks(diary)
    assert mail.subject == "Thank you: invoice 1042, 1043 and 1044"
    assert "$3,600.00 came in" in mail.text
    assert "Total" not in mail.text
    for invoice in invoices:
        assert (await diary.timeline(invoice)).count("thank_you_sent") == 1


async def test_a_part_of_it_given_back_overnight_ends_the_thanks(at_ten: Diary) -> None:
    diary = at_ten
    await switch(diary)
    diary.go_to(TODAY, 22)
    client = await diary.client()
    invoices = [await diary.invoice(TODAY, client) for _ in range(2)]
    await pay_together(diary, *invoices)
    await tick(diary)
    diary.go_to(TODAY, 23)
    await pay_together(diary, *invoices, refunded_minor=120_000)
    diary.go_to(TODAY + timedelta(days=1), 9)
    await tick(diary)
    assert await ends(diary) == [(MessageState.cancelled, GIVEN_BACK)]


@pytest.mark.parametrize(("includes_clio", "mails"), [(False, 0), (True, 1)])
async def test_payments_in_clio_are_thanked_for_where_the_firm_wants_it(
    at_ten: Diary, includes_clio: bool, mails: int
) -> None:
    diary = at_ten
    await switch(diary, includes_clio=includes_clio)
    invoice = await diary.invoice(TODAY)
    compare = {"firm_id": diary.firm.id, "invoice_ids": [invoice.id]}
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await compare_with_clio(session, **compare, now=diary.clock.now())
    diary.go_to(TODAY, 11)
    await diary.change_in_clio(invoice, clio_paid_minor=50_000, clio_balance_minor=70_000)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await compare_with_clio(session, **compare, now=diary.clock.now())
    await tick(diary)
    assert len(thanks(diary)) == mails
    assert all("$500.00 came in" in mail.text for mail in thanks(diary))


@pytest.mark.parametrize(
    ("hour", "minute", "day", "then"),
    [(6, 59, 17, 9), (7, 0, 17, 7), (20, 59, 17, 20), (21, 0, 18, 9), (0, 0, 17, 9)],
)
def test_when(diary: Diary, hour: int, minute: int, day: int, then: int) -> None:
    diary.go_to(TODAY, hour, minute)
    at = when_to_thank(diary.clock.now(), ZoneInfo("America/New_York")).astimezone(NEW_YORK)
    assert (at.day, at.hour) == (day, then)
