"""Bills that go with a mail: made just before it leaves, and never a reason for no mail."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outbox.conftest import Tick
from outbox.outbox_helpers import KIND, Crash, Notes, a_content, put_many, row, rows

from fakes import FakeMailer, MovableClock
from integrations.mail_server import running_mail_server
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.mail.smtp import SmtpMailer
from invoice_tracker.outbox import attachments
from invoice_tracker.outbox.attachments import LONGEST_NAME, MOST_BYTES, file_name
from invoice_tracker.outbox.handlers import Cancel, Send
from invoice_tracker.outbox.jobs import deliver_due
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.outbox.schemas import AttachmentReference
from invoice_tracker.ports import Attachment, MailDeferred, NoDocument
from invoice_tracker.settings import SmtpSecurity

BILL = AttachmentReference(invoice_id=UUID(int=1))
OTHER = AttachmentReference(invoice_id=UUID(int=2))
PDF = Attachment("Invoice 1042.pdf", "application/pdf", b"%PDF-1.7 fake")


class Bills:
    """Makes files, or does as a test says; knows what it was asked for."""

    def __init__(self, *answers: Attachment | BaseException) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[UUID, UUID]] = []

    async def __call__(self, firm_id: UUID, reference: AttachmentReference) -> Attachment:
        self.asked.append((firm_id, reference.invoice_id))
        answer = self.answers.pop(0) if self.answers else PDF
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def mailer(adapters: Adapters) -> FakeMailer:
    assert isinstance(adapters.mailer, FakeMailer)
    return adapters.mailer


async def put_one(adapters: Adapters, firm: Firm, *references: AttachmentReference) -> UUID:
    content = a_content(attachments=references)
    [made] = await put_many(
        adapters.database, firm.id, 1, now=adapters.clock.now(), content=content
    )
    return made


async def test_the_bill_goes_with_the_mail_and_only_its_name_is_stored(
    adapters: Adapters, firm: Firm, tick: Tick, mailer: FakeMailer
) -> None:
    await put_one(adapters, firm, BILL)
    bills = Bills()
    await tick(attach=bills)
    assert [mail.attachments for mail in mailer.sent] == [[PDF]]
    assert bills.asked == [(firm.id, BILL.invoice_id)]
    stored = await row(adapters.database, firm.id)
    assert stored.content["attachments"] == [{"kind": "bill", "invoice_id": str(UUID(int=1))}]
    assert (stored.state, stored.reason) == (MessageState.sent, None)


async def test_a_mail_that_was_stored_before_there_were_attachments(
    adapters: Adapters, firm: Firm, tick: Tick, mailer: FakeMailer
) -> None:
    made = await put_one(adapters, firm)
    async with adapters.database.transaction(firm.id) as session:
        message = await session.get_one(OutboxMessage, made)
        message.content = {k: v for k, v in message.content.items() if k != "attachments"}
    bills = Bills()
    await tick(attach=bills)
    assert ([mail.attachments for mail in mailer.sent], bills.asked) == ([[]], [])


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (NoDocument("Clio did not answer in time."), "Clio did not answer in time."),
        (RuntimeError("broken"), "It could not be made."),
        (replace(PDF, content=b"x" * (MOST_BYTES + 1)), "It is too large for a mail."),
    ],
)
async def test_without_the_bill_the_mail_leaves_and_says_so(
    adapters: Adapters,
    firm: Firm,
    tick: Tick,
    notes: Notes,
    mailer: FakeMailer,
    problem: Attachment | BaseException,
    words: str,
) -> None:
    await put_one(adapters, firm, BILL)
    assert await tick(attach=Bills(problem)) == {MessageState.sent: 1}
    assert [mail.attachments for mail in mailer.sent] == [[]]
    stored = await row(adapters.database, firm.id)
    assert stored.reason == f"The bill was not attached: {words}"
    [(_, outcome)] = notes.ends
    assert (outcome.state, outcome.reason) == (MessageState.sent, stored.reason)


async def test_a_bill_that_takes_too_long_is_left_out(
    adapters: Adapters,
    firm: Firm,
    tick: Tick,
    mailer: FakeMailer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(_: UUID, __: AttachmentReference) -> Attachment:
        await asyncio.sleep(3600)
        raise AssertionError

    monkeypatch.setattr(attachments, "TIMEOUT", 0.01)
    await put_one(adapters, firm, BILL, OTHER)
    await tick(attach=never)
    assert [mail.attachments for mail in mailer.sent] == [[]]
    stored = await row(adapters.database, firm.id)
    assert stored.reason == "2 of 2 bills were not attached: It took too long."


async def test_of_several_bills_those_that_can_be_had_go(
    adapters: Adapters, firm: Firm, tick: Tick, mailer: FakeMailer
) -> None:
    await put_one(adapters, firm, OTHER, BILL)
    await tick(attach=Bills(NoDocument("Clio does not have this any more.")))
    assert [mail.attachments for mail in mailer.sent] == [[PDF]]
    stored = await row(adapters.database, firm.id)
    assert stored.reason == "1 of 2 bills were not attached: Clio does not have this any more."


async def test_bills_that_are_too_large_together(
    adapters: Adapters, firm: Firm, tick: Tick, mailer: FakeMailer
) -> None:
    big = replace(PDF, content=b"x" * (MOST_BYTES - 1))
    await put_one(adapters, firm, OTHER, BILL)
    await tick(attach=Bills(big, PDF))
    assert [mail.attachments for mail in mailer.sent] == [[big]]


async def test_what_is_written_anew_at_the_last_look_counts(
    adapters: Adapters, firm: Firm, tick: Tick, notes: Notes, mailer: FakeMailer
) -> None:
    made = await put_one(adapters, firm, BILL)
    notes.decisions[made] = Send(a_content(attachments=[OTHER, BILL]))
    bills = Bills()
    await tick(attach=bills)
    assert [mail.attachments for mail in mailer.sent] == [[PDF, PDF]]
    # What was ready is not made again.
    assert [invoice_id for _, invoice_id in bills.asked] == [BILL.invoice_id, OTHER.invoice_id]


async def test_a_worker_that_dies_over_a_bill_leaves_no_uncertain_mail(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, mailer: FakeMailer
) -> None:
    await put_one(adapters, firm, BILL)
    with pytest.raises(Crash):
        await tick(attach=Bills(Crash()))
    clock.move(minutes=11)
    await tick(attach=Bills())
    assert [mail.attachments for mail in mailer.sent] == [[PDF]]


async def test_a_mail_that_is_not_wanted_is_not_sent_for_its_bill(
    adapters: Adapters, firm: Firm, tick: Tick, notes: Notes, mailer: FakeMailer
) -> None:
    made = await put_one(adapters, firm, BILL)
    notes.decisions[made] = Cancel("Paid a minute ago.")
    assert await tick(attach=Bills()) == {MessageState.cancelled: 1}
    assert mailer.sent == []


async def test_a_second_try_makes_the_bill_anew(
    adapters: Adapters, firm: Firm, clock: MovableClock, tick: Tick, mailer: FakeMailer
) -> None:
    await put_one(adapters, firm, BILL)
    mailer.fail_with.append(MailDeferred("Later."))
    bills = Bills(NoDocument("Clio did not answer in time."))
    await tick(attach=bills)
    assert (await row(adapters.database, firm.id)).reason == "Later."
    clock.move(hours=1)
    await tick(attach=bills)
    assert [mail.attachments for mail in mailer.sent] == [[PDF]]
    assert (await row(adapters.database, firm.id)).reason is None


async def test_the_whole_way_over_smtp(adapters: Adapters, firm: Firm, notes: Notes) -> None:
    """The firm's own round: the bill of the billing system, on the wire."""
    await put_one(adapters, firm, BILL)
    async with running_mail_server() as server:
        own = {"smtp_port": server.port, "smtp_security": SmtpSecurity.none}
        real = SmtpMailer(adapters.settings.model_copy(update=own))
        await deliver_due(
            replace(adapters, mailer=real), firm.id, handlers={KIND: notes}, kinds=[KIND]
        )
        await real.close()
        [accepted] = server.accepted
    [part] = accepted.message.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("Invoice 1042.pdf", "application/pdf")
    assert part.get_content() == b"%PDF-1.7 fake"
    body = accepted.message.get_body(("html",))
    assert body is not None
    assert body.get_content().strip() == "<p>Dear Ada</p>"
    [stored] = await rows(adapters.database, firm.id)
    assert stored.state is MessageState.sent


@given(st.text())
def test_any_number_of_a_bill_becomes_a_file_name(number: str) -> None:
    name = file_name(f"Invoice {number}.pdf")
    assert name.endswith(".pdf")
    assert not set(name) & set("/\\\r\n\0")
    assert len(name) <= LONGEST_NAME + len(".pdf")
