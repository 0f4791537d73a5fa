"""Amounts of a payment, as people read them."""

from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.payments.models import Payment


def words(amount_minor: int, payment: Payment) -> str:
    """An amount in the payment's currency."""
    return format_money(Money(amount_minor, payment.currency))
