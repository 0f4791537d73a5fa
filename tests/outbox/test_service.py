"""Putting messages in, taking them out, deciding about uncertain ones."""

from uuid import uuid4

import pytest
from outbox.conftest import Tick
from outbox.outbox_helpers import a_content, put, put_many, row, rows
from pydantic import ValidationError

from fakes import FakeMailer, MovableClock
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict, NotFound
from invoice_tracker.firms.models import Firm
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.schemas import one_line
from invoice_tracker.outbox.service import (
    Resolution,
    cancel_unsent,
    get_message,
    new_message_id,
    resolve_uncertain,
)
from invoice_tracker.ports import MailUncertain


async def test_a_key_is_written_once(adapters: Adapters, firm: Firm, clock: MovableClock) -> None:
    async with adapters.database.transaction(firm.id) as session:
        first = await put(session, firm.id, now=clock.now(), key="same")
        second = await put(session, firm.id, now=clock.now(), key="same")
    assert first is not None
    assert second is None
    assert (await row(adapters.database, firm.id)).id == first


def test_a_message_id_has_the_senders_domain() -> None:
    first, second = (new_message_id("billing@Straße.example") for _ in range(2))
    assert first != second
    assert first.startswith("<")
    assert first.endswith("@xn--strae-oqa.example>")


@pytest.mark.parametrize("field", ["subject", "from_name", "from_email", "reply_to", "in_reply_to"])
def test_a_header_of_two_lines_is_never_stored(field: str) -> None:
    with pytest.raises(ValidationError):
        a_content(**{field: "x\r\nBcc: victim@example.org"})


def test_one_line_makes_a_subject_of_anything() -> None:
    assert one_line(" Smith v.\r\nJones\t\u2028 (2026)\x00 ") == "Smith v. Jones (2026)"


async def test_cancelled_is_what_has_not_begun_to_leave(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick
) -> None:
    ids = await put_many(adapters.database, firm.id, 2, now=clock.now())
    mailer = FakeMailer()
    await tick(mailer=mailer, batch_size=1)
    async with adapters.database.transaction(firm.id) as session:
        cancelled = await cancel_unsent(
            session, firm_id=firm.id, message_ids=[*ids, uuid4()], reason="Paid."
        )
    assert cancelled == [ids[1]]
    sent, other = await rows(adapters.database, firm.id)
    assert (sent.state, other.state) == (MessageState.sent, MessageState.cancelled)
    assert other.reason == "Paid."
    await tick(mailer=mailer)
    assert len(mailer.sent) == 1


async def make_uncertain(adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick) -> None:
    await put_many(adapters.database, firm.id, 1, now=clock.now())
    mailer = FakeMailer()
    mailer.fail_with = [MailUncertain("No answer.")]
    await tick(mailer=mailer)


async def test_a_person_knows_that_it_was_sent(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick
) -> None:
    await make_uncertain(adapters, firm, clock, tick)
    uncertain = await row(adapters.database, firm.id)
    async with adapters.database.transaction(firm.id) as session:
        resolved = await resolve_uncertain(
            session,
            firm_id=firm.id,
            message_id=uncertain.id,
            outcome=Resolution.it_was_sent,
            now=clock.now(),
        )
    assert resolved.state is MessageState.sent
    assert resolved.sent_at == uncertain.sent_at
    mailer = FakeMailer()
    clock.move(days=30)
    await tick(mailer=mailer)
    assert mailer.sent == []


async def test_a_person_sends_it_again_under_the_same_message_id(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick
) -> None:
    await make_uncertain(adapters, firm, clock, tick)
    uncertain = await row(adapters.database, firm.id)
    async with adapters.database.transaction(firm.id) as session:
        await resolve_uncertain(
            session,
            firm_id=firm.id,
            message_id=uncertain.id,
            outcome=Resolution.send_again,
            now=clock.now(),
        )
    mailer = FakeMailer()
    await tick(mailer=mailer)
    await tick(mailer=mailer)
    assert [mail.message_id for mail in mailer.sent] == [uncertain.message_id]
    assert (await row(adapters.database, firm.id)).state is MessageState.sent


async def test_only_the_uncertain_is_decided_about(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    [waiting] = await put_many(adapters.database, firm.id, 1, now=clock.now())
    async with adapters.database.transaction(firm.id) as session:
        with pytest.raises(Conflict):
            await resolve_uncertain(
                session,
                firm_id=firm.id,
                message_id=waiting,
                outcome=Resolution.send_again,
                now=clock.now(),
            )


async def test_another_firms_message_is_not_there(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    [waiting] = await put_many(adapters.database, firm.id, 1, now=clock.now())
    stranger = uuid4()
    async with adapters.database.transaction(stranger) as session:
        with pytest.raises(NotFound):
            await get_message(session, firm_id=stranger, message_id=waiting)
        with pytest.raises(NotFound):
            await resolve_uncertain(
                session,
                firm_id=firm.id,
                message_id=waiting,
                outcome=Resolution.send_again,
                now=clock.now(),
            )
