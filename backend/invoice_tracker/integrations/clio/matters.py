"""Reading what a bill does not say of its matters: the responsible attorney and the practice area.

Fields nest one level deep, so a bill brings its matters but not whose they are. A matter is read
once when its first bill comes, and again when Clio says that it has changed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient, Params
from invoice_tracker.integrations.clio.listings import PAGE, clio_instant
from invoice_tracker.integrations.clio.models import RunKind
from invoice_tracker.integrations.clio.problems import ClioForbidden, ClioMalformed, ClioRefused
from invoice_tracker.integrations.clio.progress import Progress, one_step
from invoice_tracker.integrations.clio.reading import batches
from invoice_tracker.integrations.clio.schemas import Address, ClioId, FromClio, Text
from invoice_tracker.invoices import matter_details
from invoice_tracker.invoices.records import AttorneyRecord, MatterDetails

FIELDS = "id,responsible_attorney{id,name,email},practice_area{id,name}"
USER_FIELDS = "id,name,email"
MATTERS = "matters.json"
USERS = "users.json"
Thing = TypeVar("Thing")


class ClioUser(FromClio):
    """A colleague."""

    id: ClioId
    name: Text | None = None
    email: Address = None

    def to_record(self) -> AttorneyRecord:
        """The person in the product's terms."""
        return AttorneyRecord(self.id, self.name or None, self.email)


class ClioPracticeArea(FromClio):
    """A practice area."""

    name: Text | None = None


class ClioMatterDetails(FromClio):
    """Whose a matter is, and what it is about."""

    id: ClioId
    responsible_attorney: ClioUser | None = None
    practice_area: ClioPracticeArea | None = None

    def to_record(self) -> MatterDetails:
        """The details in the product's terms."""
        attorney = self.responsible_attorney
        area = self.practice_area.name if self.practice_area else None
        return MatterDetails(self.id, attorney.to_record() if attorney else None, area or None)


_matters = TypeAdapter(list[ClioMatterDetails])
_users = TypeAdapter(list[ClioUser])


async def read_matters(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    """Read new matters; once an hour those that have changed; at night what was refused before.

    Raises ``ClioProblem``; what was read before it is stored.
    """
    await _read_unread(access, client, progress)
    if progress.side_since is not None:
        await _read_changed(access, client, progress, progress.side_since)
    if progress.kind is RunKind.reconciliation:
        await _read_bare(access, client, progress)
        await _read_attorneys(access, client, progress)


async def _read_unread(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    while clio_ids := await _ids(access, progress, matter_details.list_unread):
        try:
            await _read(access, client, progress, clio_ids)
        except (ClioForbidden, ClioRefused):
            # Asking again each quarter of an hour would not help: the night tries once more.
            await _mark(access, progress, clio_ids)
            raise


async def _read_bare(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    for batch in batches(await _ids(access, progress, matter_details.list_bare)):
        await _read(access, client, progress, batch)


async def _read(
    access: ClioAccess, client: ClioClient, progress: Progress, clio_ids: Sequence[int]
) -> None:
    """At most 200 matters. One that Clio does not show stays as it is."""
    params: Params = {"ids[]": list(clio_ids), "fields": FIELDS, "limit": PAGE}
    async for page in client.pages(MATTERS, params):
        await _store(access, client, progress, page.data, only=clio_ids)
    await _mark(access, progress, clio_ids)


async def _read_changed(
    access: ClioAccess, client: ClioClient, progress: Progress, since: datetime
) -> None:
    params: Params = {
        "fields": FIELDS,
        "updated_since": clio_instant(since),
        "order": "id(asc)",
        "limit": PAGE,
    }
    async for page in client.pages(MATTERS, params):
        await _store(access, client, progress, page.data, only=None)


async def _read_attorneys(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    """A colleague's new name or address changes no matter, so people are read on their own."""
    params: Params = {"fields": USER_FIELDS, "order": "id(asc)", "limit": PAGE}
    async for page in client.pages(USERS, params):
        people = [user.to_record() for user in _parse(_users, page.data, "A colleague")]
        async with one_step(access, client, progress) as session:
            await matter_details.store_attorneys(
                session, firm_id=progress.firm_id, attorneys=people
            )


async def _store(
    access: ClioAccess,
    client: ClioClient,
    progress: Progress,
    items: Any,
    *,
    only: Collection[int] | None,
) -> None:
    found = [matter.to_record() for matter in _parse(_matters, items, "A matter")]
    if only is not None:
        found = [details for details in found if details.clio_id in only]
    async with one_step(access, client, progress) as session:
        await matter_details.store_details(
            session, firm_id=progress.firm_id, details=found, now=access.clock.now()
        )


async def _ids(access: ClioAccess, progress: Progress, query: Any) -> Sequence[int]:
    async with access.database.transaction(progress.firm_id) as session:
        found: Sequence[int] = await query(session, firm_id=progress.firm_id)
        return found


async def _mark(access: ClioAccess, progress: Progress, clio_ids: Collection[int]) -> None:
    async with access.database.transaction(progress.firm_id) as session:
        await matter_details.mark_read(
            session, firm_id=progress.firm_id, clio_ids=clio_ids, now=access.clock.now()
        )


def _parse(shape: TypeAdapter[list[Thing]], items: Any, what: str) -> list[Thing]:
    try:
        return shape.validate_python(items)
    except ValidationError as error:
        raise ClioMalformed(f"{what} could not be read from Clio.") from error
