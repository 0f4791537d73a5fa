"""Rows for tests, with believable defaults. Each builder flushes."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.models import Role, User
from invoice_tracker.collections.models import Collection, HoldRow
from invoice_tracker.core.database import enter_firm
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.reminder_schedule import Anchor, Backlog, StepKind
from invoice_tracker.firms.models import Firm, Sender, SendingRules
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion, ReminderStep

_numbers = count(1001)


async def make_firm(
    session: AsyncSession,
    *,
    now: datetime,
    name: str = "Hale & Moreno LLP",
    time_zone: str = "America/New_York",
    safe_mode: bool = False,
    verified: bool = True,
    **rules: Any,
) -> Firm:
    """A firm ready to send, and the session inside it."""
    firm = Firm(id=uuid4(), name=name, time_zone=time_zone, created_at=now)
    await enter_firm(session, firm.id)
    session.add(firm)
    await session.flush()
    since = None if safe_mode else now - timedelta(days=30)
    session.add(SendingRules(firm_id=firm.id, safe_mode=safe_mode, sending_since=since, **rules))
    session.add(
        Sender(
            firm_id=firm.id,
            from_name=name,
            from_email=f"billing-{next(_numbers)}@example.com",
            verified_at=now if verified else None,
        )
    )
    await session.flush()
    return firm


async def make_user(
    session: AsyncSession, *, firm: Firm, now: datetime, role: Role = Role.owner
) -> User:
    """A member of staff; log in with ``conftest.log_in``."""
    user = User(
        firm_id=firm.id,
        name="Dana Hale",
        email=f"dana-{next(_numbers)}@example.com",
        role=role,
        password_hash="not a hash",
        created_at=now,
    )
    session.add(user)
    await session.flush()
    return user


async def make_client(
    session: AsyncSession,
    *,
    firm: Firm,
    name: str = "Ada Okafor",
    email: str | None = "ada@example.org",
    **fields: Any,
) -> Client:
    """A client with an address."""
    client = Client(
        firm_id=firm.id,
        clio_id=fields.pop("clio_id", next(_numbers)),
        name=name,
        first_name=fields.pop("first_name", name.split()[0]),
        email=email,
        **fields,
    )
    session.add(client)
    await session.flush()
    return client


async def make_invoice(
    session: AsyncSession,
    *,
    firm: Firm,
    client: Client | None,
    now: datetime,
    due_on: date | None,
    issued_on: date | None = None,
    total_minor: int = 120_000,
    paid_minor: int = 0,
    currency: str = "USD",
    state: ClioState = ClioState.awaiting_payment,
    **fields: Any,
) -> Invoice:
    """An approved bill of 1,200.00, read from Clio just now."""
    number = next(_numbers)
    invoice = Invoice(
        firm_id=firm.id,
        clio_id=fields.pop("clio_id", number),
        number=fields.pop("number", str(number)),
        clio_state=state,
        client_id=client.id if client else None,
        issued_on=issued_on or (due_on - timedelta(days=30) if due_on else now.date()),
        due_on=due_on,
        currency=currency,
        total_minor=total_minor,
        clio_paid_minor=paid_minor,
        clio_balance_minor=total_minor - paid_minor,
        etag=f'"{number}"',
        clio_updated_at=now,
        last_read_at=now,
        created_at=now,
        **fields,
    )
    session.add(invoice)
    await session.flush()
    return invoice


async def make_collection(
    session: AsyncSession,
    *,
    firm: Firm,
    invoice: Invoice,
    now: datetime,
    set_name: str | None = None,
    **fields: Any,
) -> Collection:
    """A collection on a set of one e-mail, seven days after the due date."""
    reminder_set = ReminderSet(
        firm_id=firm.id, name=set_name or f"Set {next(_numbers)}", created_at=now, updated_at=now
    )
    session.add(reminder_set)
    await session.flush()
    version = ReminderSetVersion(
        firm_id=firm.id, reminder_set_id=reminder_set.id, version=1, created_at=now
    )
    session.add(version)
    await session.flush()
    session.add(
        ReminderStep(
            firm_id=firm.id,
            version_id=version.id,
            position=1,
            kind=StepKind.email,
            anchor=Anchor.due,
            offset_days=7,
            subject="Invoice {{ invoice.number }}",
            body="{{ invoice.balance }} {{ pay.link }}",
        )
    )
    collection = Collection(
        firm_id=firm.id,
        invoice_id=invoice.id,
        version_id=version.id,
        backlog=Backlog.fitting_step,
        started_at=fields.pop("started_at", now),
        **fields,
    )
    session.add(collection)
    await session.flush()
    return collection


async def make_payment(
    session: AsyncSession,
    *,
    firm: Firm,
    invoice: Invoice,
    now: datetime,
    amount_minor: int,
    state: PaymentState = PaymentState.settled,
    record_state: RecordState = RecordState.waiting,
    source: PaymentSource = PaymentSource.stripe,
    **fields: Any,
) -> Payment:
    """Money for the invoice, by Stripe, that Clio does not know of yet."""
    payment = Payment(
        firm_id=firm.id,
        invoice_id=invoice.id,
        source=source,
        amount_minor=amount_minor,
        currency=invoice.currency,
        state=state,
        record_state=record_state,
        clio_paid_before_minor=invoice.clio_paid_minor,
        created_at=now,
        settled_at=now,
        **fields,
    )
    session.add(payment)
    await session.flush()
    return payment


async def make_hold(
    session: AsyncSession,
    *,
    firm: Firm,
    invoice: Invoice,
    now: datetime,
    kind: HoldKind = HoldKind.paused,
    **fields: Any,
) -> HoldRow:
    """A hold from now on, without an end."""
    hold = HoldRow(firm_id=firm.id, invoice_id=invoice.id, kind=kind, starts_at=now, **fields)
    session.add(hold)
    await session.flush()
    return hold
