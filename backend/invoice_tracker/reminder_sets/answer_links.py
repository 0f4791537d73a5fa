"""The link in a mail by which its reader answers: paid, will pay, disputes, needs a plan."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import Vault
from invoice_tracker.firms.links import make_link_of_person
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.payments.groups import find_or_make_group

LASTS = timedelta(days=180)
"""From the last mail that had the link."""
EXAMPLE = "example"
"""In the place of a token, where a mail is only looked at."""


async def make_answer_link(
    session: AsyncSession,
    vault: Vault,
    *,
    firm_id: UUID,
    invoice_ids: Sequence[UUID],
    recipient: str,
    now: datetime,
) -> str:
    """The token by which this person answers about these invoices of one client.

    The same each time as long as it works. Raises ``NotFound`` and ``Invalid`` as the link to pay
    several does.
    """
    kind, subject_id = LinkKind.answer, invoice_ids[0]
    if len(invoice_ids) > 1:
        kind = LinkKind.answer_group
        subject_id = await find_or_make_group(
            session, firm_id=firm_id, invoice_ids=invoice_ids, now=now
        )
    return await make_link_of_person(
        session,
        vault,
        firm_id=firm_id,
        kind=kind,
        subject_id=subject_id,
        person=recipient,
        now=now,
        lasts=LASTS,
    )
