"""What a client may answer to a reminder without logging in, and what follows from each answer.

An answer is what somebody says, never a fact: it holds reminders and asks a person to look. No
amount is changed by one.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.domain.promises import LONGEST_BY_CLIENT

MOST_NOTE = 500
MOST_REFERENCE = 100
"""Characters."""
MOST_ANSWERS = 5
"""New answers of one person in ``COUNTED``; who wants to say more is asked to call."""
COUNTED = timedelta(days=30)
LOOK_FOR_PAYMENT = timedelta(days=7)
"""How long reminders wait for a payment that the client says was made."""
CLIO_SHOWS_PAYMENT = timedelta(days=14)
"""How long they wait once staff have found it, for Clio to show it."""
_LONG_AGO = timedelta(days=366)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class AnswerKind(StrEnum):
    """What the client says."""

    paid = "paid"
    promise = "promise"
    dispute = "dispute"
    plan = "plan"
    not_me = "not_me"


class PaidBy(StrEnum):
    """How the client says to have paid."""

    check = "check"
    bank_transfer = "bank_transfer"
    card = "card"
    cash = "cash"
    other = "other"


HOLDS: dict[AnswerKind, HoldKind] = {
    AnswerKind.paid: HoldKind.client_paid,
    AnswerKind.promise: HoldKind.promise,
    AnswerKind.dispute: HoldKind.dispute,
    AnswerKind.plan: HoldKind.plan_wanted,
    AnswerKind.not_me: HoldKind.wrong_person,
}
"""The typed hold that each answer sets."""

_SAID = {
    AnswerKind.paid: "I have paid",
    AnswerKind.promise: "I will pay",
    AnswerKind.dispute: "I dispute this",
    AnswerKind.plan: "I need a plan",
    AnswerKind.not_me: "This is not me",
}
_BY = {
    PaidBy.check: "by check",
    PaidBy.bank_transfer: "by bank transfer",
    PaidBy.card: "by card",
    PaidBy.cash: "in cash",
    PaidBy.other: "in another way",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer with what belongs to its kind; the rest is empty. Days are the client's word."""

    kind: AnswerKind
    note: str = ""
    paid_on: date | None = None
    paid_by: PaidBy | None = None
    reference: str = ""
    promised_on: date | None = None


class AnswerField(StrEnum):
    """A field of the form that can be wrong."""

    note = "note"
    paid_on = "paid_on"
    reference = "reference"
    promised_on = "promised_on"


def tidy(text: str) -> str:
    """What somebody typed, without control characters; lines are kept."""
    lines = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def last_day_to_promise(today: date) -> date:
    """The last day that a client may name by themselves."""
    return today + LONGEST_BY_CLIENT


def problems(answer: Answer, *, today: date) -> dict[AnswerField, str]:
    """What is wrong with an answer, for the person who gives it; empty if nothing is.

    ``today`` is the firm's day.
    """
    found = {}
    if len(answer.note) > MOST_NOTE:
        found[AnswerField.note] = f"Please use {MOST_NOTE} characters at most."
    if answer.kind is AnswerKind.dispute and not answer.note:
        found[AnswerField.note] = "Please say in a few words what is not right."
    if len(answer.reference) > MOST_REFERENCE:
        found[AnswerField.reference] = f"Please use {MOST_REFERENCE} characters at most."
    if answer.paid_on is not None and not today - _LONG_AGO <= answer.paid_on <= today:
        found[AnswerField.paid_on] = "Please choose today or an earlier day of the last year."
    if answer.kind is AnswerKind.promise:
        last = last_day_to_promise(today)
        if answer.promised_on is None or not today <= answer.promised_on <= last:
            found[AnswerField.promised_on] = (
                f"Please choose a day from today to {in_words(last)}. If you need longer, go back"
                " and choose “I need a plan”."
            )
    return found


def as_said(answer: Answer) -> str:
    """In one line, without the note: ``I have paid by check on March 1, 2026, reference 1042``."""
    words = _SAID[answer.kind]
    if answer.kind is AnswerKind.promise and answer.promised_on:
        words += f" on {in_words(answer.promised_on)}"
    if answer.paid_by:
        words += f" {_BY[answer.paid_by]}"
    if answer.paid_on:
        words += f" on {in_words(answer.paid_on)}"
    return f"{words}, reference {answer.reference}" if answer.reference else words


def as_told(answer: Answer, *, on: date) -> str:
    """For timelines and explanations: ``The client answered on March 3, 2026: I have paid``."""
    return f"The client answered on {in_words(on)}: {as_said(answer)}"


def hold_reason(answer: Answer, *, on: date) -> str:
    """The reason of the hold that it sets; that of a promise says what was promised instead."""
    if answer.kind is AnswerKind.dispute:
        return f"“{answer.note}”, answered on {in_words(on)}"
    return as_told(answer, on=on)


def waits_until(kind: AnswerKind, *, today: date) -> date | None:
    """The first day on which reminders go on by themselves; nothing: when a person says so.

    Of a promise its own rules decide.
    """
    return today + LOOK_FOR_PAYMENT if kind is AnswerKind.paid else None
