"""Collections: one invoice reminded by one version of one set, and what was sent."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified, Minor
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.reminder_schedule import Backlog, StepKind


class CollectionState(StrEnum):
    """``active`` until it ends in one of the others."""

    active = "active"
    completed = "completed"
    """No more steps."""
    stopped = "stopped"
    """By a person, or because the bill is void, deleted or no longer approved."""
    settled = "settled"
    """Paid."""


class Collection(Identified, FirmOwned, Base):
    """One invoice on one version of one reminder set."""

    __tablename__ = "collections"
    __table_args__ = (
        Index(
            "uq_collections_active_invoice",
            "invoice_id",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        Index(
            "ix_collections_due",
            "firm_id",
            "next_action_at",
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_collections_firm_id_invoice_id", "firm_id", "invoice_id"),
        Index(
            "ix_collections_auto_collect_rule_id",
            "auto_collect_rule_id",
            postgresql_where=text("auto_collect_rule_id IS NOT NULL"),
        ),
    )

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("reminder_set_versions.id"))
    backlog: Mapped[Backlog]
    state: Mapped[CollectionState] = mapped_column(default=CollectionState.active)
    started_at: Mapped[datetime]
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    next_action_at: Mapped[datetime | None]
    """A hint derived from the facts: when the worker should look again."""
    jump_position: Mapped[int | None]
    """The series goes on with this step on ``jump_on``; softer ones are passed over."""
    jump_on: Mapped[date | None]
    auto_collect_rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("auto_collect_rules.id"))
    """The rule that started it, if no person did."""


class HoldRow(Identified, FirmOwned, Base):
    """A reason, set by a person or an event, why nothing is sent for now.

    It is for one invoice, one client, one set, or, with none of the three, for everything.
    """

    __tablename__ = "holds"
    __table_args__ = (
        Index(
            "ix_holds_open",
            "firm_id",
            "invoice_id",
            postgresql_where=text("released_at IS NULL"),
        ),
        Index(
            "ix_holds_wide",
            "firm_id",
            postgresql_where=text("released_at IS NULL AND invoice_id IS NULL"),
        ),
        CheckConstraint("num_nonnulls(invoice_id, client_id, reminder_set_id) <= 1", name="reach"),
    )

    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.id"))
    reminder_set_id: Mapped[UUID | None] = mapped_column(ForeignKey("reminder_sets.id"))
    kind: Mapped[HoldKind]
    reason: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    author: Mapped[str | None]


class ReminderState(StrEnum):
    """Each reminder ends in sent, skipped, cancelled, failed, uncertain or called."""

    awaiting_approval = "awaiting_approval"
    approved = "approved"
    """A person has agreed ahead of its day."""
    queued = "queued"
    sent = "sent"
    skipped = "skipped"
    cancelled = "cancelled"
    failed = "failed"
    uncertain = "uncertain"
    to_call = "to_call"
    called = "called"


class Reminder(Identified, FirmOwned, Base):
    """One occurrence of one step to one recipient: decided once, by its unique key."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("firm_id", "dedupe_key"),
        Index("ix_reminders_firm_id_collection_id", "firm_id", "collection_id"),
        Index("ix_reminders_outbox_message_id", "outbox_message_id"),
        Index(
            "ix_reminders_to_do",
            "firm_id",
            "created_at",
            postgresql_where=text("state IN ('awaiting_approval', 'uncertain', 'to_call')"),
        ),
        # Of what was sent: the last one before a payment, and those of a period.
        Index(
            "ix_reminders_sent_of_invoice",
            "firm_id",
            "invoice_id",
            "ended_at",
            postgresql_where=text("state = 'sent'"),
        ),
        Index(
            "ix_reminders_sent",
            "firm_id",
            "ended_at",
            postgresql_where=text("state = 'sent'"),
        ),
        Index("ix_reminders_recipient", "firm_id", "recipient", "ended_at"),
        Index(
            "ix_reminders_reviewed",
            "firm_id",
            "planned_on",
            postgresql_where=text("reviewed_at IS NOT NULL"),
        ),
    )

    collection_id: Mapped[UUID] = mapped_column(ForeignKey("collections.id"))
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    step_id: Mapped[UUID] = mapped_column(ForeignKey("reminder_steps.id"))
    occurrence: Mapped[int]
    """Counts from 1; more than 1 only for a repeating step."""
    kind: Mapped[StepKind]
    recipient: Mapped[str | None]
    dedupe_key: Mapped[str]
    planned_on: Mapped[date]
    state: Mapped[ReminderState]
    reason: Mapped[str | None]
    balance_minor: Mapped[int] = mapped_column(Minor)
    """The balance the mail states, as of the decision."""
    currency: Mapped[str]
    outbox_message_id: Mapped[UUID | None] = mapped_column(ForeignKey("outbox_messages.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was sent, skipped, cancelled or failed."""
    edited_subject: Mapped[str | None]
    """What a person wrote for this one mail instead of the step's text."""
    edited_body: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]


class PromiseState(StrEnum):
    """``open`` until its day is over or the money is there."""

    open = "open"
    kept = "kept"
    broken = "broken"
    withdrawn = "withdrawn"


class Promise(Identified, FirmOwned, Base):
    """A client's word to pay until a day; its hold ends with that day."""

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_firm_id_invoice_id", "firm_id", "invoice_id"),
        Index("ix_promises_firm_id_promised_on", "firm_id", "promised_on", "id"),
        Index(
            "uq_promises_open",
            "invoice_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id", ondelete="CASCADE"))
    hold_id: Mapped[UUID] = mapped_column(ForeignKey("holds.id", ondelete="CASCADE"))
    promised_on: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(Minor)
    paid_before_minor: Mapped[int] = mapped_column(Minor, default=0)
    """What had been paid of the invoice when the promise was made."""
    currency: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[PromiseState] = mapped_column(default=PromiseState.open)
    jump_position: Mapped[int | None]
    """If it is broken the series goes on with this step; nothing: where it was."""
    author: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DailyForecast(Base):
    """How many mails a firm meant to send on a day, for the blast guard to compare with."""

    __tablename__ = "daily_forecasts"

    firm_id: Mapped[UUID] = mapped_column(
        ForeignKey("firms.id", ondelete="CASCADE"), primary_key=True
    )
    on: Mapped[date] = mapped_column(primary_key=True)
    expected: Mapped[int]
    made_at: Mapped[datetime]
