"""Routes of the three-way proof: the checks, their lines, and a check now."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query
from fastapi.responses import StreamingResponse

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Items, Page
from invoice_tracker.domain.payment_findings import Standing
from invoice_tracker.payments import proof_lines, proof_runs
from invoice_tracker.payments.proof_export import as_csv
from invoice_tracker.payments.proof_lines import LineFilter
from invoice_tracker.payments.proof_models import ProofKind
from invoice_tracker.payments.proof_schemas import (
    PaymentAlertOut,
    PaymentProofLineOut,
    PaymentProofOut,
)

JOB = "prove_payments"
router = APIRouter(prefix="/payment-proofs", tags=["payment_proofs"], responses=PROBLEMS)

SearchParam = Annotated[
    str | None,
    Query(max_length=200, description="Part of an invoice number or client name, or a reference"),
]


@router.post("", operation_id="payment_proofs_create", status_code=202)
async def create_proof(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
) -> PaymentProofOut:
    """Check Stripe, the books and Clio now. When a check is under way, that one is the answer."""
    proof = await proof_runs.begin_proof(
        session,
        firm_id=principal.firm_id,
        kind=ProofKind.by_hand,
        now=clock.now(),
        asked_by=principal.name,
    )
    # The queue only wakes the worker: a lost poke is found by its next tick.
    background.add_task(adapters.poke, JOB, principal.firm_id)
    return PaymentProofOut.of(proof)


@router.get("", operation_id="payment_proofs_list")
async def list_proofs(
    session: SessionDep,
    principal: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Items[PaymentProofOut]:
    """The latest checks, newest first. They are kept for 30 days."""
    found = await proof_runs.list_proofs(session, firm_id=principal.firm_id, limit=limit)
    return Items(items=[PaymentProofOut.of(proof) for proof in found])


@router.get("/alerts", operation_id="payment_proofs_list_alerts")
async def list_alerts(session: SessionDep, principal: Reader) -> Items[PaymentAlertOut]:
    """Differences that did not pass by themselves, the oldest first: a person has to look."""
    found = await proof_lines.list_alerts(session, firm_id=principal.firm_id)
    return Items(items=[PaymentAlertOut.of(*alert) for alert in found])


@router.get("/{proof_id}", operation_id="payment_proofs_get")
async def get_proof(session: SessionDep, principal: Reader, proof_id: UUID) -> PaymentProofOut:
    """One check, and how far it is."""
    proof = await proof_runs.get_proof(session, firm_id=principal.firm_id, proof_id=proof_id)
    return PaymentProofOut.of(proof)


@router.get("/{proof_id}/lines", operation_id="payment_proofs_list_lines")
async def list_lines(
    session: SessionDep,
    principal: Reader,
    proof_id: UUID,
    standing: Standing | None = None,
    q: SearchParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[PaymentProofLineOut]:
    """Every payment in Stripe, here and in Clio, the differences first. Amounts in minor units."""
    await proof_runs.get_proof(session, firm_id=principal.firm_id, proof_id=proof_id)
    lines, next_cursor = await proof_lines.list_lines(
        session,
        firm_id=principal.firm_id,
        proof_id=proof_id,
        wanted=LineFilter(standing=standing, text=q),
        limit=limit,
        cursor=cursor,
    )
    return Page(items=[PaymentProofLineOut.of(line) for line in lines], next_cursor=next_cursor)


@router.get(
    "/{proof_id}/export",
    operation_id="payment_proofs_export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}, "description": "The lines, as a file"}},
)
async def export_proof(
    session: SessionDep,
    principal: Reader,
    adapters: AdaptersDep,
    proof_id: UUID,
    standing: Standing | None = None,
    q: SearchParam = None,
) -> StreamingResponse:
    """The lines as CSV, the differences first. Amounts are exact, days are the firm's."""
    proof = await proof_runs.get_proof(session, firm_id=principal.firm_id, proof_id=proof_id)
    day = (proof.finished_at or proof.started_at).date().isoformat()
    firm_id, zone = principal.firm_id, principal.firm_time_zone

    # The request's own transaction ends before the answer leaves.
    async def stream() -> AsyncIterator[str]:
        async with adapters.database.transaction(firm_id) as own:
            lines = proof_lines.all_lines(
                own,
                firm_id=firm_id,
                proof_id=proof_id,
                wanted=LineFilter(standing=standing, text=q),
            )
            async for row in as_csv(lines, time_zone=zone):
                yield row

    name = f"payments-proof-{day}.csv"
    return StreamingResponse(
        stream(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
