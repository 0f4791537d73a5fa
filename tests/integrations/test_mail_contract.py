"""What every Mailer does, the real one and the fake one that other tests rely on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from fakes import FakeMailer
from integrations.mail_server import MailServer, running_mail_server
from integrations.mails import AT, a_mail
from invoice_tracker.integrations.mail.smtp import SmtpMailer
from invoice_tracker.ports import (
    Attachment,
    MailDeferred,
    Mailer,
    MailRefused,
    MailServerUnavailable,
    MailUncertain,
)
from invoice_tracker.settings import Settings, SmtpSecurity


@dataclass
class Fake:
    mailer: FakeMailer = field(default_factory=FakeMailer)

    def fail(self, error: type[Exception]) -> None:
        self.mailer.fail_with.append(error("The mail server said no."))

    def recover(self) -> None:
        assert self.mailer.fail_with == []

    @property
    def accepted(self) -> list[str]:
        return [mail.message_id for mail in self.mailer.sent]

    @property
    def files(self) -> list[tuple[str | None, str, bytes]]:
        [mail] = self.mailer.sent
        return [(file.name, file.content_type, file.content) for file in mail.attachments]


@dataclass
class Real:
    mailer: SmtpMailer
    server: MailServer

    def fail(self, error: type[Exception]) -> None:
        faults = {
            MailDeferred: lambda: self.server.answers.update(RCPT="451 Later"),
            MailRefused: lambda: self.server.answers.update(RCPT="550 No"),
            MailServerUnavailable: lambda: self.server.answers.update(MAIL="421 Closing"),
            MailUncertain: lambda: self.server.hang_up.add("DOT"),
        }
        faults[error]()

    def recover(self) -> None:
        self.server.answers.clear()
        self.server.hang_up.clear()

    @property
    def accepted(self) -> list[str]:
        return [str(accepted.message["Message-ID"]) for accepted in self.server.accepted]

    @property
    def files(self) -> list[tuple[str | None, str, bytes]]:
        [accepted] = self.server.accepted
        return [
            (part.get_filename(), part.get_content_type(), part.get_content())
            for part in accepted.message.iter_attachments()
        ]


@pytest.fixture(params=["fake", "real"])
async def subject(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Fake | Real]:
    if request.param == "fake":
        yield Fake()
        return
    async with running_mail_server() as server:
        own = {"smtp_port": server.port, "smtp_security": SmtpSecurity.none}
        mailer = SmtpMailer(settings.model_copy(update=own))
        yield Real(mailer, server)
        await mailer.close()


async def test_a_mail_is_accepted_with_an_answer(subject: Fake | Real) -> None:
    mailer: Mailer = subject.mailer
    answer = await mailer.send(a_mail(), at=AT)
    assert answer.startswith("250 ")
    assert subject.accepted == [a_mail().message_id]


@pytest.mark.parametrize("error", [MailDeferred, MailRefused, MailServerUnavailable, MailUncertain])
async def test_a_failure_says_why_and_spoils_no_other_mail(
    subject: Fake | Real, error: type[Exception]
) -> None:
    subject.fail(error)
    with pytest.raises(error) as caught:
        await subject.mailer.send(a_mail(message_id="<lost@example.com>"), at=AT)
    assert type(caught.value) is error
    assert str(caught.value)
    subject.recover()
    await subject.mailer.send(a_mail(message_id="<next@example.com>"), at=AT)
    assert subject.accepted == ["<next@example.com>"]


async def test_files_arrive_as_they_were(subject: Fake | Real) -> None:
    files = [
        Attachment("Invoice 1042.pdf", "application/pdf", bytes(range(256)) * 40),
        Attachment("Übersicht № 7.pdf", "application/pdf", b".\r\n.\n\0"),
    ]
    await subject.mailer.send(a_mail(attachments=files), at=AT)
    assert subject.files == [(file.name, file.content_type, file.content) for file in files]


async def test_a_smuggled_header_is_refused(subject: Fake | Real) -> None:
    with pytest.raises(MailRefused):
        await subject.mailer.send(a_mail(subject="x\r\nBcc: victim@example.org"), at=AT)
    assert subject.accepted == []
