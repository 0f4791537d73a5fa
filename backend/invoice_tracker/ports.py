"""What the features need from outside. ``wiring.build_adapters`` picks who provides it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from invoice_tracker.domain.money import Money


class Clock(Protocol):
    """Tells the time, so that tests and the sandbox can move it."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str | None = None
    """Set for a picture that the HTML shows by this id, as ``cid:…``; it is no file beside it."""


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail to one envelope, complete: nothing is added when it leaves but the Date."""

    message_id: str
    from_name: str
    from_email: str
    to: str
    subject: str
    text: str
    html: str
    reply_to: str | None = None
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    attachments: Sequence[Attachment] = ()


class MailDeferred(Exception):
    """Nothing was accepted and a later try may succeed: connection refused, 4xx."""


class MailServerUnavailable(MailDeferred):
    """No mail at all can be handed over now: no connection, log-in refused, 421. Try none else."""


class MailRefused(Exception):
    """Nothing was accepted and no try will succeed: 5xx."""


class MailUncertain(Exception):
    """The mail may have been accepted: the connection broke after the data was on its way."""


class Mailer(Protocol):
    """Hands one mail to a mail server."""

    async def send(self, mail: OutgoingMail, *, at: datetime) -> str:
        """The server's answer when it has accepted the mail; ``at`` becomes its Date.

        Raises ``MailDeferred``, ``MailRefused`` or ``MailUncertain``.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reread:
    """Which invoices were just read again and stored; ``problem`` says why the others were not."""

    fresh: frozenset[UUID]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A bill as a PDF, with the name of its file."""

    name: str
    pdf: bytes


class NoDocument(Exception):
    """The bill cannot be had as a document now; the message is fit for people."""


@dataclass(frozen=True, slots=True)
class BillStanding:
    """What a bill shows as paid in the billing system; amounts in minor units."""

    clio_id: int
    number: str
    currency: str
    paid_minor: int
    total_minor: int
    is_settled: bool
    """Its state is *paid* and nothing is owed."""
    is_trust: bool
    url: str


@dataclass(frozen=True, slots=True)
class BillAllocation:
    """One payment in the billing system, as far as it went to one bill."""

    id: int
    clio_bill_id: int
    amount_minor: int
    on: date
    is_voided: bool


@dataclass(frozen=True, slots=True)
class BillPayments:
    """What the billing system shows as paid; ``problem`` says why there is nothing here."""

    bills: tuple[BillStanding, ...] = ()
    allocations: tuple[BillAllocation, ...] = ()
    problem: str | None = None


class BillingSource(Protocol):
    """The firm's billing system, the truth about what is owed."""

    async def reread(self, firm_id: UUID, invoice_ids: Collection[UUID]) -> Reread:
        """Read these invoices again and store what has changed. Never raises for an outage."""
        ...

    async def document(self, firm_id: UUID, invoice_id: UUID) -> Document:
        """The bill as it looks there. Raises ``NoDocument``, which never stops a mail."""
        ...

    async def look_at_payments(
        self, firm_id: UUID, *, since: datetime, bill_ids: Collection[int]
    ) -> BillPayments:
        """Payments that came or changed since then, with their bills, and these bills too.

        Stores nothing. Bills that it does not have are left out. Never raises for an outage.
        """
        ...

    async def mark_for_rereading(self, firm_id: UUID, bill_ids: Collection[int]) -> None:
        """These bills are read again soon, known here or not."""
        ...


class CheckoutStatus(StrEnum):
    """What the payment provider says of a checkout."""

    open = "open"
    processing = "processing"
    paid = "paid"
    expired = "expired"


@dataclass(frozen=True, slots=True)
class CheckoutItem:
    """What is asked for one invoice."""

    invoice_id: UUID
    invoice_number: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """What to ask the payment provider for. Only ids and invoice numbers leave the house.

    ``items`` has one at least, all in one currency.
    """

    checkout_id: UUID
    items: tuple[CheckoutItem, ...]
    firm_name: str
    customer_email: str | None
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedCheckout:
    """Where the client pays."""

    session_id: str
    url: str


class GatewayProblem(Exception):
    """The payment provider refused or did not answer; the message is fit for people."""


class GatewayRefusal(GatewayProblem):
    """The payment provider answered no: nothing was made, and asking again is no use."""


@dataclass(frozen=True, slots=True)
class CheckoutLook:
    """Answer to *is money under way?* for the sessions asked about."""

    statuses: dict[str, CheckoutStatus] = field(default_factory=dict)
    problem: str | None = None


class IntentState(StrEnum):
    """How far the provider says the money has come."""

    processing = "processing"
    settled = "settled"
    failed = "failed"


@dataclass(frozen=True, slots=True)
class GatewayPayment:
    """A payment intent as the provider has it now."""

    intent_id: str
    state: IntentState
    amount: Money
    refunded_minor: int
    """Given back, or lost in a dispute."""
    disputed: bool
    is_ours: bool
    """Made by the product, for this firm."""
    at: datetime


@dataclass(frozen=True, slots=True)
class GatewayPaymentPage:
    """One page of payments, and the cursor of the next."""

    payments: tuple[GatewayPayment, ...]
    next_cursor: str | None


class RefundAnswer(StrEnum):
    """What the payment provider says of a refund it was asked for."""

    under_way = "under_way"
    succeeded = "succeeded"
    failed = "failed"


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money to give back from a payment intent. Only ids leave the house."""

    refund_id: UUID
    payment_id: UUID | None
    """Whose share it is, if it is of one."""
    intent_id: str
    amount: Money
    asked_before: bool = False
    """Somebody has asked already and the answer was lost, perhaps long ago."""


@dataclass(frozen=True, slots=True)
class GivenRefund:
    """A refund as the provider has taken it on."""

    reference: str
    answer: RefundAnswer
    problem: str | None = None


class PaymentGateway(Protocol):
    """The firm's payment provider."""

    async def can_take_payments(self, firm_id: UUID) -> bool:
        """Whether the firm has a working connection."""
        ...

    async def open_checkout(self, firm_id: UUID, request: CheckoutRequest) -> OpenedCheckout:
        """A page to pay on. Idempotent by ``request.checkout_id``. Raises ``GatewayProblem``."""
        ...

    async def expire_checkout(self, firm_id: UUID, session_id: str) -> CheckoutStatus:
        """Close a session, and say what became of it. Raises ``GatewayProblem``."""
        ...

    async def give_refund(self, firm_id: UUID, request: RefundRequest) -> GivenRefund:
        """Give money back, once for each ``request.refund_id``, however often it is asked.

        Raises ``GatewayRefusal`` where nothing was given and never will be by this request,
        ``GatewayProblem`` where nobody knows yet: ask again.
        """
        ...

    async def look_at_checkouts(self, firm_id: UUID, session_ids: Collection[str]) -> CheckoutLook:
        """What Stripe says of these sessions right now. Never raises for an outage."""
        ...

    async def connected_since(self, firm_id: UUID) -> datetime:
        """When the account was connected. Raises ``GatewayProblem`` when there is none."""
        ...

    async def list_payments(
        self, firm_id: UUID, *, since: datetime, cursor: str | None = None
    ) -> GatewayPaymentPage:
        """Payments begun since then, the newest first, whoever made them. Those that have moved no
        money are left out. Raises ``GatewayProblem``.
        """
        ...

    async def list_moved(self, firm_id: UUID, *, since: datetime) -> frozenset[str]:
        """Ids of payments given back or disputed since then, however old they are.

        Raises ``GatewayProblem``.
        """
        ...

    async def get_payments(
        self, firm_id: UUID, intent_ids: Collection[str]
    ) -> tuple[GatewayPayment, ...]:
        """These payments; one that the account does not have is left out.

        Raises ``GatewayProblem``.
        """
        ...

    async def bring_in(self, firm_id: UUID, session_id: str, *, now: datetime) -> CheckoutStatus:
        """Read a session, and enter what has become of it as its webhook would; what that is.

        However often it is called, the books are the same. Raises ``GatewayProblem``.
        """
        ...


class Poke(Protocol):
    """Wakes the worker for one job, after a commit. A lost poke costs time, never work."""

    async def __call__(self, job: str, firm_id: UUID) -> None:
        """Ask for a job by its name in the worker's table. Never raises."""
        ...


class Throttle(Protocol):
    """How often one firm's requests may go to a provider, over all workers."""

    async def take(self, bucket: str, *, urgent: bool) -> float:
        """Seconds to wait before asking again; 0 when this request is counted and may go.

        ``urgent`` is what somebody waits for: it may use the reserve. Never raises.
        """
        ...

    async def pause(self, bucket: str, *, seconds: float) -> None:
        """Nobody asks for so long, because the provider said so. Never raises."""
        ...

    def learn(self, bucket: str, *, limit: int) -> None:
        """The provider allows so many requests a window."""
        ...


class Pulse(Protocol):
    """The worker's heartbeat, which others can feel."""

    async def beat(self, at: datetime, *, worker: str) -> None:
        """A round of this worker that began at this instant has ended. Never raises."""
        ...

    async def stop(self, *, worker: str) -> None:
        """This worker stops on purpose: nobody is to miss it. Never raises."""
        ...

    async def workers(self) -> dict[str, datetime] | None:
        """When each worker was last at work, by name; none where nobody can be asked."""
        ...

    async def last(self) -> datetime | None:
        """When the latest round that has ended began; none if the worker never ran."""
        ...
