"""A task in Clio: whoever owns the bill there is asked to record a payment by hand."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Conflict, NotFound
from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.integrations.clio.access import ClioAccess, note_problem, open_client
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.models import ClioConnection
from invoice_tracker.integrations.clio.problems import ClioMalformed, ClioProblem, ClioUncertain
from invoice_tracker.invoices.models import Invoice, Matter
from invoice_tracker.payments.models import Payment, RecordState

UNDER_WAY = timedelta(minutes=2)
PATIENCE = 10.0
MAYBE = (
    "Clio did not answer, so the task may have been made or not. Please look at your tasks in Clio."
)


@dataclass(frozen=True, slots=True)
class _Task:
    """What the colleague is told, and who that is."""

    name: str
    description: str
    assignee_id: int
    matter_id: int | None


async def ask_to_record(access: ClioAccess, *, firm_id: UUID, payment_id: UUID) -> None:
    """Make the task, once. Asking again for a payment that has one changes nothing.

    Raises ``NotFound``, and ``Conflict`` in words: it waits for nobody, or Clio did not take it.
    """
    async with access.database.transaction(firm_id) as session:
        task = await _claim(session, access, firm_id=firm_id, payment_id=payment_id)
    if task is None:
        return
    try:
        async with open_client(access, firm_id, patience=PATIENCE, urgent=True) as client:
            clio_id = await _make(client, task)
    except ClioUncertain as problem:
        raise Conflict(MAYBE) from problem
    except ClioProblem as problem:
        await note_problem(access, firm_id, problem)
        await _note(access, firm_id, payment_id, clio_task_asked_at=None)
        raise Conflict(problem.message) from problem
    await _note(access, firm_id, payment_id, clio_task_id=clio_id)


async def _claim(
    session: AsyncSession, access: ClioAccess, *, firm_id: UUID, payment_id: UUID
) -> _Task | None:
    """What to ask for, which nobody else asks for meanwhile; nothing where it is done."""
    now = access.clock.now()
    payment = await session.scalar(
        select(Payment).where(Payment.firm_id == firm_id, Payment.id == payment_id)
    )
    if payment is None:
        raise NotFound("There is no such payment.")
    if payment.clio_task_id is not None:
        return None
    invoice = await session.get(Invoice, payment.invoice_id) if payment.invoice_id else None
    connection = await session.get(ClioConnection, firm_id)
    if payment.record_state is not RecordState.queued or invoice is None or connection is None:
        raise Conflict("This payment does not wait to be recorded in Clio.")
    asked = Payment.clio_task_asked_at
    claimed = await session.scalar(
        update(Payment)
        .where(
            Payment.id == payment_id,
            Payment.clio_task_id.is_(None),
            or_(asked.is_(None), asked < now - UNDER_WAY),
        )
        .values(clio_task_asked_at=now)
        .returning(Payment.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        raise Conflict("The task is being made at this moment.")
    matter = await session.get(Matter, invoice.matter_id) if invoice.matter_id else None
    return _Task(
        name=f"Record a payment for bill {invoice.number}",
        description=_describe(payment, invoice),
        assignee_id=invoice.clio_user_id or connection.clio_user_id,
        matter_id=matter.clio_id if matter else None,
    )


def _describe(payment: Payment, invoice: Invoice) -> str:
    amount = format_money(Money(payment.amount_minor - payment.refunded_minor, payment.currency))
    day = (payment.settled_at or payment.created_at).date().isoformat()
    reference = payment.stripe_payment_intent_id
    lines = [
        f"{amount} was paid for bill {invoice.number} on {day} through Stripe.",
        f"Stripe's reference: {reference}." if reference else "",
        f"Why it is not recorded yet: {payment.record_note}" if payment.record_note else "",
        "Please open the bill in Clio, choose Record Payment, and tick the payment off in "
        "Invoice Tracker.",
        invoice.clio_url,
    ]
    return "\n".join(line for line in lines if line)


async def _make(client: ClioClient, task: _Task) -> int:
    data: dict[str, object] = {
        "name": task.name,
        "description": task.description,
        "assignee": {"id": task.assignee_id, "type": "User"},
        "priority": "Normal",
    }
    if task.matter_id is not None:
        data["matter"] = {"id": task.matter_id}
    made = (await client.post("tasks.json", data=data, params={"fields": "id"})).data
    if not isinstance(made, dict) or not isinstance(made.get("id"), int):
        raise ClioMalformed("Clio's answer about the task could not be read.")
    return int(made["id"])


async def _note(access: ClioAccess, firm_id: UUID, payment_id: UUID, **values: object) -> None:
    async with access.database.transaction(firm_id) as session:
        await session.execute(
            update(Payment)
            .where(Payment.firm_id == firm_id, Payment.id == payment_id)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
