"""One link that pays several invoices of one client."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import Vault
from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.models import PayGroup, PayGroupInvoice


async def make_group_link(
    session: AsyncSession,
    vault: Vault,
    *,
    firm_id: UUID,
    invoice_ids: Collection[UUID],
    now: datetime,
) -> str:
    """The token of the page that pays these invoices: the same one each time for the same ones.

    One invoice alone has its ordinary pay link. Raises ``NotFound`` for an invoice the firm does
    not have, ``Invalid`` for none at all or for invoices of several clients.
    """
    members = sorted(set(invoice_ids))
    client_id = await _client_of(session, firm_id, members)
    # The page of several leads to the page of each.
    own = [
        await make_link(
            session, vault, firm_id=firm_id, kind=LinkKind.pay, subject_id=member, now=now
        )
        for member in members
    ]
    if len(members) == 1:
        return own[0]
    return await make_link(
        session,
        vault,
        firm_id=firm_id,
        kind=LinkKind.pay_group,
        subject_id=await _group_of(session, firm_id, client_id, members, now),
        now=now,
    )


async def find_or_make_group(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID], now: datetime
) -> UUID:
    """The group of exactly these invoices of one client. Raises as ``make_group_link`` does."""
    members = sorted(set(invoice_ids))
    client_id = await _client_of(session, firm_id, members)
    return await _group_of(session, firm_id, client_id, members, now)


async def group_members(
    session: AsyncSession, *, firm_id: UUID, pay_group_id: UUID
) -> Sequence[UUID]:
    """The invoices of a group, ids in order; none for a group the firm does not have."""
    found = await session.scalars(
        select(PayGroupInvoice.invoice_id)
        .where(PayGroupInvoice.firm_id == firm_id, PayGroupInvoice.pay_group_id == pay_group_id)
        .order_by(PayGroupInvoice.invoice_id)
    )
    return found.all()


async def groups_of(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID]
) -> Sequence[UUID]:
    """The groups that have any of these invoices."""
    found = await session.scalars(
        select(PayGroupInvoice.pay_group_id)
        .where(PayGroupInvoice.firm_id == firm_id, PayGroupInvoice.invoice_id.in_(invoice_ids))
        .distinct()
    )
    return found.all()


async def _client_of(session: AsyncSession, firm_id: UUID, members: Sequence[UUID]) -> UUID | None:
    """The client of all of them, whose rows stay as they are to the end of the transaction.

    The invoices before their links, as everybody does who writes both: the group's rows refer to
    them, and whoever holds an invoice may be waiting for its first link.
    """
    rows = await session.execute(
        select(Invoice.id, Invoice.client_id)
        .where(Invoice.firm_id == firm_id, Invoice.id.in_(members))
        .order_by(Invoice.id)
        .with_for_update(read=True, key_share=True)
    )
    clients = dict(rows.all())
    if len(clients) < len(members):
        raise NotFound("There is no such invoice.")
    if len(set(clients.values())) != 1:
        raise Invalid("One link can only pay invoices of one client.")
    return next(iter(clients.values()))


async def _group_of(
    session: AsyncSession,
    firm_id: UUID,
    client_id: UUID | None,
    members: Sequence[UUID],
    now: datetime,
) -> UUID:
    """The group with exactly these members, made where there is none yet."""
    digest = sha256(b"".join(member.bytes for member in members)).digest()
    pay_group_id = uuid4()
    made = await session.scalar(
        insert(PayGroup)
        .values(
            id=pay_group_id, firm_id=firm_id, client_id=client_id, members=digest, created_at=now
        )
        .on_conflict_do_nothing(index_elements=["firm_id", "members"])
        .returning(PayGroup.id)
    )
    if made is not None:
        rows = [
            {"pay_group_id": pay_group_id, "invoice_id": member, "firm_id": firm_id}
            for member in members
        ]
        await session.execute(insert(PayGroupInvoice).values(rows))
        return pay_group_id
    there = await session.execute(
        select(PayGroup.id).where(PayGroup.firm_id == firm_id, PayGroup.members == digest)
    )
    return there.scalar_one()
