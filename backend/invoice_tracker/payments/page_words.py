"""What the pay page says, apart from amounts and numbers."""

from invoice_tracker.domain.charges import PartProblem
from invoice_tracker.payments.payability import Payability

BANK_TAKES_DAYS = (
    "A bank payment takes a few business days. You can come back here to see how it stands."
)
ANOTHER_WAY = "Please pay the way that is stated on the invoice, or ask the firm."
ANOTHER_WAY_TOGETHER = "Please pay the way that is stated on the invoices, or ask the firm."
A_MISTAKE = "Please ask the firm if you think that this is a mistake."

# Title, tone, sentence, detail.
MESSAGES: dict[Payability, tuple[str, str, str, str]] = {
    Payability.paid: (
        "Invoice {number} is paid",
        "good",
        "Thank you. There is nothing left to pay on this invoice.",
        "",
    ),
    Payability.questioned: (
        "Nothing to pay on invoice {number} now",
        "",
        "It was paid, but your bank has been asked to take a payment back.",
        "Please talk to the firm if you did not mean to ask for that.",
    ),
    Payability.processing: (
        "A payment is under way",
        "good",
        "A payment for invoice {number} is being processed. You need to do nothing.",
        BANK_TAKES_DAYS,
    ),
    Payability.withdrawn: (
        "Invoice {number} cannot be paid here",
        "warn",
        "The firm has cancelled this invoice. You need not pay it.",
        A_MISTAKE,
    ),
    Payability.in_revision: (
        "Invoice {number} cannot be paid here",
        "warn",
        "The firm is changing this invoice. Please wait until it has sent you the new one.",
        A_MISTAKE,
    ),
    Payability.trust: (
        "Invoice {number} cannot be paid here",
        "warn",
        "The firm asks for this money as an advance, to be held in trust. Such money is never paid "
        "on this page.",
        "Please pay it the way the firm has told you, or ask the firm.",
    ),
    Payability.too_small: (
        "Invoice {number}",
        "",
        "This amount is too small to be paid online.",
        ANOTHER_WAY,
    ),
    Payability.too_large: (
        "Invoice {number}",
        "",
        "This amount is too large to be paid online.",
        ANOTHER_WAY,
    ),
    Payability.not_exact: (
        "Invoice {number}",
        "",
        "This amount cannot be paid online to the last digit.",
        ANOTHER_WAY,
    ),
    Payability.no_online_payment: (
        "Invoice {number}",
        "",
        "Online payment is not available at the moment.",
        ANOTHER_WAY,
    ),
}

MESSAGES_TOGETHER: dict[Payability, tuple[str, str, str, str]] = {
    Payability.paid: (
        "Everything is paid",
        "good",
        "Thank you. There is nothing left to pay on these invoices.",
        "",
    ),
    Payability.questioned: (
        "Nothing to pay now",
        "",
        "They were paid, but your bank has been asked to take a payment back.",
        "Please talk to the firm if you did not mean to ask for that.",
    ),
    Payability.processing: (
        "A payment is under way",
        "good",
        "A payment for these invoices is being processed. You need to do nothing.",
        BANK_TAKES_DAYS,
    ),
    Payability.withdrawn: (
        "These invoices cannot be paid here",
        "warn",
        "The firm has cancelled these invoices. You need not pay them.",
        A_MISTAKE,
    ),
    Payability.in_revision: (
        "These invoices cannot be paid here",
        "warn",
        "The firm is changing these invoices. Please wait until it has sent you the new ones.",
        A_MISTAKE,
    ),
    Payability.trust: (
        "These invoices cannot be paid here",
        "warn",
        "The firm asks for this money as an advance, to be held in trust. Such money is never paid "
        "on this page.",
        "Please pay it the way the firm has told you, or ask the firm.",
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
        ANOTHER_WAY_TOGETHER,
    ),
    Payability.too_large: (
        "Your invoices",
        "",
        "This amount is too large to be paid online in one go.",
        "Please go back and choose fewer of them.",
    ),
    Payability.not_exact: (
        "Your invoices",
        "",
        "These amounts cannot be paid online to the last digit.",
        ANOTHER_WAY_TOGETHER,
    ),
    Payability.no_online_payment: (
        "Your invoices",
        "",
        "Online payment is not available at the moment.",
        ANOTHER_WAY_TOGETHER,
    ),
}
WHY_NOT: dict[Payability, str] = {
    Payability.paid: "Paid",
    Payability.questioned: "Paid; your bank has been asked to take it back",
    Payability.processing: "A payment is under way",
    Payability.withdrawn: "Cancelled by the firm",
    Payability.in_revision: "Being changed by the firm",
    Payability.trust: "Not paid here: money to be held in trust",
    Payability.disputed: "In dispute, not part of the total",
    Payability.not_exact: "Cannot be paid online to the last digit",
    Payability.no_online_payment: "Cannot be paid online at the moment",
    Payability.payable: "To be paid on its own",
}
"""Beside an invoice of a group that is not in the total."""

PART_PROBLEMS: dict[PartProblem, str] = {
    PartProblem.not_offered: "Only the whole amount can be paid here now: {total}.",
    PartProblem.not_exact: "This amount cannot be paid online to the last digit.",
    PartProblem.too_little: "Please pay at least {lowest}.",
    PartProblem.too_much: "Please pay no more than what is owed: {total}.",
    PartProblem.leaves_too_little: "Please pay at most {highest}, or all of it. Less than that "
    "could not be paid online afterwards.",
}
NOT_AN_AMOUNT = "Please write an amount in figures, such as {example}."

METHODS = {
    "card": "Card",
    "us_bank_account": "Bank debit (ACH)",
    "sepa_debit": "SEPA direct debit",
    "bacs_debit": "Bacs direct debit",
    "acss_debit": "Pre-authorized debit",
    "au_becs_debit": "BECS direct debit",
    "link": "Link",
}


def method_in_words(method: str | None) -> str:
    """How it was paid, as the client knows it; nothing where that is not known."""
    if not method:
        return ""
    return METHODS.get(method, method.replace("_", " ").capitalize())
