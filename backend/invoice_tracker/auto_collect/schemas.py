"""Shapes of Auto-Collect in the API."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from invoice_tracker.core.schemas import Input, MoneyOut, Output
from invoice_tracker.domain.reminder_schedule import Backlog

MOST_NAMED = 200
"""Clients, matters, attorneys or practice areas that one rule may name."""
_LARGEST = 10**15


def _one_line(value: str) -> str:
    if any(ord(character) < 32 for character in value):
        raise ValueError("must be one line")
    return value


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
Days = Annotated[int, Field(ge=-365, le=3650)]
Amount = Annotated[int, Field(ge=0, le=_LARGEST)]


class Conditions(Input):
    """What a rule asks of an invoice; nothing asks for nothing. All that is asked must be true."""

    min_days_overdue: Days | None = None
    """Negative: from so many days before the due day."""
    max_days_overdue: Days | None = None
    min_balance_minor: Amount | None = None
    max_balance_minor: Amount | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    """Only invoices in this currency; without one the amounts count in any."""
    client_ids: list[UUID] = Field(default_factory=list, max_length=MOST_NAMED)
    matter_ids: list[UUID] = Field(default_factory=list, max_length=MOST_NAMED)
    attorneys: list[Line] = Field(default_factory=list, max_length=MOST_NAMED)
    """Names of responsible attorneys, as in Clio."""
    practice_areas: list[Line] = Field(default_factory=list, max_length=MOST_NAMED)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for low, high, what in (
            (self.min_days_overdue, self.max_days_overdue, "days overdue"),
            (self.min_balance_minor, self.max_balance_minor, "amount"),
        ):
            if low is not None and high is not None and low > high:
                raise ValueError(f"The least {what} is more than the most.")
        return self


class RuleInput(Conditions):
    """A rule as edited."""

    name: Line
    reminder_set_id: UUID
    backlog: Backlog = Backlog.fitting_step


class RuleUpdate(RuleInput):
    """``expected_count``: for a rule that is on, how many the dry run said would start at once."""

    expected_count: int | None = Field(default=None, ge=0)


class RuleSetRef(Output):
    """The set that a rule starts."""

    id: UUID
    name: str
    is_archived: bool


class NamedRef(Output):
    """A client or a matter, by what people call it."""

    id: UUID
    name: str


class RuleRef(Output):
    """A rule by its name; no id for one that is not saved."""

    id: UUID | None
    name: str


class RuleOut(Output):
    """A rule. ``started`` counts the collections it has started, ``active`` those that run."""

    id: UUID
    name: str
    is_enabled: bool
    reminder_set: RuleSetRef
    backlog: Backlog
    min_days_overdue: int | None
    max_days_overdue: int | None
    min_balance_minor: int | None
    max_balance_minor: int | None
    currency: str | None
    clients: list[NamedRef]
    matters: list[NamedRef]
    attorneys: list[str]
    practice_areas: list[str]
    started: int
    active: int
    last_run_at: datetime | None
    created_at: datetime
    updated_at: datetime


class OrderInput(Input):
    """All rules of the firm, the one that counts first at the top."""

    rule_ids: list[UUID] = Field(max_length=1000)


class ActivateInput(Input):
    """``expected_count``: how many invoices the dry run said would start at once."""

    expected_count: int = Field(ge=0)


class DryRunInput(Input):
    """What to try: a draft, a saved rule, a draft in place of a saved rule, or all that are on."""

    rule: RuleInput | None = None
    rule_id: UUID | None = None
    show: Literal["starting", "refused"] = "starting"
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


class FirstStep(Output):
    """What happens first. ``at`` is UTC, ``on`` the firm's day."""

    step_position: int
    at: datetime
    on: date


class DryRunItem(Output):
    """An invoice that fits. ``refusal``: why it starts nothing by itself all the same."""

    invoice_id: UUID
    number: str
    client_name: str | None
    balance: MoneyOut
    due_on: date | None
    days_overdue: int | None
    rule: RuleRef
    reminder_set: str
    why: str
    refusal: str | None
    first: FirstStep | None


class CurrencyCount(Output):
    """How many invoices in a currency, and what is owed on them."""

    count: int
    total: MoneyOut


class ReasonCount(Output):
    """How many are refused for a reason."""

    reason: str
    count: int


class RuleCount(Output):
    """How many invoices a rule would start, and how many that fit it are refused."""

    rule: RuleRef
    starting: int
    refused: int


class DryRunOut(Output):
    """What would start now. ``items`` is one page of those asked for."""

    starting: int
    refused: int
    totals: list[CurrencyCount]
    reasons: list[ReasonCount]
    by_rule: list[RuleCount]
    items: list[DryRunItem]
    next_cursor: str | None


class ChoicesOut(Output):
    """What a rule can name. Clients and matters: those that match ``q``, the first few."""

    attorneys: list[str]
    practice_areas: list[str]
    currencies: list[str]
    clients: list[NamedRef]
    matters: list[NamedRef]
