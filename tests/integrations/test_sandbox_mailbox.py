"""The sandbox mailbox: real SMTP in, a mail client and JSON out."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest
from fastapi import FastAPI

from integrations.sandbox_serving import serving
from invoice_tracker.sandbox.mailbox.app import create_app
from invoice_tracker.sandbox.mailbox.page import linked
from invoice_tracker.sandbox.mailbox.store import MailStore

CLIENT = "ann@client.test"


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Mailbox:
    """A running mailbox, with the ways to reach it."""

    def __init__(self, app: FastAPI, url: str, clock: Clock) -> None:
        self.port: int = app.state.smtp_port
        self.clock = clock
        self.http = httpx.AsyncClient(base_url=url)

    async def send(self, message: EmailMessage, **options: Any) -> Any:
        options = {"hostname": "127.0.0.1", "port": self.port, "timeout": 5} | options
        return await aiosmtplib.send(message, start_tls=False, **options)

    async def got(self, to: str = "") -> list[dict[str, Any]]:
        answer = await self.http.get("/api/messages", params={"to": to})
        found: list[dict[str, Any]] = answer.json()
        return found

    async def fault(self, kind: str, **more: object) -> None:
        answer = await self.http.post("/api/faults", json={"kind": kind} | more)
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    clock = Clock()
    app = create_app(MailStore(tmp_path), clock, smtp_port=0)
    async with serving(app) as url:
        mailbox = Mailbox(app, url, clock)
        yield mailbox
        await mailbox.http.aclose()


def mail(
    subject: str = "Invoice 1042 from Sandbox Law LLP",
    *,
    to: str = CLIENT,
    message_id: str = "<inv-1.1@firm.test>",
    follows: list[str] | None = None,
    html: str = "<p>Please pay <a href='http://shop.test/pay/1'>here</a></p>",
    text: str = "Please pay: http://shop.test/pay/1.",
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = '"Sandbox Law LLP" <billing@firm.test>'
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    if follows:
        message["In-Reply-To"] = follows[-1]
        message["References"] = " ".join(follows)
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


# What comes in


async def test_a_mail_is_kept_as_it_came(mailbox: Mailbox) -> None:
    mailbox.clock.ahead = timedelta(days=30)
    message = mail(text="Grüße, José – 100 €")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="bill.pdf")
    await mailbox.send(message, sender="bounce@firm.test", recipients=[CLIENT, "copy@client.test"])
    [kept] = await mailbox.got(CLIENT.upper())
    assert kept["envelope"] == {
        "mail_from": "bounce@firm.test",
        "rcpt_to": [CLIENT, "copy@client.test"],
    }
    assert kept["subject"] == "Invoice 1042 from Sandbox Law LLP"
    assert kept["message_id"] == "<inv-1.1@firm.test>"
    assert kept["headers"]["Auto-Submitted"] == "auto-generated"
    assert kept["text"].strip() == "Grüße, José – 100 €"
    assert "shop.test/pay/1" in kept["html"]
    assert kept["attachments"] == [
        {"name": "bill.pdf", "content_type": "application/pdf", "size": 8}
    ]
    apart = datetime.fromisoformat(kept["received_at"]) - datetime.fromisoformat(
        kept["received_real_at"]
    )
    assert abs(apart - timedelta(days=30)) < timedelta(seconds=1)
    assert await mailbox.got("other@client.test") == []
    assert (await mailbox.http.get(f"/api/messages/{kept['id']}")).json() == kept
    pdf = await mailbox.http.get(f"/messages/{kept['id']}/attachments/0")
    assert (pdf.content, pdf.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    page = await mailbox.http.get("/", params={"c": kept["conversation"]})
    assert ">bill.pdf</a>" in page.text


async def test_any_login_is_accepted(mailbox: Mailbox) -> None:
    await mailbox.send(mail(), username="billing@firm.test", password="anything")
    assert len(await mailbox.got()) == 1


async def test_delete_by_recipient_and_all(mailbox: Mailbox) -> None:
    for to in ("a@client.test", "b@client.test", "b@client.test"):
        await mailbox.send(mail(to=to))
    deleted = await mailbox.http.delete("/api/messages", params={"to": "a@client.test"})
    assert deleted.json() == {"deleted": 1}
    assert len(await mailbox.got()) == 2
    first = (await mailbox.got())[-1]["id"]
    newer = await mailbox.http.get("/api/messages", params={"after": first})
    assert len(newer.json()) == 1
    assert (await mailbox.http.delete("/api/messages")).json() == {"deleted": 2}
    assert await mailbox.got() == []


async def test_a_restart_keeps_the_mail(tmp_path: Path) -> None:
    for expected in (1, 2):
        app = create_app(MailStore(tmp_path), Clock(), smtp_port=0)
        async with serving(app) as url:
            mailbox = Mailbox(app, url, Clock())
            await mailbox.send(mail(message_id=f"<{expected}@firm.test>"))
            assert len(await mailbox.got()) == expected
            await mailbox.http.aclose()


# Trouble


async def test_refused_connection_then_fine(mailbox: Mailbox) -> None:
    await mailbox.fault("refuse", count=2)
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPException) as refused:
            await mailbox.send(mail())
        assert isinstance(
            refused.value, aiosmtplib.SMTPConnectError | aiosmtplib.SMTPServerDisconnected
        )
    await mailbox.send(mail())
    assert len(await mailbox.got()) == 1


async def test_busy_server_greets_with_421(mailbox: Mailbox) -> None:
    await mailbox.fault("busy")
    with pytest.raises(aiosmtplib.SMTPConnectResponseError) as refused:
        await mailbox.send(mail())
    assert refused.value.code == 421
    assert await mailbox.got() == []


@pytest.mark.parametrize(("kind", "code"), [("rcpt_4xx", 451), ("rcpt_5xx", 550)])
async def test_recipient_refused(mailbox: Mailbox, kind: str, code: int) -> None:
    await mailbox.fault(kind, recipient=CLIENT)
    await mailbox.send(mail(to="other@client.test"))
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await mailbox.send(mail())
    assert refused.value.recipients[0].code == code
    await mailbox.send(mail())
    assert [m["envelope"]["rcpt_to"] for m in await mailbox.got()] == [
        [CLIENT],
        ["other@client.test"],
    ]


@pytest.mark.parametrize(("kind", "code"), [("data_4xx", 451), ("data_5xx", 554)])
async def test_message_refused(mailbox: Mailbox, kind: str, code: int) -> None:
    await mailbox.fault(kind)
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await mailbox.send(mail())
    assert refused.value.code == code
    assert await mailbox.got() == []


@pytest.mark.parametrize(("keep", "kept"), [(True, 1), (False, 0)])
async def test_connection_lost_after_the_final_dot(mailbox: Mailbox, keep: bool, kept: int) -> None:
    await mailbox.fault("drop", keep=keep)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await mailbox.send(mail())
    assert len(await mailbox.got()) == kept


async def test_a_late_answer_runs_into_the_senders_time_limit(mailbox: Mailbox) -> None:
    await mailbox.fault("delay", seconds=1.5, count=2)
    with pytest.raises(aiosmtplib.SMTPReadTimeoutError):
        await mailbox.send(mail(), timeout=0.5)
    assert len(await mailbox.got()) == 1  # the sender cannot know
    started = time.monotonic()
    await mailbox.send(mail(message_id="<inv-2@firm.test>"))
    assert time.monotonic() - started >= 1.5


async def test_faults_can_be_seen_and_cleared(mailbox: Mailbox) -> None:
    await mailbox.fault("rcpt_5xx", count=3)
    [waiting] = (await mailbox.http.get("/api/faults")).json()
    assert (waiting["kind"], waiting["count"]) == ("rcpt_5xx", 3)
    assert (await mailbox.http.delete("/api/faults")).json() == []
    await mailbox.send(mail())
    assert (await mailbox.http.post("/api/faults", json={"kind": "x"})).status_code == 422


# Conversations


async def test_replies_with_the_same_subject_join_the_conversation(mailbox: Mailbox) -> None:
    await mailbox.send(mail(message_id="<1@f>"))
    await mailbox.send(
        mail("Re: Invoice 1042 from Sandbox Law LLP", message_id="<2@f>", follows=["<1@f>"])
    )
    await mailbox.send(
        mail(
            "RE: Re: Invoice 1042  from Sandbox Law LLP",
            message_id="<3@f>",
            follows=["<1@f>", "<2@f>"],
        )
    )
    assert len({m["conversation"] for m in await mailbox.got()}) == 1
    page = (await mailbox.http.get("/")).text
    assert page.count('class="item"') == 1
    assert 'title="3 mails"' in page


@pytest.mark.parametrize(
    ("second", "together"),
    [
        (mail("Re: Invoice 1042 from Sandbox Law LLP", message_id="<2@f>"), True),
        (mail("Invoice 1042 from Sandbox Law LLP", message_id="<2@f>"), False),
        (mail("Final notice", message_id="<2@f>", follows=["<1@f>"]), False),
        (
            mail("Re: Invoice 1042 from Sandbox Law LLP", message_id="<2@f>", to="b@client.test"),
            False,
        ),
        (mail("Re: Invoice 1043 from Sandbox Law LLP", message_id="<2@f>"), False),
    ],
    ids=["re-same-person", "no-reference-no-re", "other-subject", "other-person", "other-invoice"],
)
async def test_what_else_makes_a_conversation(
    mailbox: Mailbox, second: EmailMessage, together: bool
) -> None:
    await mailbox.send(mail(message_id="<1@f>"))
    await mailbox.send(second)
    assert (len({m["conversation"] for m in await mailbox.got()}) == 1) is together


# The mail client


async def test_filter_search_and_reading_pane(mailbox: Mailbox) -> None:
    assert "No mail has arrived yet" in (await mailbox.http.get("/")).text
    await mailbox.send(mail())
    await mailbox.send(
        mail("Invoice 7 from Sandbox Law LLP", to="bob@client.test", message_id="<7@f>")
    )
    page = (await mailbox.http.get("/", params={"to": CLIENT})).text
    assert "Invoice 1042" in page
    assert "Invoice 7 " not in page
    page = (await mailbox.http.get("/", params={"q": "invoice 7"})).text
    assert "Invoice 1042" not in page
    [kept] = await mailbox.got(CLIENT)
    page = (await mailbox.http.get("/", params={"c": kept["conversation"]})).text
    assert f'src="/messages/{kept["id"]}/html"' in page
    assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in page
    page = (await mailbox.http.get("/", params={"c": kept["conversation"], "view": "text"})).text
    assert '<a href="http://shop.test/pay/1" target="_blank"' in page
    page = (await mailbox.http.get("/", params={"c": kept["conversation"], "view": "raw"})).text
    assert "auto-generated" in page
    raw = (await mailbox.http.get(f"/messages/{kept['id']}/raw")).text
    assert raw.startswith("From:")


async def test_html_of_a_mail_can_run_nothing(mailbox: Mailbox) -> None:
    message = mail(html="<script>alert(1)</script><img src='cid:logo@firm'>")
    html_part = message.get_payload()[1]  # type: ignore[index]
    html_part.add_related(b"\x89PNG", "image", "png", cid="<logo@firm>")  # type: ignore[union-attr,call-arg]
    await mailbox.send(message)
    [kept] = await mailbox.got()
    answer = await mailbox.http.get(f"/messages/{kept['id']}/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "allow-scripts" not in policy
    picture = f"/messages/{kept['id']}/inline/logo%40firm"
    assert picture in answer.text
    assert (await mailbox.http.get(picture)).content == b"\x89PNG"
    assert (await mailbox.http.get("/messages/99/html")).status_code == 404


async def test_subjects_and_names_are_escaped(mailbox: Mailbox) -> None:
    await mailbox.send(mail("<script>alert(1)</script>", text="<b>x</b>", html=""))
    [kept] = await mailbox.got()
    page = (await mailbox.http.get("/", params={"c": kept["conversation"]})).text
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_links_in_plain_text() -> None:
    assert linked('see http://a.test/x?a=1&b=2. <"') == (
        'see <a href="http://a.test/x?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">'
        "http://a.test/x?a=1&amp;b=2</a>. &lt;&#34;"
    )
