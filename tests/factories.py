"""Rows for tests, with believable defaults. Each builder flushes."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.models import Role, User
from invoice_tracker.core.database import enter_firm
from invoice_tracker.firms.models import Firm, Sender, SendingRules
from invoice_tracker.invoices.models import Client, ClioState, Invoice

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
