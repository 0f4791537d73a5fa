"""The pages a client sees when paying: rendered here, without a line of JavaScript."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from fastapi.responses import HTMLResponse

from invoice_tracker.domain.charges import PartLimits, PartProblem
from invoice_tracker.domain.money import Money, format_money, to_decimal
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.firms.models import Firm
from invoice_tracker.firms.public_pages import PublicPages, message_page
from invoice_tracker.payments.page_words import (
    MESSAGES,
    MESSAGES_TOGETHER,
    NOT_AN_AMOUNT,
    PART_PROBLEMS,
    WHY_NOT,
    method_in_words,
)
from invoice_tracker.payments.parts import Asked
from invoice_tracker.payments.payability import (
    Bill,
    Payability,
    Standing,
    payable_together,
    together,
)
from invoice_tracker.payments.receipts import Receipt
from invoice_tracker.settings import Settings

_pages = PublicPages(Path(__file__).parent / "templates")

BACK = "Back to the invoices"
SHOWS_THE_AMOUNT = (
    Payability.too_small,
    Payability.too_large,
    Payability.not_exact,
    Payability.no_online_payment,
)
STILL_TO_PAY = (Payability.payable, Payability.too_large, Payability.no_online_payment)
WITHOUT_DOCUMENT = (Payability.withdrawn, Payability.in_revision, Payability.trust)


def form_targets(settings: Settings) -> str:
    """Where the button leads in the end; a firm's page at Stripe may have an address of its own."""
    if not settings.stripe_api_base:
        return "https:"
    parts = urlsplit(settings.stripe_api_base)
    return f"https: {parts.scheme}://{parts.netloc}"


class PartForm:
    """The field for a part of the amount: its limits, what was typed, and what is wrong with it."""

    def __init__(
        self, limits: PartLimits, *, typed: str = "", problem: PartProblem | None = None
    ) -> None:
        self.lowest = _money(limits.lowest, limits.currency)
        self.highest = _money(limits.highest, limits.currency)
        self.total = _money(limits.total, limits.currency)
        self.currency = limits.currency
        self.typed = typed
        example = to_decimal(Money(limits.lowest, limits.currency))
        words = PART_PROBLEMS[problem] if problem else NOT_AN_AMOUNT if typed else ""
        self.problem = words.format(
            lowest=self.lowest, highest=self.highest, total=self.total, example=example
        )


def _money(amount_minor: int, currency: str) -> str:
    return format_money(Money(amount_minor, currency))


def bills_page(
    settings: Settings,
    *,
    firm: Firm,
    bills: Sequence[Bill],
    here: str,
    own_pages: Mapping[UUID, str],
    part: PartForm | None,
    has_document: bool,
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
        status=422 if part and part.problem else 200,
        amount=format_money(standing.due),
        parts=[_row(bill) for bill in parts],
        others=[_other(bill, own_pages[bill.invoice_id]) for bill in others],
        here=here,
        part=part,
        documents=[_row(bill) for bill in bills if has_document and _may_print(bill)],
    )


def _may_print(bill: Bill) -> bool:
    return bill.standing.state not in WITHOUT_DOCUMENT


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
        "paid": _paid(bill),
    }


def _paid(bill: Bill) -> str:
    """What was paid of it before, where something was and something is left."""
    due = bill.standing.due
    some = bill.paid_minor > 0 and due.amount_minor > 0
    return _money(bill.paid_minor, due.currency) if some else ""


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


def bill_page(
    settings: Settings,
    *,
    firm: Firm,
    bill: Bill,
    standing: Standing,
    here: str,
    part: PartForm | None,
    has_document: bool,
) -> HTMLResponse:
    """What the client sees of one invoice: the amount and one button, or why there is none."""
    can_print = has_document and _may_print(bill)
    can_pay = standing.state is Payability.payable
    if not can_pay and not (part and standing.state is Payability.too_large):
        return _nothing_to_press(firm, bill, standing, here if can_print else "")
    due = bill.standing.due
    return _pages.render(
        "pay.html",
        title=f"Pay invoice {bill.number}",
        firm=firm,
        form_targets=form_targets(settings),
        status=422 if part and part.problem else 200,
        number=bill.number,
        amount=format_money(standing.due),
        can_pay_all=can_pay,
        total=_money(bill.total_minor, due.currency),
        paid=_paid(bill),
        due_on=in_words(bill.due_on) if bill.due_on else "",
        given_back=_money(bill.given_back_minor, due.currency) if bill.given_back_minor else "",
        is_disputed=bill.is_disputed,
        here=here,
        part=part,
        has_document=can_print,
    )


def _nothing_to_press(firm: Firm, bill: Bill, standing: Standing, prints_at: str) -> HTMLResponse:
    title, tone, message, detail = MESSAGES[standing.state]
    due, under_way = standing.due, bill.under_way_minor
    if standing.state is Payability.processing and 0 < under_way < due.amount_minor:
        rest = _money(due.amount_minor - under_way, due.currency)
        message = (
            f"A payment of {_money(under_way, due.currency)} for invoice {bill.number} is being "
            "processed."
        )
        detail = f"The remaining {rest} can be paid here as soon as it has arrived."
    return _pages.render(
        "standing.html",
        title=title.format(number=bill.number),
        firm=firm,
        tone=tone,
        message=message.format(number=bill.number),
        detail=detail,
        amount=format_money(due) if standing.state in SHOWS_THE_AMOUNT else "",
        here=prints_at,
        has_document=bool(prints_at),
    )


def part_page(
    settings: Settings, *, firm: Firm, bills: Sequence[Bill], asked: Asked, here: str, shown: str
) -> HTMLResponse:
    """What a part of the amount would be for, and what would remain. Nothing has happened yet.

    ``shown`` comes back with the button, so that nothing else is paid than what stands here.
    """
    shares = {line.invoice_id: line.amount_minor for line in asked.lines}
    rows = [
        {
            "number": bill.number,
            "amount": _money(shares.get(bill.invoice_id, 0), asked.currency),
            "rest": _money(
                bill.standing.due.amount_minor - shares.get(bill.invoice_id, 0), asked.currency
            ),
        }
        for bill in payable_together(bills)
    ]
    amount = Money(asked.amount_minor, asked.currency)
    return _pages.render(
        "pay_part.html",
        title=f"Pay {format_money(amount)} now",
        firm=firm,
        form_targets=form_targets(settings),
        rows=rows,
        amount=format_money(amount),
        typed=str(to_decimal(amount)),
        remains=_money(asked.remains_minor, asked.currency) if asked.remains_minor else "",
        here=here,
        shown=shown,
    )


def receipt_page(
    *, firm: Firm, receipt: Receipt, standing: Standing, here: str, alone: bool
) -> HTMLResponse:
    """What has been paid, to be printed; or that it is under way, or did not go through."""
    owed = standing.due.amount_minor if standing.state in STILL_TO_PAY else 0
    given_back = receipt.given_back
    return _pages.render(
        "receipt.html",
        title=_receipt_title(receipt),
        firm=firm,
        lines=[(line.number, format_money(line.amount)) for line in receipt.lines],
        amount=format_money(receipt.total),
        is_settled=receipt.is_settled,
        has_failed=receipt.has_failed,
        given_back=format_money(given_back) if given_back.amount_minor else "",
        day=in_words(receipt.day),
        method=method_in_words(receipt.method),
        reference=receipt.reference,
        owed=format_money(standing.due) if owed else "",
        back=here,
        back_label="Back to the invoice" if alone else BACK,
    )


def _receipt_title(receipt: Receipt) -> str:
    if receipt.has_failed:
        return "The payment did not go through"
    return "Receipt" if receipt.is_settled else "Your payment is under way"


def thanks_page(*, firm: Firm, back: str) -> HTMLResponse:
    """A payment has come through, and the books do not know of it yet."""
    return message_page(
        firm=firm,
        title="Thank you",
        tone="good",
        message="Your payment has come through.",
        detail="It may take a minute until it shows here. Then this page is your receipt.",
        back=back,
        back_label="See how it stands",
    )


def under_way_page(*, firm: Firm, bills: Sequence[Bill], back: str) -> HTMLResponse:
    """The bank is at work, and the books do not know of it yet."""
    messages = MESSAGES if len(bills) == 1 else MESSAGES_TOGETHER
    title, tone, message, detail = messages[Payability.processing]
    return message_page(
        firm=firm,
        title=title,
        tone=tone,
        message=message.format(number=bills[0].number),
        detail=detail,
        back=back,
        back_label="See how it stands",
    )


def cannot_ask_page(*, firm: Firm, back: str) -> HTMLResponse:
    """The client comes from paying, and the payment provider does not answer."""
    return message_page(
        firm=firm,
        title="Your payment is being checked",
        message="Stripe does not answer us at the moment, so we cannot show a receipt yet.",
        detail="If Stripe has told you that it is paid, it is paid: you need to do nothing, and "
        f"{firm.name} will see it as soon as Stripe answers. Please do not pay twice. You can open "
        "this page again later for your receipt.",
        back=back,
        back_label="See how it stands",
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
