"""What clients have answered, and what people have made of it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified
from invoice_tracker.domain.client_answers import Answer, AnswerKind, PaidBy


class AnswerState(StrEnum):
    """``open`` until a person decides, or the client answers something else."""

    open = "open"
    accepted = "accepted"
    declined = "declined"
    replaced = "replaced"
    """By another answer of the same person."""


class ClientAnswer(Identified, FirmOwned, Base):
    """One answer of one person, about one or several invoices."""

    __tablename__ = "client_answers"
    __table_args__ = (
        Index(
            "ix_client_answers_open",
            "firm_id",
            "created_at",
            "id",
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_client_answers_client", "firm_id", "client_id", "created_at"),
    )

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    recipient: Mapped[str]
    """The address whose mail had the link."""
    kind: Mapped[AnswerKind]
    note: Mapped[str] = mapped_column(default="")
    paid_on: Mapped[date | None]
    paid_by: Mapped[PaidBy | None]
    reference: Mapped[str] = mapped_column(default="")
    promised_on: Mapped[date | None]
    created_at: Mapped[datetime]
    state: Mapped[AnswerState] = mapped_column(default=AnswerState.open)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    """The member of staff who decided."""
    end_note: Mapped[str] = mapped_column(default="")

    @property
    def answer(self) -> Answer:
        """What was said."""
        return Answer(
            kind=self.kind,
            note=self.note,
            paid_on=self.paid_on,
            paid_by=self.paid_by,
            reference=self.reference,
            promised_on=self.promised_on,
        )


class AnsweredInvoice(Base):
    """An invoice that an answer is about, and the hold that it set there."""

    __tablename__ = "answered_invoices"
    __table_args__ = (Index("ix_answered_invoices_invoice", "firm_id", "invoice_id"),)

    answer_id: Mapped[UUID] = mapped_column(
        ForeignKey("client_answers.id", ondelete="CASCADE"), primary_key=True
    )
    invoice_id: Mapped[UUID] = mapped_column(
        ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True
    )
    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id", ondelete="CASCADE"))
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("holds.id", ondelete="SET NULL"))
    replaced_at: Mapped[datetime | None]
    """The person has answered something else about this invoice."""
