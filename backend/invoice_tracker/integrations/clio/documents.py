"""A bill as a document: Clio's own preview made into a PDF, and kept as long as the bill is so."""

from uuid import UUID

import httpx2
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from invoice_tracker.integrations.clio.access import ClioAccess, open_client
from invoice_tracker.integrations.clio.pdf import NotRendered, render_pdf
from invoice_tracker.integrations.clio.problems import ClioProblem
from invoice_tracker.invoices.models import BillDocument, Invoice
from invoice_tracker.ports import Document, NoDocument

PATIENCE = 10.0


async def load_document(
    access: ClioAccess, *, firm_id: UUID, invoice_id: UUID, http: httpx2.AsyncClient
) -> Document:
    """The bill as it is in Clio. Raises ``NoDocument`` in words, whatever went wrong."""
    async with access.database.transaction(firm_id) as session:
        invoice = await session.scalar(
            select(Invoice).where(Invoice.firm_id == firm_id, Invoice.id == invoice_id)
        )
        if invoice is None:
            raise NoDocument("There is no such invoice.")
        name = f"Invoice {invoice.number}.pdf"
        clio_id, etag = invoice.clio_id, invoice.etag
        kept = await session.scalar(
            select(BillDocument.pdf).where(
                BillDocument.invoice_id == invoice_id, BillDocument.etag == etag
            )
        )
    if kept is not None and etag:
        return Document(name, kept)
    try:
        async with open_client(
            access, firm_id, http=http, patience=PATIENCE, urgent=True
        ) as client:
            html = await client.get_text(f"bills/{clio_id}/preview.json")
        pdf = await render_pdf(html)
    except ClioProblem as problem:
        raise NoDocument(problem.message) from problem
    except NotRendered as problem:
        raise NoDocument(str(problem)) from problem
    await _keep(access, firm_id, invoice_id, etag=etag, pdf=pdf)
    return Document(name, pdf)


async def _keep(
    access: ClioAccess, firm_id: UUID, invoice_id: UUID, *, etag: str, pdf: bytes
) -> None:
    values = {"etag": etag, "pdf": pdf, "made_at": access.clock.now()}
    async with access.database.transaction(firm_id) as session:
        await session.execute(
            insert(BillDocument)
            .values(invoice_id=invoice_id, firm_id=firm_id, **values)
            .on_conflict_do_update(index_elements=["invoice_id"], set_=values)
        )
