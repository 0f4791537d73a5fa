"""When each person was last written to, over all sets: the least gap between two mails."""

from collections.abc import Collection as Group
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.domain.reminder_groups import Grouping, GroupKey, group_key
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.outbox.models import MessageState, OutboxMessage


@dataclass(frozen=True, slots=True)
class RecentMail:
    """Instants by recipient: of the last mail that left, and of mails that are decided."""

    left: dict[str, datetime]
    queued: dict[str, list[tuple[GroupKey, datetime]]]

    def last_to(
        self, recipient: str | None, *, but_queued_by: GroupKey, queued_counts: bool
    ) -> datetime | None:
        """The last mail to this person; one that waits for the same group does not count."""
        if recipient is None:
            return None
        instants = [self.left[recipient]] if recipient in self.left else []
        if queued_counts:
            instants += [
                at for group, at in self.queued.get(recipient, []) if group != but_queued_by
            ]
        return max(instants, default=None)


async def load_recent_mail(
    session: AsyncSession, *, firm_id: UUID, grouping: Grouping, recipients: Group[str]
) -> RecentMail:
    """Mails to these people. One that is leaving, or perhaps left, counts as left."""
    left = await _left(session, firm_id, recipients)
    queued: dict[str, list[tuple[GroupKey, datetime]]] = {}
    for recipient, invoice, decided_at, leaving_until in await _queued(
        session, firm_id, recipients
    ):
        if leaving_until is None:
            queued.setdefault(recipient, []).append((_group(grouping, invoice), decided_at))
        else:
            left[recipient] = max(left.get(recipient, leaving_until), leaving_until)
    return RecentMail(left, queued)


async def _left(
    session: AsyncSession, firm_id: UUID, recipients: Group[str]
) -> dict[str, datetime]:
    rows = await session.execute(
        select(Reminder.recipient, func.max(Reminder.ended_at))
        .where(
            Reminder.firm_id == firm_id,
            Reminder.recipient.in_(recipients),
            Reminder.state.in_([ReminderState.sent, ReminderState.uncertain]),
        )
        .group_by(Reminder.recipient)
    )
    return {recipient: at for recipient, at in rows if recipient and at}


def _group(grouping: Grouping, invoice: Invoice) -> GroupKey:
    return group_key(
        grouping,
        invoice_id=invoice.id,
        client_id=invoice.client_id,
        matter_id=invoice.matter_id,
        currency=invoice.currency,
    )


async def _queued(
    session: AsyncSession, firm_id: UUID, recipients: Group[str]
) -> list[tuple[str, Invoice, datetime, datetime | None]]:
    """Recipient, invoice, when it was decided; and for one that is leaving, till when."""
    rows = await session.execute(
        select(
            Reminder.recipient,
            Invoice,
            Reminder.created_at,
            OutboxMessage.state,
            OutboxMessage.lease_until,
        )
        .join(Invoice, Invoice.id == Reminder.invoice_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == Reminder.outbox_message_id)
        .where(
            Reminder.firm_id == firm_id,
            Reminder.recipient.in_(recipients),
            Reminder.state == ReminderState.queued,
        )
    )
    return [
        (recipient, invoice, at, until if state is MessageState.sending else None)
        for recipient, invoice, at, state, until in rows
        if recipient is not None
    ]
