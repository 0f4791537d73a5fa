"""A small town for diaries: one firm, its worker, a clock that moves, and what left the house.

Everything is real but the outside: PostgreSQL, the worker's own job, the outbox. Clio answers with
what the rows say (``ClioStandIn``), and the mail server notes when each mail came.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from factories import make_client, make_invoice
from fakes import FakeGateway, FakeMailer, MovableClock
from invoice_tracker.collections import controls
from invoice_tracker.collections.deciding import Deciding
from invoice_tracker.collections.models import Collection as CollectionRow
from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.collections.reminders import actions as reminder_actions
from invoice_tracker.collections.schemas import Selection
from invoice_tracker.collections.service import reconsider
from invoice_tracker.collections.start import start
from invoice_tracker.core.database import Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.ready_made_sets import ready_made_set
from invoice_tracker.domain.reminder_schedule import Anchor, Backlog, StepKind
from invoice_tracker.firms.models import Firm, SendingRules
from invoice_tracker.invoices.models import Client, Invoice, TimelineEntry
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.service import PaymentReport, ReportedState, apply_report
from invoice_tracker.ports import OutgoingMail, Reread
from invoice_tracker.reminder_sets.schemas import StepIn
from invoice_tracker.reminder_sets.service import create_set
from invoice_tracker.worker import send_firm

NEW_YORK = ZoneInfo("America/New_York")
HOURS = (10,)
"""Local hours at which the worker of a diary ticks: when the spread of the first hour is over."""


class NotingMailer(FakeMailer):
    """Notes when each mail came, and may do something while it is on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: list[tuple[datetime, OutgoingMail]] = []

    async def send(self, mail: OutgoingMail, *, at: datetime) -> str:
        answer = await super().send(mail, at=at)
        self.arrivals.append((at, mail))
        return answer


class ClioStandIn:
    """Reads a bill again: it says what the row says, unless a change was made in Clio."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self._database = database
        self._clock = clock
        self.problem: str | None = None
        self.changes: dict[UUID, dict[str, Any]] = {}
        self.while_reading: Callable[[], Awaitable[None]] | None = None
        self.questions = 0

    async def reread(self, firm_id: UUID, invoice_ids: Collection[UUID]) -> Reread:
        """As the real one: stores what changed, and lets collections take notice."""
        self.questions += 1
        if self.problem:
            return Reread(frozenset(), self.problem)
        now = self._clock.now()
        async with self._database.transaction(firm_id) as session:
            for invoice_id in invoice_ids:
                values = self.changes.pop(invoice_id, {}) | {"last_read_at": now}
                await session.execute(
                    update(Invoice).where(Invoice.id == invoice_id).values(values)
                )
            await reconsider(session, firm_id=firm_id, invoice_ids=invoice_ids, now=now)
        if self.while_reading is not None:
            await self.while_reading()
        return Reread(frozenset(invoice_ids))


def steps(text: str, **fields: Any) -> list[StepIn]:
    """``-3 0 +7 +45call +60?``: days after the due day, a call, one that needs approval."""
    found = []
    for word in text.split():
        days = int(word.removesuffix("?").removesuffix("call"))
        found.append(
            StepIn(
                kind=StepKind.call_task if word.endswith("call") else StepKind.email,
                anchor=Anchor.due,
                offset_days=days,
                needs_approval=word.endswith("?"),
                subject=fields.get("subject", "Invoice {{ invoice.number }} from {{ firm.name }}"),
                body=fields.get(
                    "body", f"Step {word}: {{{{ invoice.balance }}}} is open.\n\n{{{{ pay.link }}}}"
                ),
            )
        )
    return found


@dataclass
class Diary:
    """What a test writes a story with. Days are the firm's; hours are New York's."""

    adapters: Adapters
    firm: Firm
    clock: MovableClock
    mailer: NotingMailer
    clio: ClioStandIn
    gateway: FakeGateway

    @classmethod
    def open(cls, adapters: Adapters, firm: Firm, clock: MovableClock) -> "Diary":
        """A diary over the test's database."""
        mailer, gateway = NotingMailer(), FakeGateway()
        clio = ClioStandIn(adapters.database, clock)
        adapters = replace(adapters, mailer=mailer, billing=clio, gateway=gateway)
        return cls(adapters, firm, clock, mailer, clio, gateway)

    # -- what there is

    async def client(self, **fields: Any) -> Client:
        """A client with an address."""
        async with self.adapters.database.transaction(self.firm.id) as session:
            return await make_client(session, firm=self.firm, **fields)

    async def invoice(
        self, due_on: date | None, client: Client | None = None, **fields: Any
    ) -> Invoice:
        """An approved bill of 1,200.00."""
        client = client or await self.client()
        async with self.adapters.database.transaction(self.firm.id) as session:
            return await make_invoice(
                session,
                firm=self.firm,
                client=client,
                due_on=due_on,
                now=self.clock.now(),
                **fields,
            )

    async def set_of(self, wanted: str | Sequence[StepIn], name: str | None = None) -> UUID:
        """A reminder set: the key of a ready-made one, ``steps`` as text, or steps."""
        if isinstance(wanted, str):
            wanted = self._ready_made(wanted) if wanted[0].isalpha() else steps(wanted)
        async with self.adapters.database.transaction(self.firm.id) as session:
            return await create_set(
                session,
                firm_id=self.firm.id,
                name=name or f"Set {uuid4().hex}",
                description="",
                steps=wanted,
                user_id=None,
                now=self.clock.now(),
            )

    @staticmethod
    def _ready_made(key: str) -> list[StepIn]:
        names = StepIn.model_fields.keys()
        return [
            StepIn(**{name: getattr(step, name) for name in names if hasattr(step, name)})
            for step in ready_made_set(key).steps
        ]

    # -- what people do

    async def start(
        self,
        wanted: str | Sequence[StepIn],
        *invoices: Invoice,
        backlog: Backlog = Backlog.fitting_step,
    ) -> list[UUID]:
        """Start Collection; ids of the collections."""
        return await self.start_set(await self.set_of(wanted), *invoices, backlog=backlog)

    async def start_set(
        self, set_id: UUID, *invoices: Invoice, backlog: Backlog = Backlog.fitting_step
    ) -> list[UUID]:
        """Start Collection with a set that is there."""
        async with self.adapters.database.transaction(self.firm.id) as session:
            started, refused = await start(
                session,
                firm_id=self.firm.id,
                selection=Selection(invoice_ids=[invoice.id for invoice in invoices]),
                reminder_set_id=set_id,
                backlog=backlog,
                user_id=None,
                actor="Dana Hale",
                now=self.clock.now(),
            )
        assert not refused, refused
        return started

    async def pause(self, collection_id: UUID, until: date | None = None) -> None:
        async with self.adapters.database.transaction(self.firm.id) as session:
            await controls.pause(
                session,
                firm_id=self.firm.id,
                collection_id=collection_id,
                until=until,
                reason="",
                actor="Dana Hale",
                now=self.clock.now(),
            )

    async def resume(self, collection_id: UUID) -> None:
        async with self.adapters.database.transaction(self.firm.id) as session:
            await controls.resume(
                session,
                firm_id=self.firm.id,
                collection_id=collection_id,
                actor="Dana Hale",
                now=self.clock.now(),
            )

    async def stop(self, collection_id: UUID) -> None:
        async with self.adapters.database.transaction(self.firm.id) as session:
            await controls.stop(
                session,
                firm_id=self.firm.id,
                collection_id=collection_id,
                reason="",
                actor="Dana Hale",
                now=self.clock.now(),
            )

    async def approve(self, reminder_id: UUID) -> None:
        async with self.adapters.database.transaction(self.firm.id) as session:
            await reminder_actions.approve(
                session,
                Deciding(self.adapters, self.clock.now(), can_take_payments=True),
                firm_id=self.firm.id,
                reminder_id=reminder_id,
                actor="Dana Hale",
            )

    async def set_rules(self, **values: Any) -> None:
        """Change the firm's sending rules."""
        async with self.adapters.database.transaction(self.firm.id) as session:
            await session.execute(
                update(SendingRules).where(SendingRules.firm_id == self.firm.id).values(values)
            )

    # -- what happens outside

    async def stripe_reports(
        self,
        invoice: Invoice,
        state: ReportedState,
        amount_minor: int = 120_000,
        intent: str = "pi_1",
        **fields: Any,
    ) -> None:
        """As the webhook's handler does it: one transaction for payment and collection."""
        now = self.clock.now()
        report = PaymentReport(
            intent_id=intent,
            session_id=None,
            state=state,
            amount=Money(amount_minor, invoice.currency),
            refunded_minor=fields.pop("refunded_minor", 0),
            disputed=fields.pop("disputed", False),
            method=fields.pop("method", "card"),
            asked_at=now,
            **fields,
        )
        lines = [Line(invoice.id, amount_minor)]
        async with self.adapters.database.transaction(self.firm.id) as session:
            await apply_report(session, firm_id=self.firm.id, lines=lines, report=report, now=now)
            await reconsider(session, firm_id=self.firm.id, invoice_ids=[invoice.id], now=now)

    async def pay(
        self, invoice: Invoice, amount_minor: int = 120_000, intent: str = "pi_1"
    ) -> None:
        """The client pays by card."""
        await self.stripe_reports(invoice, ReportedState.settled, amount_minor, intent)

    async def change_in_clio(self, invoice: Invoice, **values: Any) -> None:
        """Somebody changes the bill in Clio, and a sync reads it."""
        async with self.adapters.database.transaction(self.firm.id) as session:
            await session.execute(update(Invoice).where(Invoice.id == invoice.id).values(values))
            await reconsider(
                session, firm_id=self.firm.id, invoice_ids=[invoice.id], now=self.clock.now()
            )

    # -- time

    def go_to(self, day: date, hour: int = 10, minute: int = 0) -> None:
        """Move the clock without a tick: the worker is down."""
        local = datetime.combine(day, time(hour, minute), tzinfo=NEW_YORK)
        instant = local.astimezone(UTC)
        assert instant >= self.clock.now(), "time does not run backwards"
        self.clock.move_to(instant)

    async def tick(self) -> None:
        """The worker's own job: decide what is due, deliver what may leave."""
        await send_firm(self.adapters, self.firm.id)

    async def live_until(self, day: date, hour: int = 17) -> None:
        """Day after day, tick after tick, to the end."""
        end = datetime.combine(day, time(hour), tzinfo=NEW_YORK)
        today = self.clock.now().astimezone(NEW_YORK).date()
        while today <= day:
            for tick_hour in HOURS:
                moment = datetime.combine(today, time(tick_hour), tzinfo=NEW_YORK)
                if self.clock.now() <= moment.astimezone(UTC) <= end.astimezone(UTC):
                    self.clock.move_to(moment.astimezone(UTC))
                    await self.tick()
            today += timedelta(days=1)

    # -- what is seen

    def days(self, invoice: Invoice | None = None) -> list[date]:
        """The firm's days on which mails came, about one invoice or about all."""
        return [
            at.astimezone(NEW_YORK).date()
            for at, mail in self.mailer.arrivals
            if invoice is None or f"Invoice {invoice.number} " in mail.subject
        ]

    def offsets(self, invoice: Invoice) -> list[int]:
        """The same as days after the due day."""
        assert invoice.due_on is not None
        return [(day - invoice.due_on).days for day in self.days(invoice)]

    def mails(self) -> list[OutgoingMail]:
        return [mail for _, mail in self.mailer.arrivals]

    async def reminders(self, *states: ReminderState) -> list[Reminder]:
        """Rows of reminders, oldest first."""
        async with self.adapters.database.transaction(self.firm.id) as session:
            rows = await session.scalars(
                select(Reminder)
                .order_by(Reminder.created_at, Reminder.planned_on)
                .execution_options(populate_existing=True)
            )
            return [row for row in rows if not states or row.state in states]

    async def collection(self, collection_id: UUID) -> CollectionRow:
        async with self.adapters.database.transaction(self.firm.id) as session:
            return await session.get_one(CollectionRow, collection_id, populate_existing=True)

    async def timeline(self, invoice: Invoice) -> list[str]:
        """Kinds of the invoice's entries, oldest first."""
        async with self.adapters.database.transaction(self.firm.id) as session:
            rows = await session.scalars(
                select(TimelineEntry.kind)
                .where(TimelineEntry.invoice_id == invoice.id)
                .order_by(TimelineEntry.at, TimelineEntry.id)
            )
            return list(rows)
