"""Rules that start collections by themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified, Minor
from invoice_tracker.domain.reminder_schedule import Backlog


class AutoCollectRule(Identified, FirmOwned, Base):
    """Which invoices without a collection start one, and on which set.

    Of several rules that fit, the one with the lowest ``priority`` counts. An empty list or a
    missing number asks for nothing.
    """

    __tablename__ = "auto_collect_rules"
    __table_args__ = (Index("ix_auto_collect_rules_firm_id_priority", "firm_id", "priority", "id"),)

    name: Mapped[str]
    priority: Mapped[int]
    is_enabled: Mapped[bool]
    reminder_set_id: Mapped[UUID] = mapped_column(
        ForeignKey("reminder_sets.id", ondelete="CASCADE")
    )
    backlog: Mapped[Backlog]
    min_days_overdue: Mapped[int | None]
    """Negative: from so many days before the due day."""
    max_days_overdue: Mapped[int | None]
    min_balance_minor: Mapped[int | None] = mapped_column(Minor)
    max_balance_minor: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str | None]
    """Of the two amounts; without one they count in any currency."""
    client_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    matter_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    attorneys: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    """Names of responsible attorneys, as in Clio."""
    practice_areas: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]
    """Nothing: it is to run as soon as it can."""
    deleted_at: Mapped[datetime | None]
    """Kept, because collections that it started say so."""
