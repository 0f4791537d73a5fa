"""What Stripe is told of a checkout: ids and the invoice's number, never the matter."""

from uuid import UUID

from stripe.params.checkout import SessionCreateParams

from invoice_tracker.domain.money import THREE_DECIMAL, Money
from invoice_tracker.ports import CheckoutRequest, GatewayRefusal

# Stripe keeps two decimals for these for old times' sake, and wants them to be zero.
WITHOUT_CENTS = frozenset(["ISK", "UGX"])


def checkout_params(firm_id: UUID, request: CheckoutRequest) -> SessionCreateParams:
    """Parameters of the session. Raises ``GatewayRefusal`` for an amount Stripe cannot take."""
    marks = {
        "firm_id": str(firm_id),
        "invoice_id": str(request.invoice_id),
        "checkout_id": str(request.checkout_id),
    }
    name = f"Invoice {request.invoice_number}"
    params: SessionCreateParams = {
        "mode": "payment",
        "submit_type": "pay",
        "client_reference_id": str(request.invoice_id),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.amount.currency.lower(),
                    "unit_amount": stripe_amount(request.amount),
                    "product_data": {"name": name, "description": request.firm_name},
                },
            }
        ],
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
        "metadata": marks,
        # Refunds and disputes lead to the payment intent only, which does not inherit the marks.
        "payment_intent_data": {"description": name, "metadata": marks},
        # The amount stays in the currency of the bill.
        "adaptive_pricing": {"enabled": False},
    }
    if request.customer_email:
        params["customer_email"] = request.customer_email
    return params


def idempotency_key(checkout_id: UUID) -> str:
    """The same for every try to open this checkout, by whichever process."""
    return f"checkout-{checkout_id}"


def stripe_amount(money: Money) -> int:
    """The amount as Stripe counts it. Raises ``GatewayRefusal`` for fractions it cannot charge."""
    smallest = 10 if money.currency in THREE_DECIMAL else 1
    smallest = 100 if money.currency in WITHOUT_CENTS else smallest
    if money.amount_minor % smallest:
        raise GatewayRefusal(f"This amount cannot be paid online in {money.currency}.")
    return money.amount_minor
