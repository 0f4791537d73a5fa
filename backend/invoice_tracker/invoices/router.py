"""Routes of invoices."""

from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from invoice_tracker.accounts.deps import Reader
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS, Unavailable
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Items, MoneyOut, Page
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.invoices import matters, repository, timeline, totals
from invoice_tracker.invoices.exporting import as_csv
from invoice_tracker.invoices.filtering import WantedParam
from invoice_tracker.invoices.overview import set_now
from invoice_tracker.invoices.presenting import present_detail, present_row
from invoice_tracker.invoices.repository import Section, Sort
from invoice_tracker.invoices.rule_names import load_rule_names
from invoice_tracker.invoices.schemas import (
    InvoiceDetail,
    InvoiceRow,
    SectionOut,
    TimelineEntryOut,
)
from invoice_tracker.ports import NoDocument

router = APIRouter(prefix="/invoices", tags=["invoices"], responses=PROBLEMS)


@router.get("", operation_id="invoices_list")
async def list_invoices(
    session: SessionDep,
    principal: Reader,
    clock: ClockDep,
    wanted: WantedParam,
    sort: Sort = Sort.due_on,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[InvoiceRow]:
    """Invoices of one section or of all, with how many match in all."""
    await set_now(session, clock.now())
    rows, next_cursor = await repository.list_invoices(
        session,
        firm_id=principal.firm_id,
        wanted=wanted,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )
    zone = principal.firm_time_zone
    today = local_day(clock.now(), zone)
    all_matters = await matters.load_matters(session, firm_id=principal.firm_id, rows=rows)
    rules = await load_rule_names(session, rows=rows)
    return Page(
        items=[
            present_row(
                row,
                matters=all_matters[row.id],
                rule=rules.get(row.id),
                today=today,
                time_zone=zone,
            )
            for row in rows
        ],
        next_cursor=next_cursor,
        total=await totals.count_invoices(session, firm_id=principal.firm_id, wanted=wanted),
    )


@router.get("/sections", operation_id="invoices_sections")
async def list_sections(
    session: SessionDep,
    principal: Reader,
    clock: ClockDep,
    wanted: WantedParam,
) -> Items[SectionOut]:
    """Every section with its count, and its total in each currency.

    With ``section`` the others count nothing.
    """
    await set_now(session, clock.now())
    found = await totals.total_sections(
        session,
        firm_id=principal.firm_id,
        wanted=wanted,
    )
    return Items(
        items=[
            SectionOut(
                section=section,
                count=sum(part.count for part in found if part.section is section),
                totals=[
                    MoneyOut(amount_minor=part.amount_minor, currency=part.currency)
                    for part in found
                    if part.section is section
                ],
            )
            for section in Section
        ]
    )


@router.get(
    "/export",
    operation_id="invoices_export",
    response_class=StreamingResponse,
    responses={200: {"description": "A CSV file", "content": {"text/csv": {}}}},
)
async def export_invoices(
    adapters: AdaptersDep,
    principal: Reader,
    clock: ClockDep,
    wanted: WantedParam,
    sort: Sort = Sort.due_on,
) -> StreamingResponse:
    """All invoices that the filters match, in the list's order, as a CSV file."""
    firm_id, time_zone, now = principal.firm_id, principal.firm_time_zone, clock.now()

    async def lines() -> AsyncIterator[str]:
        # A transaction of its own: the request's has ended when the file is on its way.
        async with adapters.database.transaction(firm_id) as session:
            await set_now(session, now)
            rows = repository.stream_invoices(session, firm_id=firm_id, wanted=wanted, sort=sort)
            async for line in as_csv(rows, now=now, time_zone=time_zone):
                yield line

    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="invoices.csv"'},
    )


@router.get("/{invoice_id}", operation_id="invoices_get")
async def get_invoice(
    session: SessionDep,
    principal: Reader,
    adapters: AdaptersDep,
    clock: ClockDep,
    invoice_id: UUID,
) -> InvoiceDetail:
    """One invoice. ``pay_url`` is the page its mails link to."""
    now = clock.now()
    await set_now(session, now)
    row = await repository.get_invoice(session, firm_id=principal.firm_id, invoice_id=invoice_id)
    pay_url = None
    if row.section is not None:
        token = await make_link(
            session,
            adapters.vault,
            firm_id=principal.firm_id,
            kind=LinkKind.pay,
            subject_id=invoice_id,
            now=now,
        )
        pay_url = f"{adapters.public_url}/pay/{token}"
    all_matters = await matters.load_matters(session, firm_id=principal.firm_id, rows=[row])
    return present_detail(
        row,
        matters=all_matters[row.id],
        special=await matters.load_special(
            session, firm_id=principal.firm_id, invoice_id=invoice_id
        ),
        rule=(await load_rule_names(session, rows=[row])).get(row.id),
        today=local_day(now, principal.firm_time_zone),
        time_zone=principal.firm_time_zone,
        pay_url=pay_url,
    )


@router.get("/{invoice_id}/timeline", operation_id="invoices_timeline")
async def list_timeline(
    session: SessionDep, principal: Reader, invoice_id: UUID
) -> Items[TimelineEntryOut]:
    """What happened to the invoice, newest first."""
    await repository.get_invoice(session, firm_id=principal.firm_id, invoice_id=invoice_id)
    entries = await timeline.list_entries(session, firm_id=principal.firm_id, invoice_id=invoice_id)
    return Items(items=[TimelineEntryOut.model_validate(entry) for entry in entries])


@router.get(
    "/{invoice_id}/document",
    operation_id="invoices_get_document",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The bill as a PDF"}},
)
async def get_document(
    session: SessionDep, principal: Reader, adapters: AdaptersDep, invoice_id: UUID
) -> Response:
    """The bill as a PDF, made of what Clio shows. 502 with the reason when it cannot be had."""
    await repository.get_invoice(session, firm_id=principal.firm_id, invoice_id=invoice_id)
    try:
        document = await adapters.billing.document(principal.firm_id, invoice_id)
    except NoDocument as problem:
        raise Unavailable(str(problem)) from problem
    name = quote(document.name, safe="")
    return Response(
        document.pdf,
        media_type="application/pdf",
        headers={"Content-Disposition": f"inline; filename*=UTF-8''{name}"},
    )
