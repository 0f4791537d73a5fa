"""What a person has answered about each invoice, as the page shows it back to them."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.answers.models import AnsweredInvoice, AnswerState, ClientAnswer
from invoice_tracker.answers.places import Place
from invoice_tracker.domain.client_answers import as_said
from invoice_tracker.domain.plain_dates import in_words


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest answer about an invoice; ``counts`` unless the firm has declined it."""

    words: str
    counts: bool


async def load_standing(session: AsyncSession, *, place: Place) -> dict[UUID, Standing]:
    """By invoice. Only this person's own answers: who else reads the client's mail is nobody's."""
    rows = await session.execute(
        select(AnsweredInvoice.invoice_id, ClientAnswer)
        .join(ClientAnswer, ClientAnswer.id == AnsweredInvoice.answer_id)
        .where(
            ClientAnswer.firm_id == place.firm.id,
            ClientAnswer.client_id == place.client.id,
            ClientAnswer.recipient == place.recipient,
            AnsweredInvoice.invoice_id.in_([each.id for each in place.invoices]),
            AnsweredInvoice.replaced_at.is_(None),
        )
        .order_by(ClientAnswer.created_at, ClientAnswer.id)
        .execution_options(populate_existing=True)
    )
    zone = ZoneInfo(place.firm.time_zone)
    return {invoice_id: _in_words(row, zone) for invoice_id, row in rows}


def _in_words(row: ClientAnswer, zone: ZoneInfo) -> Standing:
    day = in_words(row.created_at.astimezone(zone).date())
    words = f"You answered on {day}: {as_said(row.answer)}."
    if row.state is AnswerState.accepted:
        words += " We have seen it."
    if row.state is AnswerState.declined:
        words += " We have looked at it, and this invoice is open."
    return Standing(words, counts=row.state is not AnswerState.declined)
