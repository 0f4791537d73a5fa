"""Staff are told of an answer where replies arrive: one mail for each answer."""

from collections.abc import Collection as Group
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.answers.models import ClientAnswer
from invoice_tracker.answers.places import Place
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.client_answers import as_said
from invoice_tracker.domain.text_variables import listed
from invoice_tracker.firms.service import get_sender
from invoice_tracker.outbox.layout import Block, Button, MailLayout, render_html, render_text
from invoice_tracker.outbox.schemas import MailContent, one_line
from invoice_tracker.outbox.service import enqueue

NOTICE = "client_answer"
"""Kind of these mails. No rule about reminders ever stops one."""


async def tell_staff(
    session: AsyncSession,
    adapters: Adapters,
    *,
    place: Place,
    row: ClientAnswer,
    invoice_ids: Group[UUID],
    now: datetime,
) -> None:
    """Put the notice into the outbox; a firm without a sender has only To do."""
    sender = await get_sender(session, row.firm_id)
    if sender is None:
        return
    numbers = [each.number for each in place.invoices if each.id in invoice_ids]
    await enqueue(
        session,
        firm_id=row.firm_id,
        kind=NOTICE,
        dedupe_key=f"{NOTICE}:{row.id}",
        subject_id=row.id,
        recipient=sender.reply_to or sender.from_email,
        content=compose_notice(
            mail_from=adapters.settings.mail_from,
            firm_name=place.firm.name,
            client_name=place.client.name,
            row=row,
            numbers=numbers,
            link=f"{adapters.public_url}/to-do?tab=answers",
        ),
        now=now,
    )


def compose_notice(
    *,
    mail_from: str,
    firm_name: str,
    client_name: str,
    row: ClientAnswer,
    numbers: list[str],
    link: str,
) -> MailContent:
    """From the product itself; whoever replies writes to the client."""
    noun = "invoice" if len(numbers) == 1 else "invoices"
    title = f"{client_name} answered: {as_said(row.answer)}"
    blocks: list[Block] = [f"About {noun} {listed(numbers)}. The mail went to {row.recipient}."]
    if row.note:
        blocks.append(f"“{row.note}”")
    blocks.append("Reminders about it wait. Please decide how it goes on.")
    blocks.append(Button(label="Look at the answer", url=link))
    layout = MailLayout(heading=firm_name, title=title, blocks=blocks)
    return MailContent(
        from_name="Invoice Tracker",
        from_email=mail_from,
        reply_to=row.recipient,
        subject=one_line(title),
        text=render_text(layout),
        html=render_html(layout),
    )
