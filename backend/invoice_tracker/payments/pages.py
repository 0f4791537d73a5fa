"""The pages a client sees when paying: rendered here, without a line of JavaScript."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from invoice_tracker.domain.money import format_money, total
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.domain.text_variables import listed
from invoice_tracker.firms.models import Firm
from invoice_tracker.payments.payability import Payability, Standing
from invoice_tracker.settings import Settings

FOLDER = Path(__file__).parent / "templates"
# Safe to mark as markup: a file of the product, without any value in it.
CSS = Markup((FOLDER / "page.css").read_text())  # noqa: S704 - our own file
CSS_HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
_templates = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

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
        "A bank payment takes a few business days. You can come back here to see how it stands.",
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
SHOWS_THE_AMOUNT = (
    Payability.too_small,
    Payability.too_large,
    Payability.no_online_payment,
)


def headers(settings: Settings) -> dict[str, str]:
    """Not kept, not indexed, no referrer, and nothing loaded from anywhere."""
    # A browser applies form-action to where the form's answer redirects to as well.
    targets = "'self' https:"
    if settings.stripe_api_base:
        parts = urlsplit(settings.stripe_api_base)
        targets += f" {parts.scheme}://{parts.netloc}"
    return {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "Content-Security-Policy": (
            f"default-src 'none'; img-src data:; style-src 'sha256-{CSS_HASH}'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action {targets}"
        ),
    }


def standing_page(
    settings: Settings, *, firm: Firm, number: str, standing: Standing
) -> HTMLResponse:
    """What the client sees: the amount and one button, or why there is nothing to press."""
    amount = format_money(standing.due)
    if standing.state is Payability.payable:
        return _render(
            settings,
            "pay.html",
            title=f"Pay invoice {number}",
            firm=firm,
            number=number,
            amount=amount,
        )
    title, tone, message, detail = MESSAGES[standing.state]
    return message_page(
        settings,
        firm=firm,
        title=title.format(number=number),
        tone=tone,
        message=message.format(number=number),
        detail=detail,
        amount=amount if standing.state in SHOWS_THE_AMOUNT else "",
    )


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One invoice on a page for several; ``token`` opens its own page."""

    number: str
    due_on: date | None
    standing: Standing
    token: str


IN_A_LINE: dict[Payability, str] = {
    Payability.paid: "Paid. Thank you.",
    Payability.processing: "A payment is under way. You need to do nothing.",
    Payability.not_payable: "Withdrawn or changed by the firm.",
    Payability.too_small: "Too small to be paid online.",
    Payability.too_large: "Too large to be paid online.",
    Payability.no_online_payment: "Online payment is not available at the moment.",
}


def group_page(settings: Settings, *, firm: Firm, lines: Sequence[GroupLine]) -> HTMLResponse:
    """Several invoices of one client: the total that can be paid now, and a button for each."""
    payable = [line.standing for line in lines if line.standing.state is Payability.payable]
    return _render(
        settings,
        "group.html",
        title=f"Invoices {listed([line.number for line in lines])}",
        firm=firm,
        amount=format_money(total(each.due for each in payable)) if payable else "",
        lines=[_as_shown(line) for line in lines],
    )


def _as_shown(line: GroupLine) -> dict[str, str]:
    state = line.standing.state
    amount = format_money(line.standing.due)
    words = IN_A_LINE.get(state, "")
    if state in SHOWS_THE_AMOUNT:
        words = f"{amount}. {words}"
    return {
        "number": line.number,
        "due": in_words(line.due_on) if line.due_on else "",
        "amount": amount,
        "token": line.token if state is Payability.payable else "",
        "words": words,
    }


def message_page(
    settings: Settings,
    *,
    firm: Firm | None,
    title: str,
    message: str,
    tone: str = "",
    detail: str = "",
    amount: str = "",
    back: str = "",
    back_label: str = "",
    status: int = 200,
) -> HTMLResponse:
    """A sentence or two, and perhaps a way back."""
    return _render(
        settings,
        "message.html",
        status=status,
        title=title,
        firm=firm,
        message=message,
        tone=tone,
        detail=detail,
        amount=amount,
        back=back,
        back_label=back_label,
    )


def unknown_link_page(settings: Settings) -> HTMLResponse:
    """For a token that opens nothing."""
    return message_page(
        settings,
        firm=None,
        title="This link does not work",
        message="It may have been cut off on its way to you, or it is no longer valid.",
        detail="Please open the link from the most recent e-mail, or ask the firm that sent it.",
        status=404,
    )


def _logo_of(firm: Firm | None) -> str | None:
    """The picture as an address, where it was loaded."""
    picture = vars(firm).get("logo") if firm else None
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}" if picture else None


def _render(settings: Settings, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    logo = _logo_of(values["firm"])
    html = _templates.get_template(name).render(css=CSS, logo=logo, **values)
    return HTMLResponse(html, status_code=status, headers=headers(settings))
