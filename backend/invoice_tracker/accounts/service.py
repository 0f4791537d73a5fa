"""Making accounts, logging in and out."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from pwdlib import PasswordHash
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.models import LoginSession, Role, User
from invoice_tracker.core.crypto import hash_token, new_token
from invoice_tracker.core.database import enter_firm, list_firm_ids
from invoice_tracker.core.errors import Conflict, FieldError, Forbidden, Unauthorized

SESSION_LIFETIME = timedelta(days=30)
_passwords = PasswordHash.recommended()
# Verified against when nobody has the address, so that the answer takes as long either way.
_NOBODY = _passwords.hash(new_token())


@dataclass(frozen=True, slots=True)
class FoundSession:
    """Whose cookie it is."""

    session_id: UUID
    user_id: UUID
    firm_id: UUID
    name: str
    email: str
    role: str
    firm_name: str
    firm_time_zone: str


async def sign_up_is_open(session: AsyncSession, *, policy: str) -> bool:
    """Whether a new firm may sign up: always, never, or only while there is none."""
    if policy == "first":
        return not await list_firm_ids(session)
    return policy == "open"


async def create_owner(
    session: AsyncSession, *, firm_id: UUID, name: str, email: str, password: str, now: datetime
) -> User:
    """The first person of a firm. Raises ``Conflict`` when the address has an account."""
    user = User(
        id=uuid4(),
        firm_id=firm_id,
        name=name,
        email=email,
        role=Role.owner,
        password_hash=await asyncio.to_thread(_passwords.hash, password),
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        raise Conflict(
            "There is already an account with this e-mail address.",
            errors=[FieldError(field="email", message="Already in use")],
        ) from error
    return user


async def log_in(session: AsyncSession, *, email: str, password: str, now: datetime) -> str:
    """A new session's token. Raises ``Unauthorized``, whether or not the address exists."""
    row = (
        await session.execute(text("SELECT * FROM find_login(:email)"), {"email": email})
    ).one_or_none()
    stored = row.password_hash if row else _NOBODY
    correct = await asyncio.to_thread(_passwords.verify, password, stored)
    if row is None or not correct:
        raise Unauthorized("The e-mail address or the password is not right.")
    await enter_firm(session, row.firm_id)
    return await open_session(session, user_id=row.user_id, firm_id=row.firm_id, now=now)


async def open_session(
    session: AsyncSession, *, user_id: UUID, firm_id: UUID, now: datetime
) -> str:
    """Log a person in without asking. The token goes into their cookie, its hash is stored."""
    token = new_token()
    session.add(
        LoginSession(
            user_id=user_id,
            firm_id=firm_id,
            token_hash=hash_token(token),
            created_at=now,
            expires_at=now + SESSION_LIFETIME,
        )
    )
    await session.flush()
    return token


async def find_session(session: AsyncSession, *, token: str, now: datetime) -> FoundSession | None:
    """Who holds this cookie, if anybody."""
    if not token:
        return None
    row = (
        await session.execute(
            text("SELECT * FROM find_login_session(:hash)"), {"hash": hash_token(token)}
        )
    ).one_or_none()
    if row is None or row.expires_at <= now:
        return None
    return FoundSession(
        session_id=row.session_id,
        user_id=row.user_id,
        firm_id=row.firm_id,
        name=row.name,
        email=row.email,
        role=row.role,
        firm_name=row.firm_name,
        firm_time_zone=row.firm_time_zone,
    )


async def log_out(session: AsyncSession, *, token: str) -> None:
    """End this session. The caller has entered the firm."""
    await session.execute(delete(LoginSession).where(LoginSession.token_hash == hash_token(token)))


def require_open(is_open: bool) -> None:
    """Raises ``Forbidden`` when nobody may sign up."""
    if not is_open:
        raise Forbidden("This installation takes no new accounts. Ask its owner for one.")
