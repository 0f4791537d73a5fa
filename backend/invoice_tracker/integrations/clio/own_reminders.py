"""Clio's own reminders: whom Clio itself writes to, so that the firm is warned of mailing twice."""

from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient, Params
from invoice_tracker.integrations.clio.problems import ClioMalformed
from invoice_tracker.integrations.clio.schemas import ClioRef, FromClio
from invoice_tracker.invoices import service as invoices

FIELDS = "reminders_enabled,contact{id}"
PAGE = 200


class ClioOutstanding(FromClio):
    """What a client owes in all; of it we ask only whether Clio reminds them."""

    reminders_enabled: bool | None = None
    contact: ClioRef | None = None


_outstanding = TypeAdapter(list[ClioOutstanding])


async def read_own_reminders(access: ClioAccess, client: ClioClient, firm_id: UUID) -> set[UUID]:
    """Note which clients Clio sends reminders to. Ids of those for whom that changed.

    Clio lists who owes something, in one currency or several. Of a client that it does not list
    we keep what we knew: nobody writes to them now, and the next listing that has them tells.
    Raises ``ClioProblem``, and then nothing is stored.
    """
    enabled: dict[int, bool] = {}
    params: Params = {"fields": FIELDS, "limit": PAGE}
    async for page in client.pages("outstanding_client_balances.json", params):
        for row in _parse(page.data):
            if row.contact is not None and row.contact.id is not None:
                before = enabled.get(row.contact.id, False)
                enabled[row.contact.id] = before or bool(row.reminders_enabled)
    async with access.database.transaction(firm_id) as session:
        return await invoices.store_own_reminders(session, firm_id=firm_id, enabled=enabled)


def _parse(items: Any) -> list[ClioOutstanding]:
    try:
        return _outstanding.validate_python(items)
    except ValidationError as error:
        raise ClioMalformed("Whom Clio itself reminds could not be read.") from error
