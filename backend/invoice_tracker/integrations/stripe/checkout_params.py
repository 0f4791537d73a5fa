"""What Stripe is told of a checkout: ids and invoice numbers, never the matter."""

from uuid import UUID

from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItem

from invoice_tracker.domain.charges import is_exact
from invoice_tracker.domain.money import Money
from invoice_tracker.ports import CheckoutItem, CheckoutRequest, GatewayRefusal

MOST_NAMED = 10
"""Invoices that a payment's description names one by one."""


def checkout_params(firm_id: UUID, request: CheckoutRequest) -> SessionCreateParams:
    """Parameters of the session. Raises ``GatewayRefusal`` for an amount Stripe cannot take."""
    marks = _marks(firm_id, request)
    params: SessionCreateParams = {
        "mode": "payment",
        "submit_type": "pay",
        "client_reference_id": str(request.checkout_id),
        "line_items": [_line(item, request.firm_name) for item in request.items],
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
        "metadata": marks,
        # Refunds and disputes lead to the payment intent only, which does not inherit the marks.
        "payment_intent_data": {"description": _name(request), "metadata": marks},
        # The amount stays in the currency of the bill.
        "adaptive_pricing": {"enabled": False},
    }
    if request.customer_email:
        params["customer_email"] = request.customer_email
    return params


def _marks(firm_id: UUID, request: CheckoutRequest) -> dict[str, str]:
    """The checkout leads to its invoices; for people who search at Stripe a single one is named."""
    marks = {"firm_id": str(firm_id), "checkout_id": str(request.checkout_id)}
    if len(request.items) == 1:
        marks["invoice_id"] = str(request.items[0].invoice_id)
    return marks


def _line(item: CheckoutItem, firm_name: str) -> SessionCreateParamsLineItem:
    return {
        "quantity": 1,
        "price_data": {
            "currency": item.amount.currency.lower(),
            "unit_amount": stripe_amount(item.amount),
            "product_data": {
                "name": f"Invoice {item.invoice_number}",
                "description": firm_name,
                "metadata": {"invoice_id": str(item.invoice_id)},
            },
        },
    }


def _name(request: CheckoutRequest) -> str:
    numbers = [item.invoice_number for item in request.items]
    if len(numbers) == 1:
        return f"Invoice {numbers[0]}"
    if len(numbers) <= MOST_NAMED:
        return f"Invoices {', '.join(numbers)}"
    return f"{len(numbers)} invoices"


def idempotency_key(checkout_id: UUID) -> str:
    """The same for every try to open this checkout, by whichever process."""
    return f"checkout-{checkout_id}"


def stripe_amount(money: Money) -> int:
    """The amount as Stripe counts it. Raises ``GatewayRefusal`` for fractions it cannot charge."""
    if not is_exact(money.amount_minor, money.currency):
        raise GatewayRefusal(f"This amount cannot be paid online in {money.currency}.")
    return money.amount_minor
