"""Money for invoices: by Stripe, seen in Clio, or noted by staff."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified, Minor


class PaymentSource(StrEnum):
    """Where the money was seen."""

    stripe = "stripe"
    clio = "clio"
    manual = "manual"


class PaymentState(StrEnum):
    """Where the money is."""

    processing = "processing"
    """A bank debit under way. Holds reminders; is not paid."""
    settled = "settled"
    failed = "failed"
    partly_refunded = "partly_refunded"
    refunded = "refunded"
    disputed = "disputed"
    voided = "voided"
    """Noted or assigned by staff, and undone: it counts for nothing and stays as a trace."""


HAS_MONEY = (
    PaymentState.settled,
    PaymentState.partly_refunded,
    PaymentState.refunded,
    PaymentState.disputed,
)
"""Settled at some time, whatever came after."""


class RecordState(StrEnum):
    """Whether Clio knows of the money."""

    not_needed = "not_needed"
    """Seen in Clio in the first place, or never settled."""
    waiting = "waiting"
    """To be written to Clio by the product."""
    queued = "queued"
    """In *To record in Clio*: a person is needed."""
    recorded = "recorded"
    confirmed = "confirmed"
    """A later read of Clio shows it."""


NOT_YET_IN_CLIO = (RecordState.waiting, RecordState.queued)


class Payment(Identified, FirmOwned, Base):
    """Money for one invoice. Settled, recorded and confirmed are three separate facts.

    A payment intent that pays several invoices has a row for each of them.
    """

    __tablename__ = "payments"
    __table_args__ = (
        Index(
            "uq_payments_intent_invoice",
            "firm_id",
            "stripe_payment_intent_id",
            "invoice_id",
            unique=True,
            postgresql_where=text(
                "stripe_payment_intent_id IS NOT NULL AND assigned_from_id IS NULL"
            ),
            postgresql_nulls_not_distinct=True,
        ),
        UniqueConstraint("firm_id", "clio_allocation_id"),
        UniqueConstraint("firm_id", "request_key"),
        Index(
            "ix_payments_assigned_from",
            "assigned_from_id",
            postgresql_where=text("assigned_from_id IS NOT NULL"),
        ),
        Index(
            "ix_payments_to_tell",
            "firm_id",
            postgresql_where=text(
                "state IN ('failed', 'disputed') AND told_of IS DISTINCT FROM state"
            ),
        ),
        Index("ix_payments_firm_id_invoice_id", "firm_id", "invoice_id"),
        Index("ix_payments_firm_id_created_at", "firm_id", "created_at", "id"),
        Index(
            "ix_payments_firm_id_settled_at",
            "firm_id",
            "settled_at",
            postgresql_where=text("settled_at IS NOT NULL AND invoice_id IS NOT NULL"),
        ),
        Index(
            "ix_payments_to_record",
            "firm_id",
            "created_at",
            postgresql_where=text("record_state IN ('waiting', 'queued')"),
        ),
    )

    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.id", ondelete="SET NULL"))
    """Who paid, kept for money that belongs to no invoice."""
    source: Mapped[PaymentSource]
    method: Mapped[str | None]
    amount_minor: Mapped[int] = mapped_column(Minor)
    refunded_minor: Mapped[int] = mapped_column(Minor, default=0)
    excess_minor: Mapped[int] = mapped_column(Minor, default=0)
    """What exceeded the balance when the money came in."""
    overpaid_minor: Mapped[int] = mapped_column(Minor, default=0)
    """What of the excess is still to be refunded: flagged."""
    currency: Mapped[str]
    state: Mapped[PaymentState]
    record_state: Mapped[RecordState]
    record_note: Mapped[str | None]
    """Why it could not be written to Clio, or by whom it was ticked off."""
    clio_paid_before_minor: Mapped[int] = mapped_column(Minor, default=0)
    """The bill's ``paid`` in Clio when this payment came in."""
    stripe_session_id: Mapped[str | None]
    stripe_payment_intent_id: Mapped[str | None]
    clio_allocation_id: Mapped[int | None] = mapped_column(BigInteger)
    clio_task_id: Mapped[int | None] = mapped_column(BigInteger)
    """A task in Clio that asks its owner to record this payment."""
    clio_task_asked_at: Mapped[datetime | None]
    """When Clio was last asked for that task; without one it may have been made all the same."""
    assigned_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    """The payment that a person took this money from, because it was more than was owed there."""
    request_key: Mapped[str | None]
    """The caller's own key for what was noted by hand: asking twice notes once."""
    reference: Mapped[str | None]
    """Number of a cheque or transfer, as staff noted it."""
    received_on: Mapped[date | None]
    """The day the firm got it, as staff noted it."""
    noted_by: Mapped[str | None]
    """Who noted or assigned it."""
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[str | None]
    void_reason: Mapped[str | None]
    told_of: Mapped[PaymentState | None]
    """The latest trouble that people have been written to about."""
    reported_at: Mapped[datetime | None]
    """When the payment provider was last asked; an answer to an earlier question is ignored."""
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]


class RefundState(StrEnum):
    """Where money on its way back to the client is."""

    asked = "asked"
    """Written here; the provider has not answered yet."""
    under_way = "under_way"
    """The provider has taken it on; the client's bank has not answered."""
    succeeded = "succeeded"
    failed = "failed"
    """The client's bank did not take it: the money is the firm's again."""
    refused = "refused"
    """The provider said no: nothing has moved."""


GOING_BACK = (RefundState.asked, RefundState.under_way, RefundState.succeeded)


class Refund(Identified, FirmOwned, Base):
    """Money given back from one payment intent: asked for here, or found at the provider."""

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("firm_id", "request_key"),
        UniqueConstraint("firm_id", "stripe_refund_id"),
        Index("ix_refunds_intent", "firm_id", "stripe_payment_intent_id"),
        Index(
            "ix_refunds_uncounted",
            "firm_id",
            "created_at",
            postgresql_where=text("NOT is_counted AND state <> 'refused'"),
        ),
    )

    stripe_payment_intent_id: Mapped[str]
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id"))
    """Whose share is given back; nothing where it is of the whole payment."""
    amount_minor: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    """In the words of whoever asked for it."""
    state: Mapped[RefundState]
    is_counted: Mapped[bool] = mapped_column(default=False)
    """The payment's own ``refunded_minor`` knows of it."""
    asked_by: Mapped[str | None]
    """A person's name; nothing where it was given at the provider."""
    problem: Mapped[str | None]
    """Why it was refused, has failed, or waits, in words."""
    request_key: Mapped[str | None]
    stripe_refund_id: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CheckoutState(StrEnum):
    """State of a checkout session, by our knowledge."""

    pending = "pending"
    """Written before Stripe is asked."""
    open = "open"
    complete = "complete"
    expired = "expired"


OPEN_STATES = (CheckoutState.pending, CheckoutState.open)
"""A client may be paying."""


class Checkout(Identified, FirmOwned, Base):
    """A checkout session for the balances of one or several invoices at one moment."""

    __tablename__ = "checkouts"
    __table_args__ = (
        UniqueConstraint("firm_id", "stripe_session_id"),
        UniqueConstraint("id", "state", name="uq_checkouts_id_state"),
    )

    pay_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("pay_groups.id"))
    """The group whose page it was opened from; nothing for the page of one invoice."""
    amount_minor: Mapped[int] = mapped_column(Minor)
    """The sum of the lines."""
    is_part: Mapped[bool] = mapped_column(default=False)
    """Whether the client has chosen to pay less than was owed."""
    currency: Mapped[str]
    customer_email: Mapped[str | None]
    """Kept, so that asking again with the same idempotency key asks for the very same."""
    state: Mapped[CheckoutState] = mapped_column(default=CheckoutState.pending)
    stripe_session_id: Mapped[str | None]
    url: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class CheckoutLine(FirmOwned, Base):
    """What a checkout asks for one invoice. An invoice is in one open checkout at most."""

    __tablename__ = "checkout_lines"
    __table_args__ = (
        # PostgreSQL itself carries a new state of the checkout over to its lines.
        ForeignKeyConstraint(
            ["checkout_id", "state"],
            ["checkouts.id", "checkouts.state"],
            name="fk_checkout_lines_checkout_id_state",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        Index(
            "uq_checkout_lines_open_invoice",
            "invoice_id",
            unique=True,
            postgresql_where=text("state IN ('pending', 'open')"),
        ),
    )

    checkout_id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    position: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(Minor)
    state: Mapped[CheckoutState]
    """The checkout's."""


class PayGroup(Identified, FirmOwned, Base):
    """Invoices of one client that one link pays together."""

    __tablename__ = "pay_groups"
    __table_args__ = (UniqueConstraint("firm_id", "members"),)

    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    members: Mapped[bytes] = mapped_column(LargeBinary)
    """A digest of the invoices' ids: the same invoices are the same group."""
    created_at: Mapped[datetime]


class PayGroupInvoice(FirmOwned, Base):
    """One invoice of a group."""

    __tablename__ = "pay_group_invoices"

    pay_group_id: Mapped[UUID] = mapped_column(
        ForeignKey("pay_groups.id", ondelete="CASCADE"), primary_key=True
    )
    invoice_id: Mapped[UUID] = mapped_column(
        ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True
    )


class PayPageRules(Base):
    """What a firm lets its clients do on the pay page."""

    __tablename__ = "pay_page_rules"

    firm_id: Mapped[UUID] = mapped_column(
        ForeignKey("firms.id", ondelete="CASCADE"), primary_key=True
    )
    accepts_parts: Mapped[bool] = mapped_column(default=False)
    """Whether a client may pay less than all that is owed."""
    smallest_part_minor: Mapped[int] = mapped_column(Minor, default=0)
    """The least such a part may be, in hundredths of a unit of each invoice's own currency; the
    payment provider has a minimum of its own besides."""
    offers_document: Mapped[bool] = mapped_column(default=True)
    """Whether the bill can be downloaded from its pay page."""
