"""When open invoices may be paid: an estimate from promises and from what happened before.

It adds nothing and loses nothing: the parts of an invoice are its balance, and what no day can be
estimated for says why.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

HISTORY_DAYS = 365
"""How far back payments are looked at."""
LEAST_OF_CLIENT = 3
"""With fewer invoices paid in that time a client has no habit of their own."""
LEAST_OF_FIRM = 5
"""With fewer of all clients together there is no estimate."""


class Basis(StrEnum):
    """What an estimate rests on, or why there is none."""

    promise = "promise"
    client_habit = "client_habit"
    firm_habit = "firm_habit"
    disputed = "disputed"
    later_than_usual = "later_than_usual"
    no_due_date = "no_due_date"
    no_history = "no_history"


@dataclass(frozen=True, slots=True)
class Habit:
    """How many days after the due day half of the invoices were paid; negative is before it."""

    days_late: int
    invoices: int


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """What is owed on an invoice, in minor units, and the open promise for it, if any."""

    balance_minor: int
    due_on: date | None
    is_disputed: bool = False
    promised_on: date | None = None
    promised_minor: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """A part of a balance: when it may come, or nothing, and the reason for either."""

    amount_minor: int
    on: date | None
    basis: Basis


def expect(
    invoice: OpenInvoice, *, today: date, client: Habit | None, firm: Habit | None
) -> list[Expected]:
    """The parts of an invoice's balance, the promised one first.

    A promise counts until its day is over; what is left follows the habit of the client, or of all
    clients where this one's is not known. A disputed invoice has no day.
    """
    if invoice.is_disputed:
        return [Expected(invoice.balance_minor, None, Basis.disputed)]
    found = []
    promised = 0
    if invoice.promised_on is not None and invoice.promised_on >= today:
        promised = max(0, min(invoice.promised_minor, invoice.balance_minor))
        found.append(Expected(promised, invoice.promised_on, Basis.promise))
    if promised < invoice.balance_minor:
        on, basis = _by_habit(invoice.due_on, today, client, firm)
        found.append(Expected(invoice.balance_minor - promised, on, basis))
    return found


def _by_habit(
    due_on: date | None, today: date, client: Habit | None, firm: Habit | None
) -> tuple[date | None, Basis]:
    if due_on is None:
        return None, Basis.no_due_date
    if client is not None and client.invoices >= LEAST_OF_CLIENT:
        habit, basis = client, Basis.client_habit
    elif firm is not None and firm.invoices >= LEAST_OF_FIRM:
        habit, basis = firm, Basis.firm_habit
    else:
        return None, Basis.no_history
    on = due_on + timedelta(days=habit.days_late)
    return (on, basis) if on >= today else (None, Basis.later_than_usual)
