"""Addresses that need no log-in: to pay, to answer, to confirm a sender, to deliver a webhook."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import Vault, hash_token, new_token
from invoice_tracker.core.database import enter_firm
from invoice_tracker.core.errors import NotFound
from invoice_tracker.firms.models import LinkKind, LinkToken


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a token stands for. The transaction sees this firm's rows from now on."""

    firm_id: UUID
    subject_id: UUID
    note: str


async def make_link(
    session: AsyncSession,
    vault: Vault,
    *,
    firm_id: UUID,
    kind: LinkKind,
    subject_id: UUID,
    now: datetime,
) -> str:
    """The token for this subject: the same one each time, so that every mail has the same link."""
    token = vault.derive_token(kind, str(subject_id))
    await _store(session, firm_id, kind, subject_id, token, now)
    return token


async def make_link_of_person(
    session: AsyncSession,
    vault: Vault,
    *,
    firm_id: UUID,
    kind: LinkKind,
    subject_id: UUID,
    person: str,
    now: datetime,
    lasts: timedelta,
) -> str:
    """One person's token for this subject: the same one as long as it works, then another.

    Each mail with it makes it last from then on.
    """
    earlier = await session.scalar(
        select(func.count()).where(*_of_person(firm_id, kind, subject_id, person), _ended(now))
    )
    token = vault.derive_token(kind, str(subject_id), person, str(earlier))
    await _store(session, firm_id, kind, subject_id, token, now, now + lasts, person)
    await session.execute(
        update(LinkToken)
        .where(
            LinkToken.token_hash == hash_token(token),
            # Not with each of the many times that a mail is written anew.
            LinkToken.expires_at < now + lasts - _PROLONGED_AFTER,
        )
        .values(expires_at=now + lasts)
        .execution_options(synchronize_session=False)
    )
    return token


_PROLONGED_AFTER = timedelta(days=1)


async def end_links_of_person(
    session: AsyncSession,
    *,
    firm_id: UUID,
    kind: LinkKind,
    subject_id: UUID,
    person: str,
    now: datetime,
) -> None:
    """Links of this person to this subject stop working; the next mail has another."""
    await session.execute(
        update(LinkToken)
        .where(*_of_person(firm_id, kind, subject_id, person), ~_ended(now))
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )


def _of_person(
    firm_id: UUID, kind: LinkKind, subject_id: UUID, person: str
) -> list[ColumnElement[bool]]:
    return [
        LinkToken.firm_id == firm_id,
        LinkToken.kind == kind,
        LinkToken.subject_id == subject_id,
        LinkToken.note == person,
    ]


def _ended(now: datetime) -> ColumnElement[bool]:
    return LinkToken.expires_at <= now


async def make_new_link(
    session: AsyncSession,
    *,
    firm_id: UUID,
    kind: LinkKind,
    subject_id: UUID,
    now: datetime,
    expires_at: datetime | None = None,
    note: str = "",
) -> str:
    """A fresh random token; earlier ones of the same kind and subject stop working."""
    await session.execute(
        delete(LinkToken).where(
            LinkToken.firm_id == firm_id,
            LinkToken.kind == kind,
            LinkToken.subject_id == subject_id,
        )
    )
    token = new_token()
    await _store(session, firm_id, kind, subject_id, token, now, expires_at, note)
    return token


async def make_one_more_link(
    session: AsyncSession,
    *,
    firm_id: UUID,
    kind: LinkKind,
    subject_id: UUID,
    now: datetime,
    expires_at: datetime,
    note: str,
) -> str:
    """A fresh random token beside the earlier ones, for a subject that several people have."""
    token = new_token()
    await _store(session, firm_id, kind, subject_id, token, now, expires_at, note)
    return token


async def _store(
    session: AsyncSession,
    firm_id: UUID,
    kind: LinkKind,
    subject_id: UUID,
    token: str,
    now: datetime,
    expires_at: datetime | None = None,
    note: str = "",
) -> None:
    await session.execute(
        insert(LinkToken)
        .values(
            id=uuid4(),
            firm_id=firm_id,
            kind=kind,
            token_hash=hash_token(token),
            subject_id=subject_id,
            note=note,
            created_at=now,
            expires_at=expires_at,
        )
        .on_conflict_do_nothing(index_elements=["token_hash"])
    )


async def open_link(
    session: AsyncSession, *, token: str, kind: LinkKind, now: datetime
) -> OpenedLink:
    """Enter the firm a token belongs to. Raises ``NotFound`` for an unknown or expired one."""
    row = (
        await session.execute(
            text("SELECT * FROM find_link_token(:hash)"), {"hash": hash_token(token)}
        )
    ).one_or_none()
    expired = row is not None and row.expires_at is not None and row.expires_at <= now
    if row is None or row.kind != kind or expired:
        raise NotFound("This link is not valid, or no longer.")
    await enter_firm(session, row.firm_id)
    return OpenedLink(firm_id=row.firm_id, subject_id=row.subject_id, note=row.note)


async def find_subject(session: AsyncSession, *, token: str) -> UUID | None:
    """What a token stands for, in whichever firm; nothing for one that stopped working."""
    row = (
        await session.execute(
            text("SELECT * FROM find_link_token(:hash)"), {"hash": hash_token(token)}
        )
    ).one_or_none()
    return row.subject_id if row is not None else None
