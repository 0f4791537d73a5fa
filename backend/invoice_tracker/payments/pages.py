"""The pages a client sees when paying: rendered here, without a line of JavaScript."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from fastapi.responses import HTMLResponse

from invoice_tracker.domain.money import format_money
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.firms.models import Firm
from invoice_tracker.firms.public_pages import PublicPages, message_page
from invoice_tracker.payments.page_words import MESSAGES, MESSAGES_TOGETHER, WHY_NOT
from invoice_tracker.payments.payability import (
    Bill,
    Payability,
    Standing,
    payable_together,
    together,
)
from invoice_tracker.settings import Settings

_pages = PublicPages(Path(__file__).parent / "templates")

BACK = "Back to the invoices"
SHOWS_THE_AMOUNT = (
    Payability.too_small,
    Payability.too_large,
    Payability.no_online_payment,
)
STILL_TO_PAY = (Payability.payable, Payability.too_large, Payability.no_online_payment)


def form_targets(settings: Settings) -> str:
    """Where the button leads in the end; a firm's page at Stripe may have an address of its own."""
    if not settings.stripe_api_base:
        return "https:"
    parts = urlsplit(settings.stripe_api_base)
    return f"https: {parts.scheme}://{parts.netloc}"


def bills_page(
    settings: Settings, *, firm: Firm, bills: Sequence[Bill], own_pages: Mapping[UUID, str]
) -> HTMLResponse:
    """What the client sees of several invoices: each one, the total, and one button.

    ``own_pages`` are the addresses where each can be paid alone, for what has to be.
    """
    standing = together(bills)
    if standing.state not in (Payability.payable, Payability.too_large):
        return together_page(firm=firm, standing=standing)
    parts = payable_together(bills)
    others = [bill for bill in bills if bill not in parts]
    return _pages.render(
        "pay_group.html",
        title=f"Pay {len(parts)} invoices" if len(parts) > 1 else f"Pay invoice {parts[0].number}",
        firm=firm,
        form_targets=form_targets(settings),
        amount=format_money(standing.due),
        parts=[_row(bill) for bill in parts],
        others=[_other(bill, own_pages[bill.invoice_id]) for bill in others],
    )


def _other(bill: Bill, own_page: str) -> dict[str, str]:
    """An invoice that is not in the total."""
    state = bill.standing.state
    alone = own_page if state is Payability.payable else ""
    return {**_row(bill), "why": WHY_NOT[state], "own_page": alone}


def _row(bill: Bill) -> dict[str, str]:
    due = bill.standing.due
    return {
        "id": str(bill.invoice_id),
        "number": bill.number,
        "due_on": in_words(bill.due_on) if bill.due_on else "",
        "amount": format_money(due) if due.amount_minor else "",
    }


def together_page(*, firm: Firm, standing: Standing, back: str = "") -> HTMLResponse:
    """Why there is nothing to press for several invoices."""
    title, tone, message, detail = MESSAGES_TOGETHER[standing.state]
    return message_page(
        firm=firm,
        title=title,
        tone=tone,
        message=message,
        detail=detail,
        amount=format_money(standing.due) if standing.state in SHOWS_THE_AMOUNT else "",
        back=back,
        back_label=BACK,
    )


def standing_page(
    settings: Settings, *, firm: Firm, number: str, standing: Standing
) -> HTMLResponse:
    """What the client sees: the amount and one button, or why there is nothing to press."""
    amount = format_money(standing.due)
    if standing.state is Payability.payable:
        return _pages.render(
            "pay.html",
            title=f"Pay invoice {number}",
            firm=firm,
            form_targets=form_targets(settings),
            number=number,
            amount=amount,
        )
    title, tone, message, detail = MESSAGES[standing.state]
    return message_page(
        firm=firm,
        title=title.format(number=number),
        tone=tone,
        message=message.format(number=number),
        detail=detail,
        amount=amount if standing.state in SHOWS_THE_AMOUNT else "",
    )


def thanks_page(*, firm: Firm, back: str) -> HTMLResponse:
    """A payment of some of the invoices has come through."""
    return message_page(
        firm=firm,
        title="Thank you",
        tone="good",
        message="Your payment has come through.",
        detail="It may take a minute until the invoices show it.",
        back=back,
        back_label=BACK,
    )


def not_yet_page(*, firm: Firm, bills: Sequence[Bill], back: str) -> HTMLResponse:
    """The client comes from paying, and nothing is known of it."""
    alone = len(bills) == 1
    return message_page(
        firm=firm,
        title=f"Invoice {bills[0].number}" if alone else "Your invoices",
        message="Your payment has not come through yet.",
        detail="If you have just paid, please look again in a minute; do not pay twice.",
        back=back,
        back_label="Back to the invoice" if alone else BACK,
    )


def unknown_link_page() -> HTMLResponse:
    """For a token that opens nothing."""
    return message_page(
        firm=None,
        title="This link does not work",
        message="It may have been cut off on its way to you, or it is no longer valid.",
        detail="Please open the link from the most recent e-mail, or ask the firm that sent it.",
        status=404,
    )
