"""Reads what the health report is made of."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.health_report import Connection, Facts, Nightly
from invoice_tracker.firms.calendars import load_calendar
from invoice_tracker.inbox.models import WebhookEvent
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ClioWebhook,
    RunKind,
    RunState,
    SyncRun,
)
from invoice_tracker.integrations.clio.models import ConnectionState as ClioState
from invoice_tracker.integrations.stripe.models import ConnectionState as StripeState
from invoice_tracker.integrations.stripe.models import StripeConnection
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.payments.proof_models import PaymentProof, ProofState
from invoice_tracker.settings import ClockKind

Found = dict[str, Any]


async def load_facts(session: AsyncSession, adapters: Adapters, *, firm_id: UUID) -> Facts:
    """Everything the report says something about, of one firm and of the installation."""
    now = adapters.clock.now()
    calendar = await load_calendar(session, firm_id=firm_id)
    return Facts(
        now=now,
        window_is_open=calendar.is_open(now),
        workers=await adapters.pulse.workers(),
        clock_difference=await _clock_difference(session, now),
        clock_is_movable=adapters.settings.clock is not ClockKind.system,
        **await _clio(session, firm_id),
        **await _stripe(session, firm_id),
        **await _mails(session, firm_id),
        **await _events(session, firm_id),
    )


async def _clio(session: AsyncSession, firm_id: UUID) -> Found:
    row = await session.get(ClioConnection, firm_id)
    if row is None or row.state is ClioState.disconnected:
        return {}
    hooks = (await session.scalars(select(ClioWebhook).where(ClioWebhook.firm_id == firm_id))).all()
    events = [hook.last_event_at for hook in hooks if hook.last_event_at]
    return {
        "clio": Connection(
            works=row.state is ClioState.connected,
            since=row.connected_at,
            last_at=row.last_read_at,
            error=row.error,
        ),
        "clio_events_set_up": bool(hooks),
        "clio_event_at": max(events, default=None),
        "clio_events_problem": next((hook.problem for hook in hooks if hook.problem), None),
        "reconciliation": await _reconciliation(session, row),
    }


async def _reconciliation(session: AsyncSession, clio: ClioConnection) -> Nightly:
    latest = await session.scalar(
        select(SyncRun)
        .where(
            SyncRun.firm_id == clio.firm_id,
            SyncRun.kind == RunKind.reconciliation,
            SyncRun.state != RunState.running,
        )
        .order_by(SyncRun.started_at.desc())
        .limit(1)
    )
    failed = latest is not None and latest.state is RunState.failed
    problem = (latest.error or "no reason was noted.") if latest is not None and failed else None
    return Nightly(ended_at=clio.full_read_at, problem=problem)


async def _stripe(session: AsyncSession, firm_id: UUID) -> Found:
    row = await session.get(StripeConnection, firm_id)
    if row is None or row.state is StripeState.disconnected:
        return {}
    proof = await session.scalar(
        select(PaymentProof)
        .where(PaymentProof.firm_id == firm_id, PaymentProof.state != ProofState.running)
        .order_by(PaymentProof.started_at.desc())
        .limit(1)
    )
    failed = proof is not None and proof.state is ProofState.failed
    problem = (proof.error or "no reason was noted.") if proof is not None and failed else None
    return {
        "stripe": Connection(
            works=row.state is StripeState.connected,
            since=row.connected_at,
            last_at=row.last_event_at,
            error=row.error,
        ),
        "stripe_asked_at": row.caught_up_at,
        "proof": Nightly(ended_at=proof.finished_at if proof else None, problem=problem),
    }


async def _mails(session: AsyncSession, firm_id: UUID) -> Found:
    waits = (OutboxMessage.firm_id == firm_id, OutboxMessage.state == MessageState.waiting)
    oldest = (
        await session.execute(
            select(OutboxMessage.next_attempt_at, OutboxMessage.created_at, OutboxMessage.reason)
            .where(*waits)
            .order_by(OutboxMessage.created_at)
            .limit(1)
        )
    ).one_or_none()
    number, tried = (
        await session.execute(
            select(func.count(), func.count().filter(OutboxMessage.attempts > 0)).where(*waits)
        )
    ).one()
    retried = await session.scalar(
        select(OutboxMessage.reason)
        .where(*waits, OutboxMessage.attempts > 0)
        .order_by(OutboxMessage.created_at)
        .limit(1)
    )
    sent_at = await session.scalar(
        select(func.max(OutboxMessage.sent_at)).where(
            OutboxMessage.firm_id == firm_id, OutboxMessage.state == MessageState.sent
        )
    )
    return {
        "waiting_mails": number,
        "oldest_mail_due_at": oldest.next_attempt_at if oldest else None,
        "oldest_mail_reason": oldest.reason if oldest else None,
        "retried_mails": tried,
        "retry_reason": retried,
        "last_sent_at": sent_at,
    }


async def _events(session: AsyncSession, firm_id: UUID) -> Found:
    opened = (WebhookEvent.firm_id == firm_id, WebhookEvent.handled_at.is_(None))
    number = await session.scalar(select(func.count()).select_from(WebhookEvent).where(*opened))
    oldest = (
        await session.execute(
            select(WebhookEvent.received_at, WebhookEvent.outcome)
            .where(*opened)
            .order_by(WebhookEvent.received_at)
            .limit(1)
        )
    ).one_or_none()
    return {
        "open_events": number or 0,
        "oldest_event_at": oldest.received_at if oldest else None,
        "oldest_event_problem": oldest.outcome if oldest else None,
    }


async def _clock_difference(session: AsyncSession, now: datetime) -> timedelta:
    theirs: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return theirs - now
