"""Stand-ins for the outside world. Each passes the same contract test as the real adapter."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

from invoice_tracker.integrations.mail.mime import Unmailable, build_mime
from invoice_tracker.ports import (
    BillPayments,
    CheckoutLook,
    CheckoutRequest,
    CheckoutStatus,
    Document,
    GatewayPayment,
    GatewayPaymentPage,
    GatewayProblem,
    GatewayRefusal,
    GivenRefund,
    MailRefused,
    NoDocument,
    OpenedCheckout,
    OutgoingMail,
    RefundAnswer,
    RefundRequest,
    Reread,
)


class MovableClock:
    """Stands still until moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, **delta: float) -> None:
        """Forward by ``days=``, ``hours=``, ``minutes=`` …"""
        self._now += timedelta(**delta)

    def move_to(self, instant: datetime) -> None:
        """To this instant."""
        self._now = instant


class RecordingPoke:
    """Remembers what was poked."""

    def __init__(self) -> None:
        self.pokes: list[tuple[str, UUID]] = []

    async def __call__(self, job: str, firm_id: UUID) -> None:
        self.pokes.append((job, firm_id))


class FakePulse:
    """Remembers the last beat of each worker. ``is_away``: nobody can be asked."""

    def __init__(self) -> None:
        self.seen: dict[str, datetime] = {}
        self.is_away = False

    async def beat(self, at: datetime, *, worker: str) -> None:
        self.seen[worker] = at

    async def stop(self, *, worker: str) -> None:
        self.seen.pop(worker, None)

    async def workers(self) -> dict[str, datetime] | None:
        return None if self.is_away else dict(self.seen)

    async def last(self) -> datetime | None:
        return max(self.seen.values(), default=None)


class FakeMailer:
    """Keeps what it is given; ``fail_with`` makes the next sends raise, one error each."""

    def __init__(self) -> None:
        self.sent: list[OutgoingMail] = []
        self.fail_with: list[BaseException] = []

    async def send(self, mail: OutgoingMail, *, at: datetime) -> str:
        # Another task may run while a mail is on its way, as with a real server.
        await asyncio.sleep(0)
        try:
            build_mime(mail, at=at)
        except Unmailable as error:
            raise MailRefused(str(error)) from error
        if self.fail_with:
            raise self.fail_with.pop(0)
        self.sent.append(mail)
        return "250 OK"


class FakeBilling:
    """Says that every invoice is fresh, or why none is."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self.asked: list[set[UUID]] = []
        self.paid = BillPayments()
        self.marked: set[int] = set()

    async def reread(self, firm_id: UUID, invoice_ids: Collection[UUID]) -> Reread:
        self.asked.append(set(invoice_ids))
        if self.problem:
            return Reread(frozenset(), self.problem)
        return Reread(frozenset(invoice_ids))

    async def document(self, firm_id: UUID, invoice_id: UUID) -> Document:
        if self.problem:
            raise NoDocument(self.problem)
        return Document("Invoice 1042.pdf", b"%PDF-1.7 fake")

    async def look_at_payments(
        self, firm_id: UUID, *, since: datetime, bill_ids: Collection[int]
    ) -> BillPayments:
        return BillPayments(problem=self.problem) if self.problem else self.paid

    async def mark_for_rereading(self, firm_id: UUID, bill_ids: Collection[int]) -> None:
        self.marked.update(bill_ids)


class FakeGateway:
    """Opens checkouts that stay open until told otherwise."""

    def __init__(self) -> None:
        self.connected = True
        self.problem: str | None = None
        self.opened: dict[str, CheckoutRequest] = {}
        self.statuses: dict[str, CheckoutStatus] = {}
        self.payments: dict[str, GatewayPayment] = {}
        self.moved: dict[str, datetime] = {}
        self.since = datetime(2026, 1, 1, tzinfo=UTC)
        self.page_size = 100
        self.refusal: str | None = None
        self.refunds: dict[UUID, RefundRequest] = {}

    async def can_take_payments(self, firm_id: UUID) -> bool:
        return self.connected

    async def open_checkout(self, firm_id: UUID, request: CheckoutRequest) -> OpenedCheckout:
        if self.problem:
            raise GatewayProblem(self.problem)
        session_id = f"cs_test_{request.checkout_id.hex}"
        self.opened[session_id] = request
        self.statuses.setdefault(session_id, CheckoutStatus.open)
        return OpenedCheckout(session_id, f"https://checkout.example/{session_id}")

    async def expire_checkout(self, firm_id: UUID, session_id: str) -> CheckoutStatus:
        if self.problem:
            raise GatewayProblem(self.problem)
        if self.statuses.get(session_id) is CheckoutStatus.open:
            self.statuses[session_id] = CheckoutStatus.expired
        return self.statuses[session_id]

    async def give_refund(self, firm_id: UUID, request: RefundRequest) -> GivenRefund:
        if self.problem:
            raise GatewayProblem(self.problem)
        if self.refusal:
            raise GatewayRefusal(self.refusal)
        if request.intent_id in self.opened and request.refund_id not in self.refunds:
            self._refuse_too_much(request)
        given = self.refunds.setdefault(request.refund_id, request)
        return GivenRefund(f"re_{given.refund_id.hex}", RefundAnswer.succeeded)

    def _refuse_too_much(self, request: RefundRequest) -> None:
        """A session's id stands for its intent."""
        paid = sum(item.amount.amount_minor for item in self.opened[request.intent_id].items)
        before = [r for r in self.refunds.values() if r.intent_id == request.intent_id]
        if request.amount.amount_minor > paid - sum(r.amount.amount_minor for r in before):
            raise GatewayRefusal("Stripe refused: more than is left.")

    async def look_at_checkouts(self, firm_id: UUID, session_ids: Collection[str]) -> CheckoutLook:
        if self.problem:
            return CheckoutLook(problem=self.problem)
        return CheckoutLook({key: self.statuses[key] for key in session_ids})

    async def connected_since(self, firm_id: UUID) -> datetime:
        if self.problem:
            raise GatewayProblem(self.problem)
        return self.since

    async def list_payments(
        self, firm_id: UUID, *, since: datetime, cursor: str | None = None
    ) -> GatewayPaymentPage:
        if self.problem:
            raise GatewayProblem(self.problem)
        found = [one for one in self.payments.values() if one.at >= since]
        found.sort(key=lambda one: one.at, reverse=True)
        start = int(cursor or 0)
        end = start + self.page_size
        return GatewayPaymentPage(tuple(found[start:end]), str(end) if end < len(found) else None)

    async def list_moved(self, firm_id: UUID, *, since: datetime) -> frozenset[str]:
        if self.problem:
            raise GatewayProblem(self.problem)
        return frozenset(intent for intent, at in self.moved.items() if at >= since)

    async def get_payments(
        self, firm_id: UUID, intent_ids: Collection[str]
    ) -> tuple[GatewayPayment, ...]:
        if self.problem:
            raise GatewayProblem(self.problem)
        return tuple(self.payments[one] for one in intent_ids if one in self.payments)

    async def bring_in(self, firm_id: UUID, session_id: str, *, now: datetime) -> CheckoutStatus:
        if self.problem:
            raise GatewayProblem(self.problem)
        return self.statuses[session_id]


class FreeThrottle:
    """Lets every request go; tests read what it was told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.paused: list[tuple[str, float]] = []
        self.limits: dict[str, int] = {}

    async def take(self, bucket: str, *, urgent: bool) -> float:
        self.asked.append((bucket, urgent))
        return 0.0

    async def pause(self, bucket: str, *, seconds: float) -> None:
        self.paused.append((bucket, seconds))

    def learn(self, bucket: str, *, limit: int) -> None:
        self.limits[bucket] = limit
