"""Reading given contacts by their ids: with every address, which no bill brings."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient, Params
from invoice_tracker.integrations.clio.problems import ClioMalformed
from invoice_tracker.integrations.clio.reading import BATCH, batches
from invoice_tracker.integrations.clio.schemas import CONTACT_FIELDS, ClioContact
from invoice_tracker.integrations.clio.storing import store_contacts

_contacts = TypeAdapter(list[ClioContact])


def parse_contacts(items: Any) -> list[ClioContact]:
    """The contacts of a page. Raises ``ClioMalformed``."""
    try:
        return _contacts.validate_python(items)
    except ValidationError as error:
        raise ClioMalformed("A contact could not be read from Clio.") from error


async def read_contacts_of(
    access: ClioAccess, client: ClioClient, firm_id: UUID, clio_ids: Iterable[int]
) -> set[UUID]:
    """Read these contacts and store what changed of them, 200 a request.

    Ids of the open invoices whose recipient changed. One that Clio gives no more, because it was
    deleted or merged into another, stays as it is: its bills tell what became of it. Raises
    ``ClioProblem``; what was read before it is stored.
    """
    changed: set[UUID] = set()
    for batch in batches(sorted(set(clio_ids))):
        params: Params = {"ids[]": list(batch), "fields": CONTACT_FIELDS, "limit": BATCH}
        async for page in client.pages("contacts.json", params):
            contacts = [contact for contact in parse_contacts(page.data) if contact.id in batch]
            async with access.database.transaction(firm_id) as session:
                changed |= await store_contacts(
                    session, firm_id=firm_id, contacts=contacts, now=access.clock.now()
                )
    return changed
