"""Thanks for payments: written when money has come in, looked at again before the mail leaves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.thanks import AFTER_THIS_TOO_LATE, when_to_thank
from invoice_tracker.firms.models import Firm
from invoice_tracker.firms.service import get_firm, may_send
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.outbox.handlers import Cancel, Decision, Later, Send
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.schemas import DueMessage, Outcome
from invoice_tracker.outbox.service import enqueue
from invoice_tracker.reminder_sets.mail import CannotWrite
from invoice_tracker.reminder_sets.models import MailText
from invoice_tracker.reminder_sets.thank_you import load_text, text_of
from invoice_tracker.reminder_sets.thanked import (
    THANK_YOU,
    Paid,
    address_of,
    find_new,
    find_one,
    write_thanks,
)

SWITCHED_OFF = "Thank-you mails were switched off."
GIVEN_BACK = "The payment was given back, or the client's bank disputes it."
TOO_LATE = "The payment came in too long ago to thank for it now."
OTHER_ADDRESS = "The client's address has changed."
MOST_AT_ONCE = 100
"""Mails written in one round; the others follow in the next ones."""
_log = structlog.get_logger()


async def thank_for_payments(adapters: Adapters, firm_id: UUID) -> int:
    """Write the mails for payments that came in; how many. In Safe Mode none, and none later."""
    now = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        text = await load_text(session, firm_id=firm_id)
        if not text.is_enabled:
            return 0
        found = await find_new(session, firm_id=firm_id, text=text, now=now)
        if found and THANK_YOU not in await may_send(session, firm_id=firm_id):
            text.enabled_since = now
            return 0
        firm = await get_firm(session, firm_id)
        # All at once and before their links, as everybody does who needs several.
        paid_for = {invoice_id for paid in found for invoice_id in paid.invoice_ids}
        await lock_invoices(session, firm_id=firm_id, invoice_ids=paid_for)
        written = 0
        for paid in found:
            written += await _thank(session, adapters, firm, text, paid, now)
            if written == MOST_AT_ONCE:
                break
    return written


async def _thank(
    session: AsyncSession, adapters: Adapters, firm: Firm, text: MailText, paid: Paid, now: datetime
) -> bool:
    recipient = await address_of(session, firm_id=firm.id, paid=paid)
    if recipient is None:
        return False
    try:
        content = await write_thanks(
            session, adapters, firm=firm, text=text_of(text), paid=paid, now=now
        )
    except CannotWrite as error:
        _log.warning("thanks_not_written", payment_id=str(paid.lead.id), problem=str(error))
        return False
    message_id = await enqueue(
        session,
        firm_id=firm.id,
        kind=THANK_YOU,
        dedupe_key=f"thank-you:{paid.lead.id}",
        subject_id=paid.lead.id,
        recipient=recipient,
        content=content,
        now=now,
        due_at=when_to_thank(now, ZoneInfo(firm.time_zone)),
    )
    return message_id is not None


class ThanksDelivery:
    """Handler of the kind ``thank_you``: is there still something to thank for?"""

    automatic = True

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters

    async def look_again(
        self,
        firm_id: UUID,  # noqa: ARG002
        messages: Sequence[DueMessage],  # noqa: ARG002
    ) -> Mapping[UUID, Later]:
        """Nothing is asked outside: a payment that was given back is known here."""
        return {}

    async def confirm(self, session: AsyncSession, message: DueMessage) -> Decision:
        """Lock the invoices, look at the payment again, and write with what is open now."""
        now = self._adapters.clock.now()
        text = await load_text(session, firm_id=message.firm_id)
        if not text.is_enabled:
            return Cancel(SWITCHED_OFF)
        paid = await _locked(session, message)
        if paid is None or not paid.is_thankworthy:
            return Cancel(GIVEN_BACK)
        if (paid.lead.settled_at or paid.lead.created_at) <= now - AFTER_THIS_TOO_LATE:
            return Cancel(TOO_LATE)
        if await address_of(session, firm_id=message.firm_id, paid=paid) != message.recipient:
            return Cancel(OTHER_ADDRESS)
        firm = await get_firm(session, message.firm_id)
        try:
            content = await write_thanks(
                session, self._adapters, firm=firm, text=text_of(text), paid=paid, now=now
            )
        except CannotWrite as error:
            return Cancel(str(error))
        return Send(content)

    async def record(self, session: AsyncSession, message: DueMessage, outcome: Outcome) -> None:
        """Tell it in the timeline of each invoice that was paid."""
        paid = await _locked(session, message)
        title = _TITLES[outcome.state].format(to=message.recipient)
        for payment in paid.payments if paid else ():
            if payment.invoice_id is None:
                continue
            await timeline.add(
                session,
                firm_id=message.firm_id,
                invoice_id=payment.invoice_id,
                at=outcome.at,
                kind=f"thank_you_{outcome.state.value}",
                title=title,
                detail=None if outcome.state is MessageState.sent else outcome.reason,
                payment_id=payment.id,
            )


_TITLES = {
    MessageState.sent: "A thank-you mail was sent to {to}",
    MessageState.cancelled: "The thank-you mail was not sent",
    MessageState.failed: "The thank-you mail to {to} could not be delivered",
    MessageState.uncertain: "Perhaps the thank-you mail to {to} left, perhaps not",
}


async def _locked(session: AsyncSession, message: DueMessage) -> Paid | None:
    """What was paid, under the lock that a refund takes too."""
    if message.subject_id is None:
        return None
    of = {"firm_id": message.firm_id, "payment_id": message.subject_id}
    before = await find_one(session, **of)
    if before is None:
        return None
    await lock_invoices(session, firm_id=message.firm_id, invoice_ids=before.invoice_ids)
    return await find_one(session, **of)
