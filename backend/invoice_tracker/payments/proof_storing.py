"""A finished proof is written down: its lines, its counts, and the differences that stand now."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.payment_findings import ALERT_AFTER, NORMAL, Line, Standing
from invoice_tracker.payments.proof_books import Books
from invoice_tracker.payments.proof_models import (
    PaymentDifference,
    PaymentProof,
    PaymentProofLine,
    ProofKind,
)
from invoice_tracker.ports import BillStanding

AT_ONCE = 1000
RANKS = {standing: rank for rank, standing in enumerate(Standing)}


async def store_lines(
    session: AsyncSession,
    *,
    proof: PaymentProof,
    lines: Sequence[Line],
    books: Books,
    clio: Mapping[int, BillStanding],
    now: datetime,
) -> int:
    """Write the lines and the counts; how many differences people were not told of yet."""
    known = {
        (row.key, row.finding.value): row
        for row in await session.scalars(
            select(PaymentDifference)
            .where(PaymentDifference.firm_id == proof.firm_id)
            .with_for_update()
        )
    }
    rows = []
    for line in lines:
        before = known.get((key_of(line), line.finding.value))
        since = line.at
        if line.standing is Standing.differs:
            since = before.first_seen_at if before else now
        rows.append(_columns(proof, line, books, clio) | {"since": since})
    for start in range(0, len(rows), AT_ONCE):
        await session.execute(insert(PaymentProofLine), rows[start : start + AT_ONCE])
    counts = Counter(line.standing.value for line in lines)
    for standing in Standing:
        setattr(proof, standing.value, counts[standing.value])
    return await _note_differences(session, proof, rows, known, now)


async def _note_differences(
    session: AsyncSession,
    proof: PaymentProof,
    rows: Sequence[Mapping[str, Any]],
    known: Mapping[tuple[str, str], PaymentDifference],
    now: datetime,
) -> int:
    untold = 0
    standing_now = set()
    for row in rows:
        if row["standing"] is not Standing.differs:
            continue
        name = row["key"], row["finding"].value
        standing_now.add(name)
        difference = known.get(name)
        if difference is None:
            difference = PaymentDifference(
                firm_id=proof.firm_id, key=row["key"], finding=row["finding"], first_seen_at=now
            )
            session.add(difference)
        difference.line_id = row["id"]
        if difference.raised_at is None and _is_for_people(proof, row, difference, now):
            difference.raised_at = now
        untold += difference.raised_at is None
    not_checked = {row["key"] for row in rows if row["standing"] is Standing.not_checked}
    for name, difference in known.items():
        if name not in standing_now and difference.key not in not_checked:
            await session.delete(difference)
    await session.flush()
    return untold


def _is_for_people(
    proof: PaymentProof, row: Mapping[str, Any], difference: PaymentDifference, now: datetime
) -> bool:
    """What takes longer than is normal is at once; the rest when it has outlived its healing."""
    if row["finding"] in NORMAL or proof.kind is ProofKind.after_healing:
        return True
    age: timedelta = now - difference.first_seen_at
    return age >= ALERT_AFTER


def key_of(line: Line) -> str:
    """The same payment has the same key in every proof."""
    return f"{line.group.key}/{line.group.currency}"


def _columns(
    proof: PaymentProof, line: Line, books: Books, clio: Mapping[int, BillStanding]
) -> dict[str, Any]:
    group = line.group
    has_clio = group.rest is not None or any(row.invoice_id for row in group.here)
    stripe_minor = group.stripe_minor if group.stripe else None
    return {
        "id": uuid4(),
        "firm_id": proof.firm_id,
        "proof_id": proof.id,
        "rank": RANKS[line.standing],
        "standing": line.standing,
        "finding": line.finding,
        "key": key_of(line),
        "at": line.at,
        "normal_until": line.normal_until,
        "currency": group.currency,
        "stripe_minor": stripe_minor,
        "here_minor": group.here_minor if group.here else None,
        "clio_minor": group.clio_minor if has_clio and proof.clio_checked else None,
        "stripe_words": line.stripe_words,
        "here_words": line.here_words,
        "clio_words": line.clio_words,
        "sentence": line.sentence,
        "advice": line.advice,
    } | _references(line, books, clio)


def _references(line: Line, books: Books, clio: Mapping[int, BillStanding]) -> dict[str, Any]:
    group = line.group
    ids: list[UUID] = [row.invoice_id for row in group.here if row.invoice_id]
    bill = clio.get(group.rest.bill.clio_id) if group.rest else None
    if group.rest is not None and group.rest.bill.invoice_id is not None:
        ids.append(group.rest.bill.invoice_id)
    bills = [books.bills[one] for one in dict.fromkeys(ids) if one in books.bills]
    numbers = sorted(one.invoice.number for one in bills) or ([bill.number] if bill else [])
    intent_ids = {row.intent_id for row in group.here if row.intent_id}
    reference = group.stripe.intent_id if group.stripe else next(iter(intent_ids), None)
    return {
        "stripe_reference": reference,
        "payment_id": group.here[0].id if group.here else None,
        "invoice_id": bills[0].invoice.id if bills else None,
        "invoice_numbers": ", ".join(numbers) or None,
        "client_name": bills[0].client_name if bills else None,
        "clio_url": (bills[0].invoice.clio_url if bills else bill.url if bill else None) or None,
    }
