"""What the pay page says when there is nothing to press."""

from invoice_tracker.payments.payability import Payability

BANK_TAKES_DAYS = (
    "A bank payment takes a few business days. You can come back here to see how it stands."
)
ANOTHER_WAY = "Please pay the way that is stated on the invoices, or ask the firm."

# Title, tone, sentence, detail.
MESSAGES: dict[Payability, tuple[str, str, str, str]] = {
    Payability.paid: (
        "Invoice {number} is paid",
        "good",
        "Thank you. There is nothing left to pay on this invoice.",
        "",
    ),
    Payability.processing: (
        "A payment is under way",
        "good",
        "A payment for invoice {number} is being processed. You need to do nothing.",
        BANK_TAKES_DAYS,
    ),
    Payability.not_payable: (
        "Invoice {number} cannot be paid here",
        "warn",
        "The firm has withdrawn this invoice, or changed it.",
        "Please ask the firm if you think that this is a mistake.",
    ),
    Payability.too_small: (
        "Invoice {number}",
        "",
        "This amount is too small to be paid online.",
        "Please pay it the way that is stated on the invoice.",
    ),
    Payability.too_large: (
        "Invoice {number}",
        "",
        "This amount is too large to be paid online.",
        "Please pay it the way that is stated on the invoice.",
    ),
    Payability.no_online_payment: (
        "Invoice {number}",
        "",
        "Online payment is not available at the moment.",
        "Please pay the way that is stated on the invoice, or ask the firm.",
    ),
}

MESSAGES_TOGETHER: dict[Payability, tuple[str, str, str, str]] = {
    Payability.paid: (
        "Everything is paid",
        "good",
        "Thank you. There is nothing left to pay on these invoices.",
        "",
    ),
    Payability.processing: (
        "A payment is under way",
        "good",
        "A payment for these invoices is being processed. You need to do nothing.",
        BANK_TAKES_DAYS,
    ),
    Payability.not_payable: (
        "These invoices cannot be paid here",
        "warn",
        "The firm has withdrawn these invoices, or changed them.",
        "Please ask the firm if you think that this is a mistake.",
    ),
    Payability.disputed: (
        "These invoices are in dispute",
        "",
        "You have told the firm that you do not agree, so they cannot be paid here for now.",
        "Please talk to the firm if that is settled.",
    ),
    Payability.too_small: (
        "Your invoices",
        "",
        "This amount is too small to be paid online.",
        ANOTHER_WAY,
    ),
    Payability.too_large: (
        "Your invoices",
        "",
        "This amount is too large to be paid online in one go.",
        "Please go back and choose fewer of them.",
    ),
    Payability.no_online_payment: (
        "Your invoices",
        "",
        "Online payment is not available at the moment.",
        ANOTHER_WAY,
    ),
}
WHY_NOT: dict[Payability, str] = {
    Payability.paid: "Paid",
    Payability.processing: "A payment is under way",
    Payability.not_payable: "Withdrawn or changed by the firm",
    Payability.disputed: "In dispute, not part of the total",
    Payability.payable: "To be paid on its own",
}
"""Beside an invoice of a group that is not in the total."""
