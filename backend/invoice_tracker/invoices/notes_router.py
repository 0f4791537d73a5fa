"""Routes of the notes on an invoice."""

from uuid import UUID

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Holder, Principal, Reader
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Items
from invoice_tracker.invoices import notes
from invoice_tracker.invoices.note_models import InvoiceNote
from invoice_tracker.invoices.note_schemas import NoteInput, NoteOut
from invoice_tracker.invoices.repository import get_invoice

router = APIRouter(tags=["invoices"], responses=PROBLEMS)


@router.get("/invoices/{invoice_id}/notes", operation_id="invoices_list_notes")
async def list_notes(session: SessionDep, principal: Reader, invoice_id: UUID) -> Items[NoteOut]:
    """What staff have written on the invoice, newest first."""
    await get_invoice(session, firm_id=principal.firm_id, invoice_id=invoice_id)
    found = await notes.list_notes(session, firm_id=principal.firm_id, invoice_id=invoice_id)
    return Items(items=[_present(note, principal) for note in found])


@router.post("/invoices/{invoice_id}/notes", operation_id="invoices_create_note", status_code=201)
async def create_note(
    session: SessionDep, principal: Holder, clock: ClockDep, invoice_id: UUID, body: NoteInput
) -> NoteOut:
    """Write a note. Clients never see it."""
    await get_invoice(session, firm_id=principal.firm_id, invoice_id=invoice_id)
    note = await notes.add_note(
        session,
        firm_id=principal.firm_id,
        invoice_id=invoice_id,
        text=body.text,
        author_id=principal.user_id,
        author=principal.name,
        now=clock.now(),
    )
    return _present(note, principal)


@router.delete("/invoice-notes/{note_id}", operation_id="invoice_notes_delete", status_code=204)
async def delete_note(
    session: SessionDep, principal: Holder, clock: ClockDep, note_id: UUID
) -> None:
    """Delete a note: one's own, or anybody's as billing or owner."""
    await notes.set_deleted(
        session,
        firm_id=principal.firm_id,
        note_id=note_id,
        deleted_at=clock.now(),
        user_id=principal.user_id,
        may_others=_may_others(principal),
    )


@router.post("/invoice-notes/{note_id}/restore", operation_id="invoice_notes_restore")
async def restore_note(session: SessionDep, principal: Holder, note_id: UUID) -> NoteOut:
    """Bring a deleted note back."""
    note = await notes.set_deleted(
        session,
        firm_id=principal.firm_id,
        note_id=note_id,
        deleted_at=None,
        user_id=principal.user_id,
        may_others=_may_others(principal),
    )
    return _present(note, principal)


def _may_others(principal: Principal) -> bool:
    return principal.role in (Role.owner, Role.billing)


def _present(note: InvoiceNote, principal: Principal) -> NoteOut:
    is_own = note.author_id == principal.user_id
    may_delete = _may_others(principal) or (is_own and principal.role is not Role.viewer)
    return NoteOut(
        id=note.id,
        text=note.text,
        author=note.author,
        created_at=note.created_at,
        can_delete=may_delete,
    )
