"""The three-way proof: once a night for each firm, and when staff ask for it.

What Stripe lists and what Clio shows is read first and stored nowhere; then the books are read, and
a pure function compares the three. What differs is read again by the usual idempotent ways, and
looked at once more some minutes later: only what is left is for people.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.payment_findings import (
    HEALED_FROM_STRIPE,
    Line,
    Sides,
    judge,
)
from invoice_tracker.domain.payment_proof import (
    ClioAllocation,
    ClioBill,
    InClio,
    InStripe,
    Progress,
    pair,
)
from invoice_tracker.firms.models import Firm
from invoice_tracker.payments.proof_books import Books, read_books
from invoice_tracker.payments.proof_models import PaymentProof, ProofKind, ProofState, ProofStep
from invoice_tracker.payments.proof_runs import (
    begin_proof,
    drop_old,
    is_night_due,
    lock_mine,
    pick_up,
    take_step,
)
from invoice_tracker.payments.proof_storing import store_lines
from invoice_tracker.ports import BillPayments, GatewayPayment, GatewayProblem

ReadAgain = Callable[[Adapters, UUID, str], Awaitable[None]]
"""Reads a payment intent by its id and does what follows from it, as for any webhook."""

HEALING_TAKES = timedelta(minutes=2)
MOVED_OVERLAP = timedelta(days=1)
MOST_PAGES = 500
FAILED = "The check broke off. The next one begins anew."
_log = structlog.get_logger()


@dataclass(slots=True)
class StripeSide:
    """What Stripe has, or why that is not known."""

    payments: dict[str, GatewayPayment] = field(default_factory=dict)
    since: datetime | None = None
    problem: str | None = None


async def prove_if_due(adapters: Adapters, firm_id: UUID, *, read_again: ReadAgain) -> None:
    """Begin the night's proof when its hour has come, and carry out the one that is due."""
    now = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        firm = await session.get_one(Firm, firm_id)
        if await is_night_due(session, firm_id=firm_id, now=now, time_zone=firm.time_zone):
            await begin_proof(session, firm_id=firm_id, kind=ProofKind.nightly, now=now)
        proof = await pick_up(session, firm_id=firm_id, now=now)
    if proof is None:
        return
    try:
        await _prove(adapters, proof, read_again)
    except Exception:
        await _fail(adapters, proof)
        raise


async def _prove(adapters: Adapters, proof: PaymentProof, read_again: ReadAgain) -> None:
    firm_id = proof.firm_id
    await _step(adapters, proof, ProofStep.stripe)
    stripe = await _ask_stripe(adapters, proof)
    books = await _read_books(adapters, proof, stripe)
    stripe = await _ask_for_the_rest(adapters, proof, stripe, books)
    await _step(adapters, proof, ProofStep.clio)
    clio = await _ask_clio(adapters, proof, books.clio_ids)
    await _step(adapters, proof, ProofStep.comparing)
    books = await _read_books(adapters, proof, stripe, [bill.clio_id for bill in clio.bills])
    stripe = await _ask_for_the_rest(adapters, proof, stripe, books)
    unread = books.clio_ids - {bill.clio_id for bill in clio.bills}
    now = adapters.clock.now()
    bills = books.clio_bills(clio.bills, read_at=now)
    lines = await asyncio.to_thread(_compare, books, stripe, clio, bills, now)
    await _step(adapters, proof, ProofStep.healing)
    healed = await _heal(adapters, firm_id, lines, read_again)
    healed += await _mark_stale(adapters, firm_id, books, clio, unread)
    await _finish(adapters, proof, lines, books, stripe, clio, healed)


async def _ask_stripe(adapters: Adapters, proof: PaymentProof) -> StripeSide:
    """Everything since the proof's beginning, and older payments that moved since."""
    side = StripeSide()
    gateway, firm_id = adapters.gateway, proof.firm_id
    try:
        side.since = await gateway.connected_since(firm_id)
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await gateway.list_payments(firm_id, since=proof.covers_from, cursor=cursor)
            side.payments |= {one.intent_id: one for one in page.payments}
            cursor = page.next_cursor
            if cursor is None:
                break
        else:
            raise GatewayProblem("Stripe's list of payments does not come to an end.")
        moved = await gateway.list_moved(firm_id, since=proof.covers_from - MOVED_OVERLAP)
        more = await gateway.get_payments(firm_id, moved - side.payments.keys())
        side.payments |= {one.intent_id: one for one in more}
    except GatewayProblem as problem:
        return StripeSide(problem=str(problem))
    return side


async def _ask_for_the_rest(
    adapters: Adapters, proof: PaymentProof, stripe: StripeSide, books: Books
) -> StripeSide:
    """What the books name and Stripe's list did not bring: older, or unknown to the account."""
    if stripe.problem is not None:
        return stripe
    missing = books.intent_ids - stripe.payments.keys()
    if not missing:
        return stripe
    try:
        found = await adapters.gateway.get_payments(proof.firm_id, missing)
    except GatewayProblem as problem:
        return StripeSide(problem=str(problem))
    return StripeSide(stripe.payments | {one.intent_id: one for one in found}, stripe.since)


async def _ask_clio(
    adapters: Adapters, proof: PaymentProof, bill_ids: Collection[int]
) -> BillPayments:
    """Trust money is no payment of a bill, and left out."""
    clio = await adapters.billing.look_at_payments(
        proof.firm_id, since=proof.covers_from, bill_ids=bill_ids
    )
    trust = {bill.clio_id for bill in clio.bills if bill.is_trust}
    return BillPayments(
        bills=tuple(bill for bill in clio.bills if not bill.is_trust),
        allocations=tuple(one for one in clio.allocations if one.clio_bill_id not in trust),
        problem=clio.problem,
    )


async def _read_books(
    adapters: Adapters,
    proof: PaymentProof,
    stripe: StripeSide,
    clio_ids: Collection[int] = (),
) -> Books:
    ours = [one.intent_id for one in stripe.payments.values() if one.is_ours]
    async with adapters.database.transaction(proof.firm_id) as session:
        return await read_books(
            session,
            firm_id=proof.firm_id,
            since=proof.covers_from,
            intent_ids=ours,
            clio_ids=clio_ids,
        )


def _compare(
    books: Books,
    stripe: StripeSide,
    clio: BillPayments,
    bills: Sequence[ClioBill],
    now: datetime,
) -> list[Line]:
    checked = clio.problem is None
    allocations = [
        ClioAllocation(one.id, one.clio_bill_id, one.amount_minor, one.on, one.is_voided)
        for one in clio.allocations
    ]
    groups = pair(
        stripe=[_in_stripe(one) for one in stripe.payments.values()],
        here=books.rows(),
        clio=InClio(bills, allocations) if checked else None,
    )
    sides = Sides(stripe=stripe.problem is None, clio=checked, stripe_since=stripe.since)
    return [judge(group, sides=sides, now=now) for group in groups]


def _in_stripe(payment: GatewayPayment) -> InStripe:
    return InStripe(
        intent_id=payment.intent_id,
        state=Progress(payment.state.value),
        amount_minor=payment.amount.amount_minor,
        currency=payment.amount.currency,
        at=payment.at,
        refunded_minor=payment.refunded_minor,
        disputed=payment.disputed,
        is_ours=payment.is_ours,
    )


async def _heal(
    adapters: Adapters,
    firm_id: UUID,
    lines: Sequence[Line],
    read_again: ReadAgain,
) -> int:
    """Read payments that differ again, by the way that every webhook takes; how many."""
    healed = 0
    for line in lines:
        found = line.group.stripe
        if line.finding not in HEALED_FROM_STRIPE or found is None or not found.is_ours:
            continue
        try:
            await read_again(adapters, firm_id, found.intent_id)
        except GatewayProblem as problem:
            _log.warning("payment_not_read_again", intent=found.intent_id, problem=str(problem))
            continue
        healed += 1
    return healed


async def _mark_stale(
    adapters: Adapters, firm_id: UUID, books: Books, clio: BillPayments, unread: Collection[int]
) -> int:
    """Bills that stand otherwise in Clio than here are marked to be read again; how many."""
    if clio.problem is not None:
        return 0
    ours = {bill.invoice.clio_id: bill.invoice for bill in books.bills.values()}
    stale = set(unread)
    for bill in clio.bills:
        invoice = ours.get(bill.clio_id)
        if invoice is None:
            if bill.paid_minor:
                stale.add(bill.clio_id)
        elif invoice.clio_paid_minor != bill.paid_minor:
            stale.add(bill.clio_id)
    if stale:
        await adapters.billing.mark_for_rereading(firm_id, stale)
        await adapters.poke("read_marked", firm_id)
    return len(stale)


async def _finish(
    adapters: Adapters,
    proof: PaymentProof,
    lines: Sequence[Line],
    books: Books,
    stripe: StripeSide,
    clio: BillPayments,
    healed: int,
) -> None:
    now = adapters.clock.now()
    async with adapters.database.transaction(proof.firm_id) as session:
        mine = await lock_mine(session, proof)
        if mine is None:
            return
        mine.stripe_checked, mine.stripe_problem = stripe.problem is None, stripe.problem
        mine.clio_checked, mine.clio_problem = clio.problem is None, clio.problem
        mine.healing = healed
        untold = await store_lines(
            session,
            proof=mine,
            lines=lines,
            books=books,
            clio={bill.clio_id: bill for bill in clio.bills},
            now=now,
        )
        mine.state, mine.finished_at = ProofState.finished, now
        await drop_old(session, firm_id=mine.firm_id, now=now)
        await session.flush()
        if (healed or untold) and mine.kind is not ProofKind.after_healing:
            await begin_proof(
                session,
                firm_id=mine.firm_id,
                kind=ProofKind.after_healing,
                now=now,
                asked_by=mine.asked_by,
                due_at=now + HEALING_TAKES,
            )


async def _step(adapters: Adapters, proof: PaymentProof, step: ProofStep) -> None:
    async with adapters.database.transaction(proof.firm_id) as session:
        await take_step(session, firm_id=proof.firm_id, proof_id=proof.id, step=step)


async def _fail(adapters: Adapters, proof: PaymentProof) -> None:
    async with adapters.database.transaction(proof.firm_id) as session:
        mine = await lock_mine(session, proof)
        if mine is not None:
            mine.state, mine.error = ProofState.failed, FAILED
            mine.finished_at = adapters.clock.now()
