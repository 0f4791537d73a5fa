"""Series of reminders that a firm writes once. A saved set is a version that never changes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified
from invoice_tracker.domain.reminder_schedule import Anchor, OffsetUnit, StepKind
from invoice_tracker.domain.reminder_text import BodyFormat


class ReminderSet(Identified, FirmOwned, Base):
    """A named series. Running collections keep the version they started with."""

    __tablename__ = "reminder_sets"
    __table_args__ = (
        Index(
            "uq_reminder_sets_name",
            "firm_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
    )

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    latest_version: Mapped[int] = mapped_column(default=1)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    """Whether a person must agree to every one of its mails."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class ReminderSetVersion(Identified, FirmOwned, Base):
    """What a set said from one save to the next."""

    __tablename__ = "reminder_set_versions"
    __table_args__ = (UniqueConstraint("reminder_set_id", "version"),)

    reminder_set_id: Mapped[UUID] = mapped_column(ForeignKey("reminder_sets.id"))
    version: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class ReminderSetEditor(Identified, FirmOwned, Base):
    """Somebody has the set open to change it. Refreshed while the page is open."""

    __tablename__ = "reminder_set_editors"
    __table_args__ = (UniqueConstraint("reminder_set_id", "user_id"),)

    reminder_set_id: Mapped[UUID] = mapped_column(
        ForeignKey("reminder_sets.id", ondelete="CASCADE")
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    since: Mapped[datetime]
    seen_at: Mapped[datetime]


class ReminderStep(Identified, FirmOwned, Base):
    """One reminder of a series: when, and what."""

    __tablename__ = "reminder_steps"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    version_id: Mapped[UUID] = mapped_column(
        ForeignKey("reminder_set_versions.id", ondelete="CASCADE")
    )
    position: Mapped[int]
    """Counts from 1."""
    lineage_id: Mapped[UUID] = mapped_column(default=uuid4)
    """The same in every version in which this step lives on."""
    kind: Mapped[StepKind]
    anchor: Mapped[Anchor]
    offset_days: Mapped[int]
    """Days after the anchor, in ``offset_unit``; negative is before."""
    offset_unit: Mapped[OffsetUnit] = mapped_column(default=OffsetUnit.calendar_days)
    repeat_every_days: Mapped[int | None]
    repeat_max: Mapped[int | None]
    needs_approval: Mapped[bool] = mapped_column(default=False)
    subject: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    """For a call task: what to say."""
    body_format: Mapped[BodyFormat] = mapped_column(default=BodyFormat.plain)
    attach_bill: Mapped[bool] = mapped_column(default=False)
    is_statement: Mapped[bool] = mapped_column(default=False)
    """A mail about all that the client owes, not only about what is due for a reminder."""
    cc: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    bcc: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)


class MailTextKind(StrEnum):
    """Mails outside a series."""

    thank_you = "thank_you"


class MailText(Base):
    """A firm's own text of a mail outside a series."""

    __tablename__ = "mail_texts"

    firm_id: Mapped[UUID] = mapped_column(
        ForeignKey("firms.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[MailTextKind] = mapped_column(primary_key=True)
    is_enabled: Mapped[bool]
    subject: Mapped[str]
    body: Mapped[str]
    body_format: Mapped[BodyFormat] = mapped_column(default=BodyFormat.plain)
    enabled_since: Mapped[datetime | None]
    """What happened before is not written about."""
    includes_clio: Mapped[bool] = mapped_column(default=False)
    """Whether payments that were recorded in Clio count too."""
    updated_at: Mapped[datetime]
