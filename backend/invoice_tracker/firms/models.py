"""The tenant: its details, whom its mail comes from, and when mail may leave."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified, Minor
from invoice_tracker.domain.reminder_groups import Grouping


class Firm(Identified, Base):
    """A law firm. Owns every other row."""

    __tablename__ = "firms"

    name: Mapped[str]
    time_zone: Mapped[str]
    """IANA name, such as America/New_York."""
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    logo_type: Mapped[str | None] = mapped_column(String(40))
    """Media type of the logo."""
    created_at: Mapped[datetime]


class SendingRules(Base):
    """When and how much a firm's mail may leave. Defaults are those of the product."""

    __tablename__ = "sending_rules"

    firm_id: Mapped[UUID] = mapped_column(
        ForeignKey("firms.id", ondelete="CASCADE"), primary_key=True
    )
    safe_mode: Mapped[bool] = mapped_column(default=True)
    window_start: Mapped[time] = mapped_column(default=time(9))
    window_end: Mapped[time] = mapped_column(default=time(16))
    weekdays: Mapped[list[int]] = mapped_column(
        ARRAY(SmallInteger), default=lambda: [0, 1, 2, 3, 4]
    )
    """Monday is 0."""
    min_gap_days: Mapped[int] = mapped_column(default=3)
    age_ceiling_days: Mapped[int] = mapped_column(default=180)
    minimum_balance_minor: Mapped[int] = mapped_column(Minor, default=500)
    per_minute: Mapped[int] = mapped_column(default=20)
    per_day: Mapped[int] = mapped_column(default=400)
    first_day_cap: Mapped[int] = mapped_column(default=50)
    sending_since: Mapped[datetime | None]
    """When Safe Mode was first switched off: the start of the first day's cap."""
    grouping: Mapped[Grouping] = mapped_column(default=Grouping.client)
    holiday_country: Mapped[str | None] = mapped_column(String(2))
    """ISO 3166 code; nothing: no public holidays are kept."""
    holiday_region: Mapped[str | None] = mapped_column(String(10))
    """Subdivision of the country, as the holidays library names it."""
    holds_for_other_senders: Mapped[bool] = mapped_column(default=False)
    """Whether clients whom Clio itself reminds get no reminders from here."""
    attorney_preview: Mapped[bool] = mapped_column(default=False)
    """Whether attorneys get tomorrow's list of their matters by mail."""
    hints_stale_since: Mapped[datetime | None]
    """Since when a change to the calendar or the rules waits for all dates to be derived anew."""
    attorneys_told_for: Mapped[date | None]
    """The latest of the firm's days whose mails attorneys have been told of."""
    guard_cap: Mapped[int] = mapped_column(default=0)
    """More automatic mails than this in a day stop everything; 0: only the forecast counts."""
    guard_tripped_at: Mapped[datetime | None]
    guard_reason: Mapped[str | None]
    guard_released_on: Mapped[date | None]
    """The firm's day for which a person has said that the many mails are right."""


class FirmClosure(Identified, FirmOwned, Base):
    """Days on which the firm is closed and no mail leaves; both days are included."""

    __tablename__ = "firm_closures"
    __table_args__ = (Index("ix_firm_closures_firm_id_ends_on", "firm_id", "ends_on"),)

    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str]


class Sender(Base):
    """Whom a firm's mail comes from. Nothing leaves before the address is verified."""

    __tablename__ = "senders"

    firm_id: Mapped[UUID] = mapped_column(
        ForeignKey("firms.id", ondelete="CASCADE"), primary_key=True
    )
    from_name: Mapped[str]
    from_email: Mapped[str]
    reply_to: Mapped[str | None]
    signature: Mapped[str] = mapped_column(default="")
    verification_sent_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]


class LinkKind(StrEnum):
    """What a link with a token opens."""

    pay = "pay"
    pay_group = "pay_group"
    answer = "answer"
    answer_group = "answer_group"
    veto = "veto"
    verify_sender = "verify_sender"
    stripe_webhook = "stripe_webhook"
    clio_webhook = "clio_webhook"


class LinkToken(Identified, FirmOwned, Base):
    """An unguessable address that needs no log-in, stored as a hash."""

    __tablename__ = "link_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_link_tokens_subject", "firm_id", "kind", "subject_id"),
    )

    kind: Mapped[LinkKind]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    subject_id: Mapped[UUID]
    """The invoice to pay, or the firm."""
    note: Mapped[str] = mapped_column(default="")
    """Of a verification or an answer: the address it was sent to."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
