"""Notes on an invoice: who writes, who reads, who deletes, and that deleting can be undone."""

import httpx
import pytest

from conftest import log_in
from factories import make_client, make_invoice, make_user
from fakes import MovableClock
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm


@pytest.fixture
async def notes(adapters: Adapters, firm: Firm, clock: MovableClock) -> str:
    """Address of the notes on one invoice."""
    now = clock.now()
    async with adapters.database.transaction(firm.id) as session:
        ada = await make_client(session, firm=firm)
        invoice = await make_invoice(session, firm=firm, client=ada, now=now, due_on=now.date())
    return f"/api/v1/invoices/{invoice.id}/notes"


async def texts(client: httpx.AsyncClient, notes: str) -> list[str]:
    return [note["text"] for note in (await client.get(notes)).json()["items"]]


async def as_role(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, role: Role
) -> httpx.AsyncClient:
    async with adapters.database.transaction(firm.id) as session:
        user = await make_user(session, firm=firm, now=adapters.clock.now(), role=role)
    await log_in(client, adapters, user)
    return client


async def test_a_note_is_written_deleted_and_brought_back(
    client: httpx.AsyncClient, notes: str
) -> None:
    first = await client.post(notes, json={"text": "  Called: pays on Friday.  "})
    assert first.status_code == 201
    note = first.json()
    assert (note["text"], note["author"], note["can_delete"]) == (
        "Called: pays on Friday.",
        "Dana Hale",
        True,
    )
    await client.post(notes, json={"text": "Second"})
    assert sorted(await texts(client, notes)) == ["Called: pays on Friday.", "Second"]
    for _ in range(2):
        gone = await client.delete(f"/api/v1/invoice-notes/{note['id']}")
        assert gone.status_code == 204
    assert await texts(client, notes) == ["Second"]
    back = await client.post(f"/api/v1/invoice-notes/{note['id']}/restore")
    assert back.json()["text"] == note["text"]
    assert sorted(await texts(client, notes)) == ["Called: pays on Friday.", "Second"]


@pytest.mark.parametrize("text", ["", "   ", "a\0b", "x" * 4001])
async def test_what_is_no_note_is_refused(client: httpx.AsyncClient, notes: str, text: str) -> None:
    assert (await client.post(notes, json={"text": text})).status_code == 422
    assert await texts(client, notes) == []


async def test_an_attorney_writes_and_deletes_own_notes_only(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, notes: str
) -> None:
    owners = (await client.post(notes, json={"text": "The owner's"})).json()
    attorney = await as_role(client, adapters, firm, Role.attorney)
    own = (await attorney.post(notes, json={"text": "My own"})).json()
    rights = {
        note["text"]: note["can_delete"] for note in (await attorney.get(notes)).json()["items"]
    }
    assert rights == {"The owner's": False, "My own": True}
    refused = await attorney.delete(f"/api/v1/invoice-notes/{owners['id']}")
    assert refused.status_code == 403
    assert (await attorney.delete(f"/api/v1/invoice-notes/{own['id']}")).status_code == 204
    assert await texts(attorney, notes) == ["The owner's"]


async def test_a_viewer_reads_only(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, notes: str
) -> None:
    note = (await client.post(notes, json={"text": "Seen by all"})).json()
    viewer = await as_role(client, adapters, firm, Role.viewer)
    assert await texts(viewer, notes) == ["Seen by all"]
    assert (await viewer.post(notes, json={"text": "No"})).status_code == 403
    assert (await viewer.delete(f"/api/v1/invoice-notes/{note['id']}")).status_code == 403
