"""The blast guard: when far more mails are about to leave than expected, none leaves.

It is asked by the outbox in the transaction of each claim, before anything automatic is taken. Once
it has tripped everything automatic stays in the outbox until an owner lets it go.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.models import Role, User
from invoice_tracker.collections.blast_guard.forecast import about_to_leave, expected_today
from invoice_tracker.collections.blast_guard.mail import compose_alert
from invoice_tracker.collections.facts import FirmFacts, load_firm
from invoice_tracker.collections.holds.wide import EVERYTHING, pause_widely
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict
from invoice_tracker.domain.blast_guard import Today, reason_to_stop
from invoice_tracker.firms.models import SendingRules
from invoice_tracker.firms.service import get_firm, get_sending_rules
from invoice_tracker.outbox.claim import Guard
from invoice_tracker.outbox.service import enqueue

ALERT = "guard_alert"
"""Kind of the mails to the owners. No rule ever stops one."""
COUNTING = "The rules have just changed: the mails leave once all are dated anew."


def blast_guard(adapters: Adapters) -> Guard:
    """What the outbox asks before it claims."""

    async def ask(session: AsyncSession, firm_id: UUID, now: datetime) -> str | None:
        return await why_stopped(session, adapters, firm_id=firm_id, now=now)

    return ask


async def why_stopped(
    session: AsyncSession, adapters: Adapters, *, firm_id: UUID, now: datetime
) -> str | None:
    """Why no automatic mail may leave now, in words; nothing if all is as expected.

    Trips, and writes to the owners, if too many are about to leave.
    """
    rules = await get_sending_rules(session, firm_id)
    if rules.guard_tripped_at is not None:
        return rules.guard_reason
    if rules.hints_stale_since is not None:
        return COUNTING
    firm = await load_firm(session, firm_id=firm_id)
    if rules.guard_released_on == firm.calendar.local_day(now):
        return None
    reason = reason_to_stop(await count_today(session, firm=firm, rules=rules, now=now))
    if reason is not None:
        rules.guard_tripped_at = now
        rules.guard_reason = reason
        await session.flush()
        await _tell_the_owners(session, adapters, firm_id=firm_id, reason=reason, now=now)
    return reason


async def count_today(
    session: AsyncSession, *, firm: FirmFacts, rules: SendingRules, now: datetime
) -> Today:
    """What the guard compares."""
    return Today(
        expected=await expected_today(session, firm=firm, now=now),
        about_to_leave=await about_to_leave(session, firm=firm, now=now),
        cap=rules.guard_cap,
    )


async def release(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """The mails are right: they leave at the firm's pace, and the guard is quiet for today.

    Raises ``Conflict`` when nothing is stopped.
    """
    rules = await _stopped(session, firm_id)
    firm = await load_firm(session, firm_id=firm_id)
    rules.guard_tripped_at = None
    rules.guard_reason = None
    rules.guard_released_on = firm.calendar.local_day(now)
    await session.flush()


async def pause_everything(
    session: AsyncSession, *, firm_id: UUID, actor: str, now: datetime
) -> None:
    """The mails are not right: a pause of everything takes the guard's place.

    Raises ``Conflict`` when nothing is stopped.
    """
    rules = await _stopped(session, firm_id)
    await pause_widely(
        session,
        firm_id=firm_id,
        whom=EVERYTHING,
        until=None,
        reason=rules.guard_reason or "",
        actor=actor,
        now=now,
    )
    rules.guard_tripped_at = None
    rules.guard_reason = None
    await session.flush()


async def _stopped(session: AsyncSession, firm_id: UUID) -> SendingRules:
    rules = await session.get_one(
        SendingRules, firm_id, with_for_update=True, populate_existing=True
    )
    if rules.guard_tripped_at is None:
        raise Conflict("The blast guard has not stopped anything, or no longer.")
    return rules


async def _tell_the_owners(
    session: AsyncSession, adapters: Adapters, *, firm_id: UUID, reason: str, now: datetime
) -> None:
    firm = await get_firm(session, firm_id)
    for owner in await _owners(session, firm_id):
        await enqueue(
            session,
            firm_id=firm_id,
            kind=ALERT,
            dedupe_key=f"{ALERT}:{now.isoformat()}:{owner.id}",
            subject_id=None,
            recipient=owner.email,
            content=compose_alert(
                mail_from=adapters.settings.mail_from,
                firm_name=firm.name,
                reason=reason,
                link=f"{adapters.public_url}/to-do?tab=upcoming",
            ),
            now=now,
        )


async def _owners(session: AsyncSession, firm_id: UUID) -> Sequence[User]:
    rows = await session.scalars(
        select(User).where(User.firm_id == firm_id, User.role == Role.owner).order_by(User.id)
    )
    return rows.all()
