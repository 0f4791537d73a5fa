"""How much leaves, and what the rest is told."""

from datetime import timedelta

import pytest
from outbox.conftest import Tick
from outbox.outbox_helpers import KIND, Notes, put, put_many, rows

from factories import make_firm
from fakes import FakeMailer, MovableClock
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm, Sender, SendingRules
from invoice_tracker.firms.service import ALWAYS, may_send
from invoice_tracker.outbox.claim import Rules
from invoice_tracker.outbox.handlers import AlwaysWanted, Cancel
from invoice_tracker.outbox.jobs import NOT_VERIFIED, SAFE_MODE, deliver_due
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.pace import Pace
from invoice_tracker.ports import MailUncertain


def paced(clock: MovableClock, **limits: int) -> Rules:
    values = {"per_minute": 1000, "per_day": 1000, "first_day_cap": 1000} | limits
    since = clock.now() - timedelta(days=30)
    return Rules(at_once=["ask"], paced=[KIND], pace=Pace(sending_since=since, **values))


@pytest.fixture
def mailer(adapters: Adapters) -> FakeMailer:
    assert isinstance(adapters.mailer, FakeMailer)
    return adapters.mailer


async def test_so_many_a_minute(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, mailer: FakeMailer
) -> None:
    await put_many(adapters.database, firm.id, 7, now=clock.now())
    rules = paced(clock, per_minute=3)
    await tick(rules=rules)
    clock.move(seconds=59)
    await tick(rules=rules)
    assert len(mailer.sent) == 3
    held = [r for r in await rows(adapters.database, firm.id) if r.state is MessageState.waiting]
    assert {r.reason for r in held} == {"Waiting its turn: at most 3 mails leave a minute."}
    clock.move(seconds=1)
    await tick(rules=rules)
    assert len(mailer.sent) == 6
    clock.move(seconds=60)
    await tick(rules=rules)
    assert len(mailer.sent) == 7
    assert {r.reason for r in await rows(adapters.database, firm.id)} == {None}


async def test_so_many_in_24_hours(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, mailer: FakeMailer
) -> None:
    await put_many(adapters.database, firm.id, 5, now=clock.now())
    rules = paced(clock, per_day=2)
    for _ in range(23):
        await tick(rules=rules)
        clock.move(hours=1)
    assert len(mailer.sent) == 2
    held = [r for r in await rows(adapters.database, firm.id) if r.state is MessageState.waiting]
    assert {r.reason for r in held} == {"Waiting its turn: at most 2 mails leave in 24 hours."}
    clock.move(hours=1)
    await tick(rules=rules)
    assert len(mailer.sent) == 4


async def test_the_first_day_is_careful(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, mailer: FakeMailer
) -> None:
    await put_many(adapters.database, firm.id, 5, now=clock.now())
    pace = Pace(per_minute=1000, per_day=1000, first_day_cap=2, sending_since=clock.now())
    rules = Rules(at_once=[], paced=[KIND], pace=pace)
    await tick(rules=rules)
    clock.move(hours=23, minutes=59)
    await tick(rules=rules)
    assert len(mailer.sent) == 2
    held = [r for r in await rows(adapters.database, firm.id) if r.state is MessageState.waiting]
    assert {r.reason for r in held} == {"Waiting its turn: at most 2 mails leave on the first day."}
    clock.move(minutes=1)
    await tick(rules=rules)
    assert len(mailer.sent) == 5


async def test_the_uncertain_and_what_is_under_way_use_up_room(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, mailer: FakeMailer
) -> None:
    await put_many(adapters.database, firm.id, 4, now=clock.now())
    mailer.fail_with = [MailUncertain("No answer.")]
    rules = paced(clock, per_day=2)
    await tick(rules=rules)
    await tick(rules=rules)
    assert len(mailer.sent) == 1


async def test_what_was_put_back_uses_no_room(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, notes: Notes
) -> None:
    first, *_ = await put_many(adapters.database, firm.id, 3, now=clock.now())
    notes.decisions[first] = Cancel("Paid.")
    mailer = FakeMailer()
    rules = paced(clock, per_minute=2)
    await tick(rules=rules, mailer=mailer)
    await tick(rules=rules, mailer=mailer)
    assert len(mailer.sent) == 2


async def test_what_a_person_asked_for_does_not_queue_behind_reminders(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, notes: Notes
) -> None:
    await put_many(adapters.database, firm.id, 3, now=clock.now())
    rules = paced(clock, per_minute=1)
    mailer = FakeMailer()
    handlers = {KIND: notes, "ask": AlwaysWanted()}
    await tick(rules=rules, mailer=mailer, handlers=handlers)
    async with adapters.database.transaction(firm.id) as session:
        await put(session, firm.id, now=clock.now(), kind="ask", recipient="dana@example.com")
    await tick(rules=rules, mailer=mailer, handlers=handlers)
    assert [mail.to for mail in mailer.sent] == ["ada@example.org", "dana@example.com"]


class TestTheFirmsRules:
    """``jobs.deliver_due`` goes by the rows of the firm."""

    async def round(self, adapters: Adapters, firm: Firm) -> None:
        handlers = {
            "reminder": Notes(),
            "test_mail": AlwaysWanted(),
            "sender_verification": AlwaysWanted(),
        }
        async with adapters.database.transaction(firm.id) as session:
            kinds = await may_send(session, firm_id=firm.id)
        await deliver_due(adapters, firm.id, handlers=handlers, kinds=kinds)

    async def fill(self, adapters: Adapters, firm: Firm) -> None:
        async with adapters.database.transaction(firm.id) as session:
            for kind in ("reminder", "test_mail", "sender_verification"):
                await put(session, firm.id, now=adapters.clock.now(), key=kind, kind=kind)

    async def sent_kinds(self, adapters: Adapters, firm: Firm) -> dict[str, str | None]:
        found = await rows(adapters.database, firm.id)
        return {r.kind: r.reason if r.state is MessageState.waiting else "sent" for r in found}

    async def test_everything_leaves_in_earnest(self, adapters: Adapters, firm: Firm) -> None:
        await self.fill(adapters, firm)
        await self.round(adapters, firm)
        assert set((await self.sent_kinds(adapters, firm)).values()) == {"sent"}

    async def test_safe_mode_holds_reminders_and_says_so(
        self, adapters: Adapters, firm: Firm
    ) -> None:
        async with adapters.database.transaction(firm.id) as session:
            rules = await session.get_one(SendingRules, firm.id)
            rules.safe_mode = True
        await self.fill(adapters, firm)
        await self.round(adapters, firm)
        assert await self.sent_kinds(adapters, firm) == {
            "reminder": SAFE_MODE,
            "test_mail": "sent",
            "sender_verification": "sent",
        }

    async def test_an_unverified_sender_sends_only_the_verification(
        self, adapters: Adapters, firm: Firm
    ) -> None:
        async with adapters.database.transaction(firm.id) as session:
            sender = await session.get_one(Sender, firm.id)
            sender.verified_at = None
        await self.fill(adapters, firm)
        await self.round(adapters, firm)
        assert await self.sent_kinds(adapters, firm) == {
            "reminder": NOT_VERIFIED,
            "test_mail": NOT_VERIFIED,
            "sender_verification": "sent",
        }
        assert frozenset({"sender_verification", "guard_alert"}) == ALWAYS

    async def test_limits_are_the_firms_own(self, adapters: Adapters, clock: MovableClock) -> None:
        async with adapters.database.transaction() as session:
            busy = await make_firm(session, now=clock.now(), per_minute=2)
        async with adapters.database.transaction() as session:
            other = await make_firm(session, now=clock.now(), per_minute=2)
        for one in (busy, other):
            await put_many(adapters.database, one.id, 3, now=clock.now(), kind="reminder")
            await self.round(adapters, one)
        for one in (busy, other):
            found = await rows(adapters.database, one.id)
            assert [r.state for r in found].count(MessageState.sent) == 2
