"""A rule that is on: a bill approved in Clio becomes overdue and is reminded by itself."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from scenarios.diary import Diary
from sqlalchemy import select

from fakes import MovableClock
from integrations.clio_firm import connect, point_at
from integrations.clio_stub import ClioStub, a_bill, running_stub
from invoice_tracker.auto_collect import service
from invoice_tracker.auto_collect.schemas import RuleInput
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import jobs as clio
from invoice_tracker.invoices.models import Invoice, TimelineEntry
from invoice_tracker.worker import start_by_rules


class Office:
    """A diary whose bills come from the small Clio, and whose worker also runs the rules."""

    def __init__(self, diary: Diary, stub: ClioStub) -> None:
        self.diary, self.stub = diary, stub
        self.adapters = replace(diary.adapters, settings=point_at(diary.adapters, stub).settings)

    async def live_until(self, day: date) -> None:
        """Each morning: read Clio, run the rules, send."""
        today = self.diary.clock.now().date()
        while today <= day:
            self.diary.go_to(today)
            self.stub.now = self.diary.clock.now()
            await clio.sync_if_due(self.adapters, self.diary.firm.id)
            await start_by_rules(self.adapters, self.diary.firm.id)
            await self.diary.tick()
            today = date.fromordinal(today.toordinal() + 1)

    async def rule(self, set_id: Any, *, expected: int, **asks: Any) -> None:
        """A rule, written and switched on."""
        rule = RuleInput(name="Late", reminder_set_id=set_id, **asks)
        firm_id, now = self.diary.firm.id, self.diary.clock.now()
        async with self.adapters.database.transaction(firm_id) as session:
            rule_id = await service.create_rule(session, firm_id=firm_id, rule=rule, now=now)
            await service.activate_rule(
                session, firm_id=firm_id, rule_id=rule_id, expected_count=expected, now=now
            )

    async def collections(self) -> dict[str, Collection]:
        """By the invoices' numbers, the latest of each."""
        async with self.adapters.database.transaction(self.diary.firm.id) as session:
            rows = await session.execute(
                select(Invoice.number, Collection)
                .join(Collection, Collection.invoice_id == Invoice.id)
                .order_by(Collection.started_at)
                .execution_options(populate_existing=True)
            )
            return dict(rows.all())


@pytest.fixture
async def office(adapters: Adapters, firm: Firm, clock: MovableClock) -> Any:
    diary = Diary.open(adapters, firm, clock)
    async with running_stub() as stub:
        await connect(adapters, firm)
        yield Office(diary, stub)


async def test_a_new_bill_in_clio_is_collected_by_itself_when_it_is_five_days_late(
    office: Office,
) -> None:
    diary = office.diary
    set_id = await diary.set_of("+7 +15", name="Standard")
    await office.rule(set_id, expected=0, min_days_overdue=5)
    office.stub.bills[11] = a_bill(11, issued_at="2026-02-10", due_at="2026-03-09")
    await office.live_until(date(2026, 3, 13))
    assert await office.collections() == {}, "four days late"
    assert diary.mails() == []

    await office.live_until(date(2026, 3, 15))
    collection = (await office.collections())["11"]
    assert collection.started_at.date() == date(2026, 3, 14)
    assert collection.started_by is None
    async with office.adapters.database.transaction(diary.firm.id) as session:
        titles = await session.scalars(
            select(TimelineEntry.title).where(TimelineEntry.kind == "collection_started")
        )
        assert titles.all() == ["Reminders started with “Standard” by the rule “Late”"]

    await office.live_until(date(2026, 3, 31))
    assert diary.days() == [date(2026, 3, 16), date(2026, 3, 24)], "7 and 15 days late"


async def test_a_person_has_the_last_word_and_old_bills_are_left_alone(office: Office) -> None:
    diary = office.diary
    set_id = await diary.set_of("+1 +30")
    office.stub.bills[21] = a_bill(21, issued_at="2025-06-01", due_at="2025-07-01")
    office.stub.bills[22] = a_bill(22, issued_at="2026-02-01", due_at="2026-03-03")
    await office.rule(set_id, expected=0)
    await office.live_until(date(2026, 3, 5))
    assert set(await office.collections()) == {"22"}, "244 days late is beyond the ceiling"
    await diary.stop((await office.collections())["22"].id)
    await office.live_until(date(2026, 3, 12))
    assert (await office.collections())["22"].state is CollectionState.stopped


async def test_a_bill_that_was_taken_back_in_clio_and_approved_again_starts_anew(
    office: Office,
) -> None:
    await office.rule(await office.diary.set_of("+20"), expected=0)
    bill = a_bill(31, due_at="2026-03-03")
    office.stub.bills[31] = bill
    await office.live_until(date(2026, 3, 3))
    first = (await office.collections())["31"]
    office.stub.bills[31] = bill | {
        "state": "draft", "etag": '"31-2"', "updated_at": "2026-03-04T12:00:00Z",
    }  # fmt: skip
    await office.live_until(date(2026, 3, 4))
    assert (await office.collections())["31"].state is CollectionState.stopped
    office.stub.bills[31] = bill | {"etag": '"31-3"', "updated_at": "2026-03-05T12:00:00Z"}
    await office.live_until(date(2026, 3, 5))
    again = (await office.collections())["31"]
    assert again.id != first.id
    assert again.state is CollectionState.active
