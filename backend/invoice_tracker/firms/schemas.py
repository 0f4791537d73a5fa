"""Bodies of the firm's routes."""

from base64 import b64encode
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Base64Bytes, EmailStr, Field, model_validator

from invoice_tracker.core.schemas import Input, Output
from invoice_tracker.domain.reminder_groups import Grouping


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("This is not a time zone we know, such as America/New_York.")
    return value


def _one_line(value: str) -> str:
    if any(ord(character) < 32 for character in value):
        raise ValueError("Please write it on one line.")
    return value


def _local(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("Please give the firm's local time, without an offset.")
    return value


LocalTime = Annotated[time, AfterValidator(_local)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
OneLine = Annotated[str, AfterValidator(_one_line)]


class FirmOut(Output):
    """The firm as its clients see it in mails."""

    name: str
    address: str
    phone: str
    website: str
    time_zone: str


class FirmUpdate(Input):
    """What to change; a field that is left out stays."""

    name: OneLine | None = Field(default=None, min_length=1, max_length=200)
    address: str | None = Field(default=None, max_length=500)
    phone: OneLine | None = Field(default=None, max_length=50)
    website: OneLine | None = Field(default=None, max_length=200)
    time_zone: TimeZone | None = None


class LogoInput(Input):
    """A picture to show in mails, as base64."""

    file: Base64Bytes = Field(max_length=400_000)


class LogoOut(Output):
    """The logo as a ``data:`` address, ready for a page; null without one."""

    data_url: str | None

    @classmethod
    def of(cls, png: bytes | None) -> Self:
        """From the PNG that is kept."""
        if png is None:
            return cls(data_url=None)
        return cls(data_url=f"data:image/png;base64,{b64encode(png).decode()}")


class SendingRulesOut(Output):
    """When and how much mail may leave. Times are the firm's local time; Monday is 0."""

    safe_mode: bool
    window_start: time
    window_end: time
    weekdays: list[int]
    min_gap_days: int
    age_ceiling_days: int
    minimum_balance_minor: int
    per_minute: int
    per_day: int
    first_day_cap: int
    grouping: Grouping
    holiday_country: str | None
    holiday_region: str | None
    holds_for_other_senders: bool
    attorney_preview: bool
    guard_cap: int


class SendingRulesUpdate(Input):
    """What to change; a field that is left out stays."""

    safe_mode: bool | None = None
    window_start: LocalTime | None = None
    window_end: LocalTime | None = None
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] | None = Field(default=None, min_length=1)
    min_gap_days: int | None = Field(default=None, ge=0, le=60)
    age_ceiling_days: int | None = Field(default=None, ge=1, le=3650)
    minimum_balance_minor: int | None = Field(default=None, ge=0, le=10_000_000)
    per_minute: int | None = Field(default=None, ge=1, le=600)
    per_day: int | None = Field(default=None, ge=1, le=20_000)
    first_day_cap: int | None = Field(default=None, ge=1, le=20_000)
    grouping: Grouping | None = None
    holiday_country: str | None = Field(default=None, max_length=2)
    """An empty one: no public holidays are kept."""
    holiday_region: str | None = Field(default=None, max_length=10)
    holds_for_other_senders: bool | None = None
    attorney_preview: bool | None = None
    guard_cap: int | None = Field(default=None, ge=0, le=20_000)
    """0: no limit of the firm's own."""

    @model_validator(mode="after")
    def _whole_weekdays(self) -> Self:
        if self.weekdays is not None:
            self.weekdays = sorted(set(self.weekdays))
        return self


class RegionOut(Output):
    """A part of a country with holidays of its own."""

    code: str
    name: str


class HolidayCountryOut(Output):
    """A country whose public holidays are known."""

    code: str
    name: str
    regions: list[RegionOut]


class DayOffOut(Output):
    """A day on which no mail leaves: a public holiday, or a closure of the firm."""

    on: date
    reason: str


class ClosureOut(Output):
    """Days on which the firm is closed; both days are included."""

    id: UUID
    starts_on: date
    ends_on: date
    reason: str


class ClosureInput(Input):
    """A closure to add: at most 92 days."""

    starts_on: date
    ends_on: date
    reason: OneLine = Field(min_length=1, max_length=120)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.starts_on <= self.ends_on <= self.starts_on + timedelta(days=91):
            raise ValueError("The last day must not be before the first, nor 92 days after it.")
        return self


class SenderOut(Output):
    """Whom the firm's mail comes from, and since when the address is known to be theirs."""

    from_name: str
    from_email: str
    reply_to: str | None
    signature: str
    verification_sent_at: datetime | None
    verified_at: datetime | None

    @classmethod
    def nobody_yet(cls, firm_name: str) -> Self:
        """What to start from."""
        return cls(
            from_name=firm_name,
            from_email="",
            reply_to=None,
            signature="",
            verification_sent_at=None,
            verified_at=None,
        )


class SenderInput(Input):
    """A changed address must be verified again before anything leaves."""

    from_name: OneLine = Field(min_length=1, max_length=200)
    from_email: EmailStr
    reply_to: EmailStr | None = None
    signature: str = Field(default="", max_length=2000)


class VerificationSent(Output):
    """Where the link went."""

    sent_to: str


class Setup(Output):
    """How far the first run has come, and what day it is for the product."""

    clio_connected: bool
    first_import: Literal["none", "running", "done", "failed"]
    invoices_count: int
    sender_verified: bool
    safe_mode: bool
    stripe_connected: bool
    now: datetime
    today: date
