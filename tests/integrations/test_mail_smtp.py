"""SMTP against a real server: what each failure at each step proves."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from pydantic import SecretStr

from integrations.mail_server import MailServer, running_mail_server
from integrations.mails import AT, a_mail
from invoice_tracker.integrations.mail.smtp import SmtpMailer
from invoice_tracker.ports import (
    MailDeferred,
    MailRefused,
    MailServerUnavailable,
    MailUncertain,
)
from invoice_tracker.settings import Settings, SmtpSecurity


def make_mailer(
    settings: Settings, port: int, *, patience: float = 10.0, **changes: object
) -> SmtpMailer:
    own = settings.model_copy(
        update={"smtp_port": port, "smtp_security": SmtpSecurity.none, **changes}
    )
    return SmtpMailer(
        own, connect_timeout=patience, command_timeout=patience, answer_timeout=patience
    )


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with running_mail_server() as server:
        yield server


@pytest.fixture
async def mailer(server: MailServer, settings: Settings) -> AsyncIterator[SmtpMailer]:
    mailer = make_mailer(settings, server.port)
    yield mailer
    await mailer.close()


@pytest.fixture
async def hasty(server: MailServer, settings: Settings) -> AsyncIterator[SmtpMailer]:
    """Gives up soon: for servers that never answer."""
    mailer = make_mailer(settings, server.port, patience=0.3)
    yield mailer
    await mailer.close()


async def test_a_mail_arrives_whole(server: MailServer, mailer: SmtpMailer) -> None:
    answer = await mailer.send(a_mail(), at=AT)
    assert answer == "250 2.0.0 Queued as 1"
    [accepted] = server.accepted
    message = accepted.message
    assert accepted.mail_from == "billing@example.com"
    assert accepted.rcpt_to == ["ada@example.org"]
    assert (
        message["From"] == '"Hale & Moreno LLP" <billing@example.com>'
        or str(message["From"]) == "Hale & Moreno LLP <billing@example.com>"
    )
    assert message["To"] == "ada@example.org"
    assert message["Reply-To"] == "dana@example.com"
    assert message["Message-ID"] == "<1042.1@example.com>"
    assert message["Date"] == "Mon, 02 Mar 2026 15:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    parts = {part.get_content_type(): part for part in message.iter_parts()}
    assert list(parts) == ["text/plain", "text/html"]
    assert parts["text/plain"].get_content().replace("\r\n", "\n") == a_mail().text
    assert parts["text/html"].get_content().strip() == a_mail().html


async def test_lines_of_dots_survive(server: MailServer, mailer: SmtpMailer) -> None:
    text = ".\n..\n.one\n\n.\nend\n"
    await mailer.send(a_mail(text=text), at=AT)
    [accepted] = server.accepted
    body = accepted.message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text


async def test_bcc_is_in_the_envelope_only(server: MailServer, mailer: SmtpMailer) -> None:
    await mailer.send(a_mail(cc=("c@example.org",), bcc=("secret@example.org",)), at=AT)
    [accepted] = server.accepted
    assert accepted.rcpt_to == ["ada@example.org", "c@example.org", "secret@example.org"]
    assert accepted.message["Cc"] == "c@example.org"
    assert b"secret@" not in accepted.raw


async def test_a_refused_copy_does_not_keep_the_mail_from_its_recipient(
    server: MailServer, mailer: SmtpMailer
) -> None:
    server.answers["c@example.org"] = "550 5.1.1 Nobody here"
    answer = await mailer.send(a_mail(cc=("c@example.org",)), at=AT)
    assert answer == "250 2.0.0 Queued as 1 (not to c@example.org: 550 5.1.1 Nobody here)"
    assert server.accepted[0].rcpt_to == ["ada@example.org"]


async def test_a_refused_recipient_is_not_outvoted_by_a_copy(
    server: MailServer, mailer: SmtpMailer
) -> None:
    server.answers["ada@example.org"] = "550 5.1.1 Nobody here"
    with pytest.raises(MailRefused, match=r"550 5\.1\.1 Nobody here"):
        await mailer.send(a_mail(bcc=("boss@example.com",)), at=AT)
    assert server.accepted == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_5xx_is_a_refusal(server: MailServer, mailer: SmtpMailer, step: str) -> None:
    server.answers[step] = "550 5.7.1 No"
    with pytest.raises(MailRefused, match=r"550 5\.7\.1 No"):
        await mailer.send(a_mail(), at=AT)
    assert server.accepted == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_4xx_is_a_no_for_now(server: MailServer, mailer: SmtpMailer, step: str) -> None:
    server.answers[step] = "451 4.7.1 Greylisted"
    with pytest.raises(MailDeferred, match="Greylisted") as caught:
        await mailer.send(a_mail(), at=AT)
    assert not isinstance(caught.value, MailServerUnavailable)
    assert server.accepted == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_421_is_about_the_whole_server(
    server: MailServer, mailer: SmtpMailer, step: str
) -> None:
    server.answers[step] = "421 4.3.2 Shutting down"
    with pytest.raises(MailServerUnavailable, match="Shutting down"):
        await mailer.send(a_mail(), at=AT)
    assert server.accepted == []


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("fault", ["hang_up", "silent"])
async def test_a_loss_before_the_mail_itself_proves_that_nothing_was_taken(
    server: MailServer, hasty: SmtpMailer, step: str, fault: str
) -> None:
    getattr(server, fault).add(step)
    with pytest.raises(MailServerUnavailable):
        await hasty.send(a_mail(), at=AT)
    assert server.accepted == []


@pytest.mark.parametrize("step", ["DOT", "AFTER"])
@pytest.mark.parametrize("fault", ["hang_up", "silent"])
async def test_a_loss_after_the_final_dot_is_uncertain(
    server: MailServer, hasty: SmtpMailer, step: str, fault: str
) -> None:
    getattr(server, fault).add(step)
    with pytest.raises(MailUncertain):
        await hasty.send(a_mail(), at=AT)


async def test_an_answer_that_is_none_is_uncertain(server: MailServer, mailer: SmtpMailer) -> None:
    server.answers["DOT"] = "Thanks a lot"
    with pytest.raises(MailUncertain):
        await mailer.send(a_mail(), at=AT)


async def test_any_2xx_after_the_final_dot_is_a_yes(server: MailServer, mailer: SmtpMailer) -> None:
    server.answers["DOT"] = "252 Taken, I think"
    assert await mailer.send(a_mail(), at=AT) == "252 Taken, I think"


async def test_nobody_listens(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(MailServerUnavailable):
        await make_mailer(settings, port).send(a_mail(), at=AT)


async def test_no_such_host(settings: Settings) -> None:
    mailer = make_mailer(settings, 25, smtp_host="mail.invalid")
    with pytest.raises(MailServerUnavailable):
        await mailer.send(a_mail(), at=AT)


@asynccontextmanager
async def server_that_says(words: bytes) -> AsyncIterator[int]:
    """A server that says one thing, or nothing, and no more; its port."""
    gone = asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]
        await gone.wait()


@pytest.mark.parametrize(
    "words",
    [b"", b"554 5.7.1 Go away\r\n", b"421 Too many\r\n", b"HTTP/1.1 400 Bad Request\r\n"],
    ids=["silence", "554", "421", "not SMTP"],
)
async def test_a_greeting_that_is_no_welcome(settings: Settings, words: bytes) -> None:
    async with server_that_says(words) as port:
        with pytest.raises(MailServerUnavailable):
            await make_mailer(settings, port, patience=0.5).send(a_mail(), at=AT)


async def test_a_server_without_starttls_gets_no_mail(
    server: MailServer, settings: Settings
) -> None:
    mailer = make_mailer(settings, server.port, smtp_security=SmtpSecurity.starttls)
    with pytest.raises(MailServerUnavailable, match="STARTTLS"):
        await mailer.send(a_mail(), at=AT)
    assert server.accepted == []


async def test_log_in(settings: Settings) -> None:
    async with running_mail_server(password="right") as server:
        log_in = {"smtp_username": "billing", "smtp_password": SecretStr("right")}
        mailer = make_mailer(settings, server.port, **log_in)
        await mailer.send(a_mail(), at=AT)
        await mailer.close()
        assert len(server.accepted) == 1


@pytest.mark.parametrize(
    "log_in",
    [{}, {"smtp_username": "billing", "smtp_password": SecretStr("wrong")}],
    ids=["none", "wrong"],
)
async def test_a_wrong_log_in_condemns_no_mail(
    settings: Settings, log_in: dict[str, object]
) -> None:
    async with running_mail_server(password="right") as server:
        mailer = make_mailer(settings, server.port, **log_in)
        with pytest.raises(MailServerUnavailable, match="53"):
            await mailer.send(a_mail(), at=AT)


async def test_one_connection_carries_many_mails(server: MailServer, mailer: SmtpMailer) -> None:
    for number in range(5):
        await mailer.send(a_mail(message_id=f"<{number}@example.com>"), at=AT)
    assert server.connections == 1
    assert len(server.accepted) == 5


async def test_mails_at_once_have_a_connection_each(server: MailServer, mailer: SmtpMailer) -> None:
    mails = [a_mail(message_id=f"<{number}@example.com>") for number in range(40)]
    await asyncio.gather(*(mailer.send(mail, at=AT) for mail in mails))
    assert {accepted.message["Message-ID"] for accepted in server.accepted} == {
        mail.message_id for mail in mails
    }
    assert 1 < server.connections <= 8


@pytest.mark.parametrize(
    "fault",
    [
        lambda server: server.answers.update(RCPT="550 No"),
        lambda server: server.answers.update(DOT="451 Later"),
        lambda server: server.hang_up.add("DOT"),
    ],
    ids=["550", "451", "hang up"],
)
async def test_after_a_failure_the_next_mail_is_whole(
    server: MailServer, mailer: SmtpMailer, fault: Callable[[MailServer], None]
) -> None:
    await mailer.send(a_mail(), at=AT)
    fault(server)
    with pytest.raises((MailDeferred, MailRefused, MailUncertain)):
        await mailer.send(a_mail(to="lost@example.org"), at=AT)
    server.answers.clear()
    server.hang_up.clear()
    await mailer.send(a_mail(to="next@example.org"), at=AT + timedelta(minutes=1))
    assert [accepted.rcpt_to for accepted in server.accepted] == [
        ["ada@example.org"],
        ["next@example.org"],
    ]
