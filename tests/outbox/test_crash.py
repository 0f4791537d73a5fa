"""The process dies at each step; another one starts; nothing is sent twice, nothing is lost."""

from datetime import datetime, timedelta

import pytest
from outbox.conftest import Tick
from outbox.outbox_helpers import RULES, Crash, Notes, put_many, row
from sqlalchemy import update

from fakes import FakeMailer, MovableClock
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.outbox.claim import LEASE, claim
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.ports import MailRefused, OutgoingMail


class DyingMailer(FakeMailer):
    """The process dies in the middle of a mail: before or after the server has taken it."""

    def __init__(self, *, taken: bool) -> None:
        super().__init__()
        self._taken = taken

    async def send(self, mail: OutgoingMail, *, at: datetime) -> str:
        if self._taken:
            await super().send(mail, at=at)
        raise Crash


@pytest.mark.parametrize("step", ["look_again", "confirm"])
async def test_dead_before_sending_waits_again_and_leaves_once(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, notes: Notes, step: str
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    mailer = FakeMailer()
    notes.raises[step] = [Crash()]
    with pytest.raises(Crash):
        await tick(mailer=mailer)
    assert (await row(adapters.database, firm.id)).state is MessageState.claimed
    await tick(mailer=mailer)
    assert mailer.sent == []  # the dead worker's lease still runs
    clock.move_to(clock.now() + LEASE)
    await tick(mailer=mailer)
    await tick(mailer=mailer)
    assert len(mailer.sent) == 1
    assert (await row(adapters.database, firm.id)).state is MessageState.sent


@pytest.mark.parametrize("taken", [True, False])
async def test_dead_while_sending_is_uncertain(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, notes: Notes, taken: bool
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    dying = DyingMailer(taken=taken)
    with pytest.raises(Crash):
        await tick(mailer=dying)
    assert (await row(adapters.database, firm.id)).state is MessageState.sending
    mailer = FakeMailer()
    for _ in range(5):
        clock.move(hours=6)
        await tick(mailer=mailer)
    uncertain = await row(adapters.database, firm.id)
    assert uncertain.state is MessageState.uncertain
    assert uncertain.sent_at is not None
    assert (
        uncertain.reason == "The worker stopped while the mail was on its way to the mail server."
    )
    assert mailer.sent == []
    assert [end.state for _, end in notes.ends] == [MessageState.uncertain]


@pytest.mark.parametrize("error", [Crash(), RuntimeError("The database is gone.")])
async def test_dead_before_the_record_is_uncertain(
    adapters: Adapters,
    firm: Firm,
    clock: MovableClock,
    tick: Tick,
    notes: Notes,
    error: BaseException,
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    mailer = FakeMailer()
    notes.raises["record"] = [error]
    try:
        await tick(mailer=mailer)
    except Crash:
        assert isinstance(error, Crash)
    assert (await row(adapters.database, firm.id)).state is MessageState.sending
    for _ in range(5):
        clock.move(hours=6)
        await tick(mailer=mailer)
    assert (await row(adapters.database, firm.id)).state is MessageState.uncertain
    assert len(mailer.sent) == 1


async def test_one_death_does_not_stop_the_rest(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick
) -> None:
    await put_many(adapters.database, firm.id, 3, now=clock.now())
    with pytest.raises(Crash):
        await tick(mailer=DyingMailer(taken=True))
    clock.move_to(clock.now() + LEASE)
    mailer = FakeMailer()
    await tick(mailer=mailer)
    assert len(mailer.sent) == 2


class SlowMailer(FakeMailer):
    """Takes so long that the lease runs out and another worker looks after the message."""

    def __init__(self, clock: MovableClock, tick: Tick, answer: Exception | None = None) -> None:
        super().__init__()
        self._clock = clock
        self._tick = tick
        self._answer = answer

    async def send(self, mail: OutgoingMail, *, at: datetime) -> str:
        self._clock.move_to(at + LEASE)
        await self._tick(mailer=FakeMailer())
        if self._answer is not None:
            raise self._answer
        return await super().send(mail, at=at)


async def test_an_answer_that_comes_late_is_still_the_truth(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, notes: Notes
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    await tick(mailer=SlowMailer(clock, tick))
    assert (await row(adapters.database, firm.id)).state is MessageState.sent
    assert [end.state for _, end in notes.ends] == [MessageState.uncertain, MessageState.sent]


async def test_a_refusal_that_comes_late_is_still_the_truth(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    await tick(mailer=SlowMailer(clock, tick, MailRefused("550 No")))
    assert (await row(adapters.database, firm.id)).state is MessageState.failed


async def test_a_worker_whose_claim_is_lost_sends_nothing(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, notes: Notes
) -> None:
    """While this worker looks again, its lease runs out and another one claims the message."""
    [only] = await put_many(adapters.database, firm.id, 1, now=clock.now())
    mailer = FakeMailer()

    class Overtaken(Notes):
        async def look_again(self, firm_id, messages):  # type: ignore[no-untyped-def]
            async with adapters.database.transaction(firm_id) as session:
                await session.execute(
                    update(OutboxMessage)
                    .where(OutboxMessage.id == only)
                    .values(state=MessageState.waiting, claim_id=None)
                )
                await claim(session, firm_id=firm_id, rules=RULES, now=clock.now(), limit=1)
            return {}

    await tick(handlers={"note": Overtaken()}, mailer=mailer)
    assert mailer.sent == []
    assert (await row(adapters.database, firm.id)).state is MessageState.claimed


async def test_a_payment_between_claim_and_send_stops_the_mail(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick
) -> None:
    [only] = await put_many(adapters.database, firm.id, 1, now=clock.now())
    mailer = FakeMailer()

    class Paid(Notes):
        async def look_again(self, firm_id, messages):  # type: ignore[no-untyped-def]
            async with adapters.database.transaction(firm_id) as session:
                await session.execute(
                    update(OutboxMessage)
                    .where(OutboxMessage.id == only)
                    .values(state=MessageState.cancelled, reason="Paid.", claim_id=None)
                )
            return {}

    await tick(handlers={"note": Paid()}, mailer=mailer)
    clock.move_to(clock.now() + LEASE + timedelta(hours=1))
    await tick(mailer=mailer)
    assert mailer.sent == []
    assert (await row(adapters.database, firm.id)).state is MessageState.cancelled
