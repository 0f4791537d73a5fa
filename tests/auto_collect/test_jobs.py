"""The worker's job: starts each invoice once, and only what nobody has to decide."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from scenarios.diary import Diary
from sqlalchemy import func, select, text

from factories import make_client, make_collection, make_firm, make_hold, make_invoice, make_payment
from fakes import MovableClock
from invoice_tracker.auto_collect import jobs
from invoice_tracker.auto_collect.facts import as_rule, load_facts
from invoice_tracker.auto_collect.finding import find_invoices
from invoice_tracker.auto_collect.jobs import run_if_due, run_rules
from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.collections.endings import NOT_COLLECTABLE
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.auto_collect import matches
from invoice_tracker.domain.reminder_schedule import Backlog
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import ClioState, Invoice, Matter

TODAY = date(2026, 3, 2)


async def add_rule(
    adapters: Adapters, firm: Firm, set_id: UUID, *, priority: int = 1, **fields: Any
) -> AutoCollectRule:
    """A rule that is on."""
    now = adapters.clock.now()
    row = AutoCollectRule(
        id=uuid4(),
        firm_id=firm.id,
        name=fields.pop("name", f"Rule {priority}"),
        priority=priority,
        is_enabled=fields.pop("is_enabled", True),
        reminder_set_id=set_id,
        backlog=Backlog.fitting_step,
        created_at=now,
        updated_at=now,
        **fields,
    )
    async with adapters.database.transaction(firm.id) as session:
        session.add(row)
    return row


async def by_invoice(adapters: Adapters, firm: Firm) -> dict[UUID, UUID | None]:
    """The rule of each running collection, by invoice."""
    async with adapters.database.transaction(firm.id) as session:
        rows = await session.execute(
            select(Collection.invoice_id, Collection.auto_collect_rule_id).where(
                Collection.state == CollectionState.active
            )
        )
        return dict(rows.all())


async def test_the_job_twice_starts_once(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    diary = Diary.open(adapters, firm, clock)
    invoices = [await diary.invoice(TODAY - timedelta(days=days)) for days in (3, 6, 9)]
    rule = await add_rule(adapters, firm, await diary.set_of("0 +30"), min_days_overdue=5)
    assert await run_rules(adapters, firm.id) == 2
    assert await run_rules(adapters, firm.id) == 0
    assert await by_invoice(adapters, firm) == {each.id: rule.id for each in invoices[1:]}


async def test_it_runs_after_a_reading_and_every_quarter_of_an_hour(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    diary = Diary.open(adapters, firm, clock)
    await add_rule(adapters, firm, await diary.set_of("0 +30"))

    async def after(minutes: float, read_at: datetime | None = None) -> int:
        await diary.invoice(TODAY)
        clock.move(minutes=minutes)
        return await run_if_due(adapters, firm.id, invoices_read_at=read_at)

    assert await after(0) == 1, "never run before"
    began = clock.now()
    assert await after(5) == 0
    assert await after(5, began - timedelta(minutes=1)) == 0, "read before it ran last"
    assert await after(1, began + timedelta(minutes=11)) == 3, "Clio was read"
    assert await after(15) == 1
    clock.move(hours=-3)
    assert await after(0) == 1, "a clock that was set back does not stop it"


async def test_several_batches_and_rules_by_priority(
    adapters: Adapters, firm: Firm, clock: MovableClock, monkeypatch: Any
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    diary = Diary.open(adapters, firm, clock)
    old = [await diary.invoice(TODAY - timedelta(days=40)) for _ in range(3)]
    young = [await diary.invoice(TODAY - timedelta(days=4)) for _ in range(4)]
    second = await add_rule(adapters, firm, await diary.set_of("0 +30"), priority=2)
    first = await add_rule(
        adapters, firm, await diary.set_of("0 +60"), priority=1, min_days_overdue=30
    )
    await add_rule(adapters, firm, await diary.set_of("0"), priority=0, is_enabled=False)
    assert await run_rules(adapters, firm.id) == 7
    wanted = {each.id: first.id for each in old} | {each.id: second.id for each in young}
    assert await by_invoice(adapters, firm) == wanted


async def test_what_a_person_has_to_decide_is_left_alone(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    diary = Diary.open(adapters, firm, clock)
    now = clock.now()
    ends: dict[str, tuple[CollectionState, str]] = {
        "stopped by a person": (CollectionState.stopped, "Agreed by phone"),
        "stopped without a word": (CollectionState.stopped, ""),
        "all steps done": (CollectionState.completed, "All steps are done."),
        "paid, then refunded": (CollectionState.settled, "The invoice is paid."),
        "approved again": (CollectionState.stopped, NOT_COLLECTABLE[ClioState.draft]),
    }
    names: dict[UUID, str] = {}
    async with adapters.database.transaction(firm.id) as session:
        client = await make_client(session, firm=firm)
        for name, (state, reason) in ends.items():
            invoice = await make_invoice(session, firm=firm, client=client, now=now, due_on=TODAY)
            await make_collection(
                session, firm=firm, invoice=invoice, now=now, state=state,
                ended_at=now, end_reason=reason,
            )  # fmt: skip
            names[invoice.id] = name
        for name, days, owner in (
            ("held", 1, client),
            ("too old", 181, client),
            ("no address", 1, await make_client(session, firm=firm, email=None)),
            ("paid in Clio", 1, client),
            ("fits", 180, client),
        ):
            invoice = await make_invoice(
                session, firm=firm, client=owner, now=now, due_on=TODAY - timedelta(days=days),
                state=ClioState.paid if name == "paid in Clio" else ClioState.awaiting_payment,
            )  # fmt: skip
            names[invoice.id] = name
            if name == "held":
                await make_hold(session, firm=firm, invoice=invoice, now=now)
    await add_rule(adapters, firm, await diary.set_of("0 +200"))
    await run_rules(adapters, firm.id)
    started = await by_invoice(adapters, firm)
    assert sorted(names[each] for each in started) == ["approved again", "fits"]


async def test_two_workers_at_once_start_each_invoice_once(
    committed_adapters: Adapters, clock: MovableClock
) -> None:
    adapters = committed_adapters
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=clock.now())
    diary = Diary.open(adapters, firm, clock)
    client = await diary.client()
    invoices = [await diary.invoice(TODAY - timedelta(days=9), client) for _ in range(25)]
    await add_rule(adapters, firm, await diary.set_of("0 +30"))
    started = await asyncio.gather(*(run_rules(adapters, firm.id) for _ in range(4)))
    assert sum(started) == len(invoices)
    async with adapters.database.transaction(firm.id) as session:
        counts = await session.execute(
            select(Collection.invoice_id, func.count()).group_by(Collection.invoice_id)
        )
        assert {count for _, count in counts} == {1}
        lines = await session.scalar(
            text("SELECT count(*) FROM timeline_entries WHERE kind = 'collection_started'")
        )
        assert lines == len(invoices)


async def test_a_rule_being_switched_off_starts_nothing_after_that(
    committed_adapters: Adapters, clock: MovableClock
) -> None:
    adapters = committed_adapters
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=clock.now())
    diary = Diary.open(adapters, firm, clock)
    await diary.invoice(TODAY)
    rule = await add_rule(adapters, firm, await diary.set_of("0 +30"))
    async with adapters.database.transaction(firm.id) as session:
        row = await session.get_one(AutoCollectRule, rule.id, with_for_update=True)
        running = asyncio.create_task(run_rules(adapters, firm.id))
        await asyncio.sleep(0.2)
        assert not running.done(), "the worker waits for the person"
        row.is_enabled = False
    assert await running == 0


async def test_the_first_sieve_loses_nothing_that_fits(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    diary = Diary.open(adapters, firm, clock)
    async with adapters.database.transaction(firm.id) as session:
        matters = [
            Matter(
                firm_id=firm.id, clio_id=number, display_number=str(number),
                attorney_name=attorney, practice_area=area,
            )
            for number, attorney, area in (
                (1, "Dana Hale", "Family"), (2, "Zoë ÅBERG", None), (3, None, "Real Estate"),
            )
        ]  # fmt: skip
        session.add_all(matters)
        client = await make_client(session, firm=firm)
        for days in (None, -5, 0, 3, 30):
            for chosen in ([], matters[:1], matters[1:]):
                invoice = await make_invoice(
                    session, firm=firm, client=client, now=clock.now(),
                    due_on=None if days is None else TODAY - timedelta(days=days),
                    currency="EUR" if days == 3 else "USD",
                    matter_ids=[matter.id for matter in chosen],
                )  # fmt: skip
        await make_payment(
            session, firm=firm, invoice=invoice, now=clock.now(), amount_minor=119_000
        )
    set_id = await diary.set_of("0")
    asked: list[dict[str, Any]] = [
        {}, {"min_days_overdue": 0}, {"min_days_overdue": -5, "max_days_overdue": 3},
        {"max_days_overdue": 0}, {"min_balance_minor": 5_000}, {"max_balance_minor": 5_000},
        {"currency": "EUR"}, {"client_ids": [client.id]}, {"client_ids": [uuid4()]},
        {"matter_ids": [matters[1].id]}, {"attorneys": ["dana hale"]},
        {"attorneys": ["zoë åberg"]}, {"practice_areas": ["REAL ESTATE"]},
        {"attorneys": ["Zoë ÅBERG"], "practice_areas": ["Real Estate"]},
    ]  # fmt: skip
    for fields in asked:
        row = await add_rule(adapters, firm, set_id, **fields)
        async with adapters.database.transaction(firm.id) as session:
            facts = await load_firm(session, firm_id=firm.id)
            everything = await session.scalars(select(Invoice.id))
            invoices = await load_facts(
                session, firm=facts, invoice_ids=everything.all(), now=clock.now()
            )
            found = await find_invoices(
                session, firm_id=firm.id, rules=[as_rule(row)], today=TODAY, without_past=True
            )
        fitting = {each.id for each in invoices if matches(as_rule(row), each, TODAY).fits}
        assert fitting <= set(found), fields
        if "max_balance_minor" not in fields and "min_balance_minor" not in fields:
            assert fitting == set(found), fields
