"""Reading a payment from Stripe as it stands now. The body of an event is only a hint."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import stripe

from invoice_tracker.domain.money import Money
from invoice_tracker.integrations.stripe.client import in_plain_words
from invoice_tracker.payments.models import GOING_BACK, CheckoutState, RefundState
from invoice_tracker.payments.reports import PaymentReport, ReportedRefund, ReportedState
from invoice_tracker.ports import CheckoutStatus

OPEN_DISPUTES = frozenset(
    ["warning_needs_response", "warning_under_review", "needs_response", "under_review"]
)
REPORTED = {
    "processing": ReportedState.processing,
    "succeeded": ReportedState.settled,
    "canceled": ReportedState.failed,
    "requires_payment_method": ReportedState.failed,
}
"""Intents in any other state have moved no money yet, and say nothing."""
REFUND_STATES = {
    "pending": RefundState.under_way,
    "requires_action": RefundState.under_way,
    "succeeded": RefundState.succeeded,
    "failed": RefundState.failed,
    "canceled": RefundState.failed,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A session, a payment intent, or both, and what they were marked with."""

    marks: dict[str, str]
    livemode: bool
    session_id: str | None = None
    checkout: CheckoutState | None = None
    status: CheckoutStatus | None = None
    report: PaymentReport | None = None

    def marked_id(self, name: str) -> UUID | None:
        """An id from the marks, if there is one."""
        return _id_in(self.marks, name)


def _id_in(marks: dict[str, str], name: str) -> UUID | None:
    try:
        return UUID(marks.get(name, ""))
    except ValueError:
        return None


async def read_session(
    client: stripe.StripeClient, session_id: str, *, asked_at: datetime
) -> Reading:
    """A checkout session and its payment. Raises ``GatewayProblem``."""
    with in_plain_words():
        session = await client.v1.checkout.sessions.retrieve_async(
            session_id, {"expand": ["payment_intent.latest_charge.refunds"]}
        )
        intent = session.payment_intent
        report = None
        if isinstance(intent, stripe.PaymentIntent):
            report = await report_of(client, intent, session_id=session.id, asked_at=asked_at)
    return Reading(
        marks=marks_of(session.metadata),
        livemode=session.livemode,
        session_id=session.id,
        checkout=CheckoutState(session.status or "open"),
        status=status_of(session),
        report=report,
    )


async def read_intent(
    client: stripe.StripeClient, intent_id: str, *, asked_at: datetime
) -> Reading:
    """A payment by its intent. Raises ``GatewayProblem``."""
    with in_plain_words():
        intent = await client.v1.payment_intents.retrieve_async(
            intent_id, {"expand": ["latest_charge.refunds"]}
        )
        report = await report_of(client, intent, session_id=None, asked_at=asked_at)
    return Reading(marks=marks_of(intent.metadata), livemode=intent.livemode, report=report)


def status_of(session: stripe.checkout.Session) -> CheckoutStatus:
    """What has become of a session whose ``payment_intent`` was expanded."""
    if session.status == "open":
        return CheckoutStatus.open
    if session.status == "expired":
        return CheckoutStatus.expired
    if session.payment_status in ("paid", "no_payment_required"):
        return CheckoutStatus.paid
    intent = session.payment_intent
    failed = isinstance(intent, stripe.PaymentIntent) and (
        REPORTED.get(intent.status) is ReportedState.failed
    )
    return CheckoutStatus.expired if failed else CheckoutStatus.processing


async def report_of(
    client: stripe.StripeClient,
    intent: stripe.PaymentIntent,
    *,
    session_id: str | None,
    asked_at: datetime,
) -> PaymentReport | None:
    """What an intent with its ``latest_charge`` says; nothing where it has moved no money yet."""
    state = REPORTED.get(intent.status)
    if state is None:
        return None
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    settled = state is ReportedState.settled
    disputed, lost = False, 0
    if charge is not None and charge.disputed:
        disputed, lost = await _disputes(client, intent.id)
    refunds = await _refunds(client, charge) if charge is not None and settled else ()
    refunded = sum(refund.amount_minor for refund in refunds if refund.state in GOING_BACK)
    amount = intent.amount_received if settled else intent.amount
    failure = intent.last_payment_error
    return PaymentReport(
        intent_id=intent.id,
        session_id=session_id,
        state=state,
        amount=Money(amount, intent.currency.upper()),
        refunded_minor=min(amount, refunded + lost),
        disputed=disputed,
        method=_method(charge),
        asked_at=asked_at,
        failure=failure.message if failure is not None else None,
        refunds=refunds,
    )


async def _refunds(
    client: stripe.StripeClient, charge: stripe.Charge
) -> tuple[ReportedRefund, ...]:
    """All refunds of a charge, oldest first. Those that failed leave the money with the firm."""
    # Only there where it was asked for.
    page: stripe.ListObject[stripe.Refund] | None = getattr(charge, "refunds", None)
    found = page.data if page is not None else []
    if page is None or page.has_more:
        listed = await client.v1.refunds.list_async({"charge": charge.id, "limit": 100})
        found = [refund async for refund in listed.auto_paging_iter()]
    return tuple(reported_refund(refund) for refund in reversed(found))


def reported_refund(refund: stripe.Refund) -> ReportedRefund:
    """One refund in the product's own words."""
    marks = marks_of(refund.metadata)
    return ReportedRefund(
        refund_id=refund.id,
        amount_minor=refund.amount,
        state=REFUND_STATES.get(refund.status or "", RefundState.under_way),
        created_at=datetime.fromtimestamp(refund.created, tz=UTC),
        problem=_why_failed(refund),
        marked_refund_id=_id_in(marks, "refund_id"),
        marked_payment_id=_id_in(marks, "payment_id"),
    )


def _why_failed(refund: stripe.Refund) -> str | None:
    if REFUND_STATES.get(refund.status or "") is not RefundState.failed:
        return None
    why = (refund.failure_reason or "no reason given").replace("_", " ")
    return f"The client's bank did not take the money back: {why}."


async def _disputes(client: stripe.StripeClient, intent_id: str) -> tuple[bool, int]:
    """Whether one is open, and what was lost, in minor units."""
    found = await client.v1.disputes.list_async({"payment_intent": intent_id, "limit": 100})
    is_open = any(dispute.status in OPEN_DISPUTES for dispute in found.data)
    return is_open, sum(dispute.amount for dispute in found.data if dispute.status == "lost")


def _method(charge: stripe.Charge | None) -> str | None:
    details = charge.payment_method_details if charge is not None else None
    return details.type if details is not None else None


def marks_of(metadata: stripe.StripeObject | None) -> dict[str, str]:
    """What the product has written on a session or an intent."""
    found = metadata.to_dict() if metadata is not None else {}
    return {name: str(value) for name, value in found.items()}
