"""Where a client answers a reminder without logging in.

Looking changes nothing: mail scanners open every link, and follow those they find. Only the form's
button does, and only with the mark of a form that was shown.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.answers.form import Typed, as_kind, read_form, ticked
from invoice_tracker.answers.giving import Given, give_answer
from invoice_tracker.answers.page_words import CHOICES, FORMS, NOTES, PAID_BY
from invoice_tracker.answers.places import Place, open_place
from invoice_tracker.answers.standing import Standing, load_standing
from invoice_tracker.core.deps import Adapters, AdaptersDep, SessionDep
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.client_answers import (
    MOST_NOTE,
    MOST_REFERENCE,
    AnswerKind,
    last_day_to_promise,
)
from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.domain.text_variables import listed
from invoice_tracker.firms.calendars import firm_day
from invoice_tracker.firms.public_pages import PublicPages, headers, message_page
from invoice_tracker.payments.balances import amounts_due
from invoice_tracker.reminder_sets.answer_links import EXAMPLE

pages_router = APIRouter(prefix="/answer", include_in_schema=False)
_pages = PublicPages(Path(__file__).parent / "templates")


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as its client sees it; ``due`` is what can be answered about, if anything."""

    id: UUID
    number: str
    due_on: date | None
    due: Money
    standing: Standing | None


@pages_router.api_route("/{token}", methods=["GET", "HEAD"])
async def show_answers(
    session: SessionDep, adapters: AdaptersDep, token: str, say: str = "", change: str = ""
) -> HTMLResponse:
    """The five answers, the form of one of them, or what was answered."""
    now = adapters.clock.now()
    try:
        place = await open_place(session, token=token, now=now)
    except NotFound:
        return _unknown(token)
    bills = await _bills(session, place)
    kind = as_kind(say)
    open_ = [bill for bill in bills if bill.due.amount_minor > 0]
    if kind is None or not open_:
        return _overview(place, bills, token, change=bool(change))
    today = await firm_day(session, firm_id=place.firm.id, now=now)
    typed = Typed(invoices=frozenset(bill.id for bill in open_))
    return _form(adapters, place, bills, kind, token=token, today=today, typed=typed)


def _overview(place: Place, bills: Sequence[Bill], token: str, *, change: bool) -> HTMLResponse:
    """What was answered, or what can be."""
    open_ = [bill for bill in bills if bill.due.amount_minor > 0]
    if not open_:
        return _nothing_owed(place)
    if not change and all(bill.standing and bill.standing.counts for bill in open_):
        return _answered(place, bills, token)
    return _choices(place, bills, token)


@pages_router.post("/{token}")
async def post_answer(
    session: SessionDep,
    adapters: AdaptersDep,
    token: str,
    say: Annotated[str, Form()] = "",
    mark: Annotated[str, Form()] = "",
    invoice: Annotated[list[str] | None, Form()] = None,
    note: Annotated[str, Form()] = "",
    paid_on: Annotated[str, Form()] = "",
    paid_by: Annotated[str, Form()] = "",
    reference: Annotated[str, Form()] = "",
    promised_on: Annotated[str, Form()] = "",
) -> Response:
    """The form's button: reminders wait, and the firm is told."""
    now = adapters.clock.now()
    try:
        place = await open_place(session, token=token, now=now)
    except NotFound:
        return _unknown(token)
    kind = as_kind(say)
    if kind is None or not _is_marked(adapters, token, kind, mark):
        return _overview(place, await _bills(session, place), token, change=True)
    known = [each.id for each in place.invoices]
    # Whoever is somebody else is so for all of them.
    asks = len(known) > 1 and kind is not AnswerKind.not_me
    typed = Typed(
        note=note,
        paid_on=paid_on,
        paid_by=paid_by,
        reference=reference,
        promised_on=promised_on,
        invoices=ticked(invoice or [], known) if asks else frozenset(known),
    )
    today = await firm_day(session, firm_id=place.firm.id, now=now)
    read = read_form(kind, typed, today=today)
    if read.problems:
        bills = await _bills(session, place)
        return _form(
            adapters,
            place,
            bills,
            kind,
            token=token,
            today=today,
            typed=typed,
            problems=read.problems,
        )
    given = await give_answer(
        session, adapters, place=place, invoice_ids=typed.invoices, answer=read.answer, now=now
    )
    if given is Given.nothing_owed:
        return _nothing_owed(place)
    if given is Given.too_many:
        return _too_many(place)
    return RedirectResponse(f"/answer/{token}", status_code=303, headers=headers())


async def _bills(session: AsyncSession, place: Place) -> list[Bill]:
    """The invoices of the mail as they are now, with what this person has answered."""
    due = await amounts_due(session, invoices=place.invoices)
    standing = await load_standing(session, place=place)
    return [
        Bill(
            id=each.id,
            number=each.number,
            due_on=each.due_on,
            due=Money(due[each.id], each.currency),
            standing=standing.get(each.id),
        )
        for each in place.invoices
    ]


def _mark(adapters: Adapters, token: str, kind: AnswerKind) -> str:
    """What only a form that was shown has: nobody answers by an address alone."""
    return adapters.vault.derive_token("answer_form", token, kind)


def _is_marked(adapters: Adapters, token: str, kind: AnswerKind, mark: str) -> bool:
    return hmac.compare_digest(_mark(adapters, token, kind).encode(), mark.encode())


def _about(bills: Sequence[Bill]) -> str:
    noun = "invoice" if len(bills) == 1 else "invoices"
    return f"{noun} {listed([bill.number for bill in bills])}"


def _rows(bills: Sequence[Bill]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(bill.id),
            "number": bill.number,
            "due_on": in_words(bill.due_on) if bill.due_on else "",
            "amount": format_money(bill.due) if bill.due.amount_minor else "",
            "answer": bill.standing.words if bill.standing else "",
        }
        for bill in bills
    ]


def _choices(place: Place, bills: Sequence[Bill], token: str) -> HTMLResponse:
    return _pages.render(
        "choices.html",
        firm=place.firm,
        title=f"Your answer about {_about(bills)}",
        bills=_rows(bills),
        choices=[
            (f"/answer/{token}?say={kind}", says, purpose)
            for kind, (says, purpose) in CHOICES.items()
        ],
    )


def _answered(place: Place, bills: Sequence[Bill], token: str) -> HTMLResponse:
    return _pages.render(
        "answered.html",
        firm=place.firm,
        title="Thank you. We have your answer",
        bills=_rows(bills),
        change=f"/answer/{token}?change=1",
    )


def _form(
    adapters: Adapters,
    place: Place,
    bills: Sequence[Bill],
    kind: AnswerKind,
    *,
    token: str,
    today: date,
    typed: Typed,
    problems: dict[str, str] | None = None,
) -> HTMLResponse:
    above, button = FORMS[kind]
    open_ = [bill for bill in bills if bill.due.amount_minor > 0]
    return _pages.render(
        "form.html",
        status=422 if problems else 200,
        firm=place.firm,
        title=CHOICES[kind][0],
        kind=kind.value,
        above=above,
        button=button,
        bills=_rows(open_),
        asks=len(open_) > 1 and kind is not AnswerKind.not_me,
        ticked={str(each) for each in typed.invoices},
        typed=typed,
        problems=problems or {},
        note_label=NOTES[kind],
        paid_by=[(each.value, words) for each, words in PAID_BY.items()],
        today=today.isoformat(),
        last_day=last_day_to_promise(today).isoformat(),
        last_day_in_words=in_words(last_day_to_promise(today)),
        most_note=MOST_NOTE,
        most_reference=MOST_REFERENCE,
        mark=_mark(adapters, token, kind),
        here=f"/answer/{token}",
        back=f"/answer/{token}?change=1",
    )


def _nothing_owed(place: Place) -> HTMLResponse:
    return message_page(
        firm=place.firm,
        title="There is nothing left to pay",
        tone="good",
        message="Thank you. You need to do nothing about this e-mail.",
        detail="If you think that this is a mistake, please ask the firm.",
    )


def _too_many(place: Place) -> HTMLResponse:
    return message_page(
        firm=place.firm,
        title="Please call or write to us",
        tone="warn",
        message="We have several answers from you already, so this one was not taken.",
        detail="Please reply to our e-mail, or call us, and we sort it out together.",
        status=429,
    )


def _unknown(token: str) -> HTMLResponse:
    if token == EXAMPLE:
        return message_page(
            firm=None,
            title="This is where your client answers",
            message="The e-mail was a preview or a test, so there is nothing to answer here.",
        )
    return message_page(
        firm=None,
        title="This link does not work any more",
        message="It may have been cut off on its way to you, or it is too old.",
        detail="Please open the link of our most recent e-mail, or simply reply to that e-mail.",
        status=404,
    )
