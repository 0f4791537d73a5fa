"""Whatever order Stripe's events come in, and however often: the ledger ends as Stripe's list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.money import Money
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.models import HAS_MONEY, Payment, PaymentState, Refund, RefundState
from invoice_tracker.payments.reports import PaymentReport, ReportedRefund, ReportedState
from invoice_tracker.payments.service import apply_report

BEGIN = datetime(2026, 3, 2, 15, tzinfo=UTC)
OWED = (120_000, 70_000, 5_001)


@dataclass(frozen=True)
class Intent:
    """What a payment intent lived through: one snapshot for each thing that happened at Stripe."""

    name: str
    places: tuple[int, ...]
    """Which of the invoices it pays."""
    snapshots: tuple[PaymentReport, ...]

    @property
    def last(self) -> PaymentReport:
        return self.snapshots[-1]


@st.composite
def histories(draw: st.DrawFn, name: str, places: tuple[int, ...]) -> Intent:
    """A card or a debit; refunds of which some fail at the bank; perhaps a dispute, won or lost."""
    amount = sum(OWED[place] for place in places) + draw(st.sampled_from([0, 0, 1, 2_500]))
    now = PaymentReport(
        name,
        f"cs_{name}",
        ReportedState.settled,
        Money(amount, "USD"),
        refunded_minor=0,
        disputed=False,
        method="card",
        asked_at=BEGIN,
    )
    snapshots = []
    if draw(st.booleans()):
        now = replace(now, method="us_bank_account")
        snapshots.append(replace(now, state=ReportedState.processing))
        if draw(st.integers(0, 3)) == 0:
            snapshots.append(replace(now, state=ReportedState.failed))
            return Intent(name, places, _dated(snapshots))
    snapshots.append(now)
    for number in range(draw(st.integers(0, 3))):
        left = amount - now.refunded_minor
        if not left:
            break
        given_ = ReportedRefund(
            refund_id=f"re_{name}_{number}",
            amount_minor=draw(st.integers(1, left)),
            state=RefundState.under_way,
            created_at=BEGIN,
        )
        now = _with(now, given_)
        snapshots.append(now)
        end = draw(st.sampled_from([RefundState.succeeded, RefundState.failed]))
        now = _with(now, replace(given_, state=end))
        snapshots.append(now)
    if now.refunded_minor < amount and draw(st.booleans()):
        snapshots.append(replace(now, disputed=True))
        won = draw(st.booleans())
        snapshots.append(now if won else replace(now, refunded_minor=amount))
    return Intent(name, places, _dated(snapshots))


def _with(now: PaymentReport, refund: ReportedRefund) -> PaymentReport:
    others = tuple(each for each in now.refunds if each.refund_id != refund.refund_id)
    refunds = (*others, refund)
    back = sum(each.amount_minor for each in refunds if each.state is not RefundState.failed)
    return replace(now, refunds=refunds, refunded_minor=back)


def _dated(snapshots: Sequence[PaymentReport]) -> tuple[PaymentReport, ...]:
    return tuple(
        replace(snapshot, asked_at=BEGIN + timedelta(minutes=minute))
        for minute, snapshot in enumerate(snapshots)
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Intent], list[PaymentReport]]:
    """Payments of one invoice or several, and what was read of them in the order it was handled."""
    places = draw(st.sampled_from([((0, 1, 2),), ((0,), (1, 2)), ((0, 2), (1,)), ((0,), (1,))]))
    intents = [draw(histories(f"pi_{n}", of)) for n, of in enumerate(places)]
    read = [snapshot for intent in intents for snapshot in intent.snapshots]
    # Some are read several times, some never; how it ended is read at least once.
    heard = draw(st.lists(st.sampled_from(read), max_size=8)) + [each.last for each in intents]
    return intents, draw(st.permutations(heard))


async def replay(
    session: AsyncSession,
    invoices: Sequence[Invoice],
    intents: Sequence[Intent],
    heard: Sequence[PaymentReport],
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[int]]:
    """The ledger after these reports: payments, refunds, balances. Leaves nothing behind."""
    of = {intent.name: intent for intent in intents}
    nested = await session.begin_nested()
    for given_ in heard:
        asked = [Line(invoices[place].id, OWED[place]) for place in of[given_.intent_id].places]
        await apply_report(
            session, firm_id=invoices[0].firm_id, lines=asked, report=given_, now=given_.asked_at
        )
    payments = [
        (
            p.stripe_payment_intent_id,
            str(p.invoice_id),
            p.state,
            p.amount_minor,
            p.refunded_minor,
            p.excess_minor,
            p.overpaid_minor,
        )
        for p in await session.scalars(select(Payment))
    ]
    refunds = [
        (r.stripe_refund_id, r.amount_minor, r.state, r.is_counted)
        for r in await session.scalars(select(Refund))
    ]
    ids = [invoice.id for invoice in invoices]
    found = await effective_balances(session, firm_id=invoices[0].firm_id, invoice_ids=ids)
    await nested.rollback()
    session.expire_all()
    for invoice in invoices:
        await session.refresh(invoice)
    return sorted(payments, key=str), sorted(refunds, key=str), [found[each] for each in ids]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds())
async def test_any_order_ends_in_the_ledger_that_stripe_lists(
    session: AsyncSession,
    invoice: Invoice,
    second: Invoice,
    third: Invoice,
    world: tuple[list[Intent], list[PaymentReport]],
) -> None:
    intents, heard = world
    invoices = [invoice, second, third]
    in_order = [snapshot for intent in intents for snapshot in intent.snapshots]
    straight = await replay(session, invoices, intents, in_order)
    shuffled = await replay(session, invoices, intents, heard)
    assert shuffled == straight
    for intent in intents:
        rows = [row for row in shuffled[0] if row[0] == intent.name]
        if intent.last.state is ReportedState.failed:
            assert {row[2] for row in rows} <= {PaymentState.failed}
            continue
        assert {row[2] for row in rows} <= set(HAS_MONEY)
        assert sum(int(str(row[3])) for row in rows) == intent.last.amount.amount_minor
        assert sum(int(str(row[4])) for row in rows) == intent.last.refunded_minor
    assert {(row[0], row[1], row[2]) for row in shuffled[1]} == {
        (refund.refund_id, refund.amount_minor, refund.state)
        for intent in intents
        for refund in intent.last.refunds
    }
