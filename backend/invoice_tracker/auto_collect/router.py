"""Routes of Auto-Collect rules."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.auto_collect import presenting, repository, service
from invoice_tracker.auto_collect.dry_run import dry_run
from invoice_tracker.auto_collect.schemas import (
    ActivateInput,
    ChoicesOut,
    DryRunInput,
    DryRunOut,
    OrderInput,
    RuleInput,
    RuleOut,
    RuleUpdate,
)
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Items

router = APIRouter(prefix="/auto-collect-rules", tags=["auto_collect"], responses=PROBLEMS)

COUNT_CHANGED: dict[int | str, dict[str, Any]] = {
    409: {
        "description": (
            "`auto_collect_count_changed`: the problem has a member `dry_run`, what would start now"
        ),
        "content": PROBLEMS["4XX"]["content"],
    }
}


@router.get("", operation_id="auto_collect_rules_list")
async def list_rules(session: SessionDep, principal: Reader) -> Items[RuleOut]:
    """All rules, the one that counts first at the top."""
    rows = await repository.list_rules(session, firm_id=principal.firm_id)
    return Items(
        items=await presenting.present_rules(session, firm_id=principal.firm_id, rows=rows)
    )


@router.get("/choices", operation_id="auto_collect_rules_list_choices")
async def list_choices(
    session: SessionDep,
    principal: Reader,
    q: Annotated[str | None, Query(max_length=200, description="Part of a name")] = None,
) -> ChoicesOut:
    """What a rule can name: attorneys, practice areas, currencies; clients and matters like `q`."""
    text = q.replace("\0", "").strip() if q else None
    return await presenting.list_choices(session, firm_id=principal.firm_id, q=text)


@router.post("", operation_id="auto_collect_rules_create", status_code=201)
async def create_rule(
    session: SessionDep, principal: Biller, clock: ClockDep, body: RuleInput
) -> RuleOut:
    """A new rule behind all others, switched off."""
    rule_id = await service.create_rule(
        session, firm_id=principal.firm_id, rule=body, now=clock.now()
    )
    return await _show(session, principal.firm_id, rule_id)


@router.post("/reorder", operation_id="auto_collect_rules_reorder")
async def reorder_rules(
    session: SessionDep, principal: Biller, clock: ClockDep, body: OrderInput
) -> Items[RuleOut]:
    """Of several rules that fit an invoice the first counts. 409 when these are not all rules."""
    await service.reorder_rules(
        session, firm_id=principal.firm_id, rule_ids=body.rule_ids, now=clock.now()
    )
    return await list_rules(session, principal)


@router.post("/dry-run", operation_id="auto_collect_rules_dry_run")
async def try_rules(
    session: SessionDep, principal: Biller, clock: ClockDep, body: DryRunInput
) -> DryRunOut:
    """What a draft, a saved rule, or all rules that are on would start now. Changes nothing."""
    return await dry_run(session, firm_id=principal.firm_id, wanted=body, now=clock.now())


@router.get("/{rule_id}", operation_id="auto_collect_rules_get")
async def get_rule(session: SessionDep, principal: Reader, rule_id: UUID) -> RuleOut:
    """One rule."""
    return await _show(session, principal.firm_id, rule_id)


@router.put("/{rule_id}", operation_id="auto_collect_rules_update", responses=COUNT_CHANGED)
async def update_rule(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    rule_id: UUID,
    body: RuleUpdate,
) -> RuleOut:
    """Save it. For a rule that is on, `expected_count` says what the dry run showed."""
    await service.update_rule(
        session, firm_id=principal.firm_id, rule_id=rule_id, rule=body, now=clock.now()
    )
    background.add_task(adapters.poke, "start_by_rules", principal.firm_id)
    return await _show(session, principal.firm_id, rule_id)


@router.delete("/{rule_id}", operation_id="auto_collect_rules_delete", status_code=204)
async def delete_rule(
    session: SessionDep, principal: Biller, clock: ClockDep, rule_id: UUID
) -> None:
    """It starts nothing more; what it has started goes on."""
    await service.delete_rule(session, firm_id=principal.firm_id, rule_id=rule_id, now=clock.now())


@router.post(
    "/{rule_id}/activate",
    operation_id="auto_collect_rules_activate",
    responses=COUNT_CHANGED,
)
async def activate_rule(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    rule_id: UUID,
    body: ActivateInput,
) -> RuleOut:
    """Switch it on. 409 when other than `expected_count` invoices would start at once."""
    await service.activate_rule(
        session,
        firm_id=principal.firm_id,
        rule_id=rule_id,
        expected_count=body.expected_count,
        now=clock.now(),
    )
    background.add_task(adapters.poke, "start_by_rules", principal.firm_id)
    return await _show(session, principal.firm_id, rule_id)


@router.post("/{rule_id}/deactivate", operation_id="auto_collect_rules_deactivate")
async def deactivate_rule(
    session: SessionDep, principal: Biller, clock: ClockDep, rule_id: UUID
) -> RuleOut:
    """It starts nothing more; what it has started goes on."""
    await service.deactivate_rule(
        session, firm_id=principal.firm_id, rule_id=rule_id, now=clock.now()
    )
    return await _show(session, principal.firm_id, rule_id)


async def _show(session: AsyncSession, firm_id: UUID, rule_id: UUID) -> RuleOut:
    row = await repository.get_rule(session, firm_id=firm_id, rule_id=rule_id)
    [shown] = await presenting.present_rules(session, firm_id=firm_id, rows=[row])
    return shown
