"""Giving money back through Stripe, once."""

from uuid import UUID

import stripe

from invoice_tracker.integrations.stripe.checkout_params import stripe_amount
from invoice_tracker.integrations.stripe.client import PermissionProblem, in_plain_words
from invoice_tracker.integrations.stripe.reading import reported_refund
from invoice_tracker.payments.models import RefundState
from invoice_tracker.ports import GatewayRefusal, GivenRefund, RefundAnswer, RefundRequest

NOT_ALLOWED = (
    "The Stripe key may not give refunds. Please allow it in Stripe: Charges and Refunds, write."
)
ANSWERS = {
    RefundState.succeeded: RefundAnswer.succeeded,
    RefundState.failed: RefundAnswer.failed,
}


async def give_refund(
    client: stripe.StripeClient, firm_id: UUID, request: RefundRequest
) -> GivenRefund:
    """Ask with a key made of our own row's id; where that may be forgotten, look first.

    Raises ``GatewayRefusal`` where Stripe says no, ``GatewayProblem`` where the answer is lost.
    """
    try:
        with in_plain_words():
            made = await _find(client, request) if request.asked_before else None
            return _answer(made or await _create(client, firm_id, request))
    except PermissionProblem as problem:
        raise GatewayRefusal(NOT_ALLOWED) from problem


async def _find(client: stripe.StripeClient, request: RefundRequest) -> stripe.Refund | None:
    """Stripe forgets an idempotency key after a day; the mark on the refund stays."""
    listed = await client.v1.refunds.list_async({"payment_intent": request.intent_id, "limit": 100})
    async for refund in listed.auto_paging_iter():
        if reported_refund(refund).marked_refund_id == request.refund_id:
            return refund
    return None


async def _create(
    client: stripe.StripeClient, firm_id: UUID, request: RefundRequest
) -> stripe.Refund:
    marks = {"firm_id": str(firm_id), "refund_id": str(request.refund_id)}
    if request.payment_id is not None:
        marks["payment_id"] = str(request.payment_id)
    return await client.v1.refunds.create_async(
        {
            "payment_intent": request.intent_id,
            "amount": stripe_amount(request.amount),
            "metadata": marks,
        },
        {"idempotency_key": f"refund-{request.refund_id}"},
    )


def _answer(refund: stripe.Refund) -> GivenRefund:
    said = reported_refund(refund)
    return GivenRefund(
        said.refund_id, ANSWERS.get(said.state, RefundAnswer.under_way), said.problem
    )
