"""A client pays a part: the reminders go on, step after step, with what is still owed."""

import re
from datetime import date

from scenarios.diary import Diary, steps

from invoice_tracker.collections.models import CollectionState, ReminderState
from invoice_tracker.payments.service import ReportedState

DUE = date(2026, 3, 16)
SERIES = "-3 0 +7 +15 +30"


def said(diary: Diary) -> list[tuple[str, str]]:
    """Each mail so far: its step, and the amount that it says is open."""
    found = [re.search(r"Step (\S+): (\S+) is open", mail.text) for mail in diary.mails()]
    assert all(found)
    return [(match[1], match[2]) for match in found if match]


async def test_the_series_goes_on_with_the_lower_balance_until_the_rest_is_paid(
    diary: Diary,
) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start(SERIES, invoice)
    await diary.live_until(date(2026, 3, 17))
    await diary.pay(invoice, 45_050, intent="pi_first")
    await diary.live_until(date(2026, 3, 24))
    await diary.pay(invoice, 4_949, intent="pi_second")
    await diary.live_until(date(2026, 4, 1))
    assert (await diary.collection(collection_id)).state is CollectionState.active
    await diary.pay(invoice, 70_001, intent="pi_rest")
    await diary.live_until(date(2026, 5, 15))

    # No step is left out for what was paid, and none comes sooner or later.
    assert said(diary) == [
        ("-3", "$1,200.00"),
        ("0", "$1,200.00"),
        ("+7", "$749.50"),
        ("+15", "$700.01"),
    ]
    assert diary.offsets(invoice) == [-3, 0, 7, 15]
    assert (await diary.collection(collection_id)).state is CollectionState.settled
    assert {row.state for row in await diary.reminders()} == {ReminderState.sent}
    assert (await diary.timeline(invoice)).count("payment_settled") == 3


async def test_a_part_paid_while_the_mail_is_being_checked_is_in_it(diary: Diary) -> None:
    """The truth check reads the bill; while it does, the client pays a part."""
    invoice = await diary.invoice(DUE)
    await diary.start("0 +7", invoice)

    async def pay() -> None:
        diary.clio.while_reading = None
        await diary.pay(invoice, 20_000)

    diary.clio.while_reading = pay
    await diary.live_until(date(2026, 4, 10))
    assert said(diary) == [("0", "$1,000.00"), ("+7", "$1,000.00")]
    kept = [row.balance_minor for row in await diary.reminders(ReminderState.sent)]
    assert kept == [100_000, 100_000], "the snapshot is what the mail says"


async def test_a_part_by_bank_debit_holds_and_then_the_same_step_goes(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start(SERIES, invoice)
    await diary.live_until(date(2026, 3, 20))
    await diary.stripe_reports(
        invoice, ReportedState.processing, 50_000, "pi_debit", method="us_bank_account"
    )
    await diary.live_until(date(2026, 3, 25))
    assert [step for step, _ in said(diary)] == ["-3", "0"], "the bank is asked: nothing is said"
    diary.go_to(date(2026, 3, 25), hour=18)
    await diary.stripe_reports(
        invoice, ReportedState.settled, 50_000, "pi_debit", method="us_bank_account"
    )
    await diary.live_until(date(2026, 5, 1))
    # The softer step that fell into the wait is said first, a few days late.
    assert said(diary) == [
        ("-3", "$1,200.00"),
        ("0", "$1,200.00"),
        ("+7", "$700.00"),
        ("+15", "$700.00"),
        ("+30", "$700.00"),
    ]


async def test_a_part_by_bank_debit_that_fails_leaves_the_whole_amount(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +7 +15", invoice)
    await diary.live_until(date(2026, 3, 20))
    for state in (ReportedState.processing, ReportedState.failed):
        await diary.stripe_reports(invoice, state, 50_000, "pi_d", method="us_bank_account")
    await diary.live_until(date(2026, 4, 10))
    assert said(diary) == [("0", "$1,200.00"), ("+7", "$1,200.00"), ("+15", "$1,200.00")]


async def test_in_a_mail_for_several_the_total_is_what_is_left_of_each(diary: Diary) -> None:
    client = await diary.client()
    invoices = [await diary.invoice(DUE, client, total_minor=each) for each in (30_000, 50_000)]
    body = "Step all: {{ invoices.total_balance }} is open.\n\n{{ invoices.table }}"
    await diary.start(steps("0 +7", body=body), *invoices)
    await diary.live_until(date(2026, 3, 17))
    await diary.pay(invoices[0], 12_345)
    await diary.live_until(date(2026, 3, 31))
    assert said(diary) == [("all", "$800.00"), ("all", "$676.55")]
    assert "$176.55" in diary.mails()[1].text
    assert "$500.00" in diary.mails()[1].text
