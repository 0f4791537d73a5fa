"""One round: what is sent, what waits, what fails, and that nothing is sent twice."""

from datetime import timedelta

import pytest
from outbox.conftest import Tick
from outbox.outbox_helpers import KIND, Notes, a_content, put_many, row, rows
from sqlalchemy.ext.asyncio import AsyncSession

from fakes import FakeMailer, MovableClock
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.outbox.handlers import Cancel, Later, Send
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.schemas import DueMessage, Outcome
from invoice_tracker.outbox.service import cancel_unsent
from invoice_tracker.outbox.transitions import BACK_OFF
from invoice_tracker.ports import (
    MailDeferred,
    MailRefused,
    MailServerUnavailable,
    MailUncertain,
)


@pytest.fixture
def mailer(adapters: Adapters) -> FakeMailer:
    assert isinstance(adapters.mailer, FakeMailer)
    return adapters.mailer


async def test_many_rounds_send_one_mail(
    adapters: Adapters,
    firm: Firm,
    clock: MovableClock,
    tick: Tick,
    notes: Notes,
    mailer: FakeMailer,
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    for _ in range(10):
        await tick()
        clock.move(hours=7)
    sent = await row(adapters.database, firm.id)
    assert [mail.message_id for mail in mailer.sent] == [sent.message_id]
    assert sent.state is MessageState.sent
    assert sent.smtp_response == "250 OK"
    assert [(key, end.state) for key, end in notes.ends] == [("0", MessageState.sent)]


async def test_what_is_due_later_waits(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, mailer: FakeMailer
) -> None:
    due_at = clock.now() + timedelta(hours=1)
    await put_many(adapters.database, firm.id, 1, now=clock.now(), due_at=due_at)
    await tick()
    assert mailer.sent == []
    clock.move(hours=1)
    await tick()
    assert len(mailer.sent) == 1


async def test_what_is_wanted_no_longer_is_cancelled_with_its_reason(
    adapters: Adapters,
    firm: Firm,
    clock: MovableClock,
    tick: Tick,
    notes: Notes,
    mailer: FakeMailer,
) -> None:
    paid, other = await put_many(adapters.database, firm.id, 2, now=clock.now())
    notes.decisions[paid] = Cancel("Paid a minute ago.")
    assert await tick() == {MessageState.cancelled: 1, MessageState.sent: 1}
    cancelled, sent = await rows(adapters.database, firm.id)
    assert (cancelled.state, cancelled.reason) == (MessageState.cancelled, "Paid a minute ago.")
    assert sent.id == other
    assert [mail.message_id for mail in mailer.sent] == [sent.message_id]
    assert {key: end.state for key, end in notes.ends} == {
        "0": MessageState.cancelled,
        "1": MessageState.sent,
    }


async def test_a_handler_may_tidy_up_after_a_cancelled_message(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick
) -> None:
    """Ending a collection takes its unsent mail out of the outbox, also from within ``record``."""
    [paid] = await put_many(adapters.database, firm.id, 1, now=clock.now())

    class Tidy(Notes):
        async def record(
            self, session: AsyncSession, message: DueMessage, outcome: Outcome
        ) -> None:
            await cancel_unsent(
                session, firm_id=firm.id, message_ids=[paid], reason="The collection ended."
            )
            await super().record(session, message, outcome)

    tidy = Tidy(decisions={paid: Cancel("Paid.")})
    assert await tick(handlers={KIND: tidy}) == {MessageState.cancelled: 1}
    cancelled = await row(adapters.database, firm.id)
    assert (cancelled.state, cancelled.reason) == (MessageState.cancelled, "Paid.")
    assert len(tidy.ends) == 1


@pytest.mark.parametrize("step", ["look_again", "confirm"])
async def test_what_is_not_for_now_says_why_and_goes_later(
    adapters: Adapters,
    firm: Firm,
    clock: MovableClock,
    tick: Tick,
    notes: Notes,
    mailer: FakeMailer,
    step: str,
) -> None:
    [held] = await put_many(adapters.database, firm.id, 1, now=clock.now())
    later = Later("Clio does not answer.", clock.now() + timedelta(minutes=10))
    (notes.postponed if step == "look_again" else notes.decisions)[held] = later  # type: ignore[index]
    await tick()
    waiting = await row(adapters.database, firm.id)
    assert (waiting.state, waiting.reason) == (MessageState.waiting, "Clio does not answer.")
    assert waiting.attempts == 0
    notes.postponed.clear()
    notes.decisions.clear()
    clock.move(minutes=9)
    await tick()
    assert mailer.sent == []
    clock.move(minutes=1)
    await tick()
    assert len(mailer.sent) == 1


async def test_the_text_may_be_brought_up_to_date_and_is_stored_as_sent(
    adapters: Adapters,
    firm: Firm,
    clock: MovableClock,
    tick: Tick,
    notes: Notes,
    mailer: FakeMailer,
) -> None:
    [old] = await put_many(adapters.database, firm.id, 1, now=clock.now())
    notes.decisions[old] = Send(a_content(text="You owe 50.00 now."))
    await tick()
    [mail] = mailer.sent
    stored = await row(adapters.database, firm.id)
    assert mail.text == stored.content["text"] == "You owe 50.00 now."
    assert mail.message_id == stored.message_id


async def test_a_refusal_is_final(
    adapters: Adapters,
    firm: Firm,
    clock: MovableClock,
    tick: Tick,
    notes: Notes,
    mailer: FakeMailer,
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    mailer.fail_with = [MailRefused("550 Nobody here")]
    await tick()
    clock.move(days=3)
    await tick()
    failed = await row(adapters.database, firm.id)
    assert (failed.state, failed.reason) == (MessageState.failed, "550 Nobody here")
    assert mailer.sent == []
    [(_, end)] = notes.ends
    assert (end.state, end.reason) == (MessageState.failed, "550 Nobody here")


async def test_later_means_longer_and_longer_and_then_no_more(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, notes: Notes
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    mailer = FakeMailer()
    mailer.fail_with = [MailDeferred("451 Greylisted")] * 20
    began = clock.now()
    for number, wait in enumerate(BACK_OFF, start=1):
        await tick(mailer=mailer)
        waiting = await row(adapters.database, firm.id)
        assert (waiting.state, waiting.attempts) == (MessageState.waiting, number)
        assert waiting.reason == "451 Greylisted"
        assert waiting.next_attempt_at == clock.now() + wait
        clock.move_to(waiting.next_attempt_at - timedelta(seconds=1))
        await tick(mailer=mailer)
        assert (await row(adapters.database, firm.id)).attempts == number
        clock.move_to(waiting.next_attempt_at)
    await tick(mailer=mailer)
    failed = await row(adapters.database, firm.id)
    assert failed.state is MessageState.failed
    assert failed.reason == "Given up after 13 tries. The last: 451 Greylisted"
    assert timedelta(hours=40) < clock.now() - began < timedelta(hours=48)
    assert [end.state for _, end in notes.ends] == [MessageState.failed]


async def test_after_a_deferral_the_same_mail_goes(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, mailer: FakeMailer
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    before = await row(adapters.database, firm.id)
    mailer.fail_with = [MailDeferred("451 Greylisted")]
    await tick()
    clock.move(minutes=1)
    await tick()
    sent = await row(adapters.database, firm.id)
    assert [mail.message_id for mail in mailer.sent] == [before.message_id]
    assert (sent.state, sent.reason, sent.attempts) == (MessageState.sent, None, 2)


async def test_a_dead_server_is_asked_once_a_round(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick
) -> None:
    await put_many(adapters.database, firm.id, 5, now=clock.now())
    mailer = FakeMailer()
    mailer.fail_with = [MailServerUnavailable("No connection.")] * 2
    assert await tick(mailer=mailer) == {MessageState.waiting: 5}
    assert len(mailer.fail_with) == 1
    found = await rows(adapters.database, firm.id)
    assert sorted(message.attempts for message in found) == [0, 0, 0, 0, 1]
    assert {message.reason for message in found} == {"No connection."}
    mailer.fail_with.clear()
    clock.move(minutes=2)
    await tick(mailer=mailer)
    assert len(mailer.sent) == 5


@pytest.mark.parametrize("error", [MailUncertain("No answer."), RuntimeError("A bug.")])
async def test_the_uncertain_is_never_sent_again_by_itself(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, notes: Notes, error: Exception
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    mailer = FakeMailer()
    mailer.fail_with = [error]
    await tick(mailer=mailer)
    for _ in range(5):
        clock.move(days=1)
        await tick(mailer=mailer)
    uncertain = await row(adapters.database, firm.id)
    assert uncertain.state is MessageState.uncertain
    assert uncertain.reason
    assert mailer.sent == []
    assert [end.state for _, end in notes.ends] == [MessageState.uncertain]


@pytest.mark.parametrize("step", ["look_again", "confirm"])
async def test_an_error_in_a_check_holds_the_mail_and_no_other_kind(
    adapters: Adapters,
    firm: Firm,
    clock: MovableClock,
    tick: Tick,
    notes: Notes,
    mailer: FakeMailer,
    step: str,
) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    notes.raises[step] = [RuntimeError("A bug.")]
    await tick()
    held = await row(adapters.database, firm.id)
    assert (held.state, held.attempts) == (MessageState.waiting, 1)
    assert held.reason == "It could not be checked before sending."
    assert mailer.sent == []
    clock.move(minutes=1)
    await tick()
    assert len(mailer.sent) == 1


async def test_one_look_for_a_whole_batch(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, notes: Notes
) -> None:
    await put_many(adapters.database, firm.id, 12, now=clock.now())
    await tick(batch_size=10)
    await tick(batch_size=10)
    assert notes.looked_at == [10, 2]
