"""What is on the wire: Unicode, long headers, conversations, and no smuggled header."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.mails import AT, a_mail
from invoice_tracker.integrations.mail.mime import Unmailable, build_mime
from invoice_tracker.ports import Attachment


def parsed(**changes: Any) -> EmailMessage:
    message = message_from_bytes(build_mime(a_mail(**changes), at=AT), policy=default_policy)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def test_unicode_everywhere() -> None:
    message = parsed(
        from_name="Müller, Straße & Søn · 法律事務所",
        subject="Rechnung № 1042 über 1.200,00 € – bitte zahlen 🙏",
        text="Grüße\n–\n",
        html="<p>Grüße – 你好</p>",
    )
    [sender] = message["From"].addresses
    assert sender.display_name == "Müller, Straße & Søn · 法律事務所"
    assert sender.addr_spec == "billing@example.com"
    assert message["Subject"] == "Rechnung № 1042 über 1.200,00 € – bitte zahlen 🙏"
    assert body(message, "plain") == "Grüße\n–\n"
    assert body(message, "html").strip() == "<p>Grüße – 你好</p>"


def test_the_wire_is_ascii_in_short_lines() -> None:
    raw = build_mime(
        a_mail(subject="Ü" * 300, from_name="é" * 200, html="<p>" + "ß" * 5000 + "</p>"), at=AT
    )
    assert raw.isascii()
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(st.text(st.characters(exclude_categories=["C", "Z"], codec="utf-8") | st.just(" ")))
def test_any_subject_arrives_as_it_was(subject: str) -> None:
    # Blanks at a fold are the one thing a header may change.
    assert str(parsed(subject=subject)["Subject"]).split() == subject.split()


@given(st.text(st.characters(exclude_characters="\r", codec="utf-8")))
def test_any_text_arrives_as_it_was(text: str) -> None:
    assert body(parsed(text=text), "plain").rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize(
    "field", ["subject", "from_name", "from_email", "to", "reply_to", "message_id", "in_reply_to"]
)
@pytest.mark.parametrize(
    "smuggled",
    [
        "x\r\nBcc: victim@example.org",
        "x\nBcc: victim@example.org",
        "x\rBcc: v@example.org",
        "x\x00y",
        "x\u2028Bcc: victim@example.org",
        "x\x85Bcc: victim@example.org",
    ],
)
def test_a_line_break_in_a_header_is_refused(field: str, smuggled: str) -> None:
    with pytest.raises(Unmailable):
        build_mime(a_mail(**{field: smuggled}), at=AT)


@pytest.mark.parametrize("field", ["cc", "references"])
def test_a_line_break_in_a_list_is_refused(field: str) -> None:
    with pytest.raises(Unmailable):
        build_mime(a_mail(**{field: ("<ok@example.org>\r\nX-Evil: 1",)}), at=AT)


@pytest.mark.parametrize(
    "address", ["", "ada", "@example.org", "ada@", "a b@example.org", "ada@example.org>", "jö@x.de"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Unmailable):
        build_mime(a_mail(to=address), at=AT)


def test_an_international_domain_goes_out_in_ascii() -> None:
    assert parsed(to="ada@straße.example")["To"] == "ada@xn--strae-oqa.example"


def test_a_conversation_keeps_its_root_and_its_youngest() -> None:
    ids = [f"<{number}.{'x' * 60}@example.com>" for number in range(30)]
    message = parsed(in_reply_to=ids[-1], references=tuple(ids))
    assert str(message["In-Reply-To"]).strip() == ids[-1]
    assert str(message["References"]).split() == [ids[0], *ids[-19:]]


def test_a_name_cannot_pretend_to_be_an_address() -> None:
    [sender] = parsed(from_name='"Bank" <bank@example.org>,')["From"].addresses
    assert sender.addr_spec == "billing@example.com"
    assert sender.display_name == '"Bank" <bank@example.org>,'


def test_the_bill_stands_beside_the_text_in_its_two_forms() -> None:
    message = parsed(attachments=[Attachment("Invoice 1042.pdf", "application/pdf", b"%PDF")])
    assert message.get_content_type() == "multipart/mixed"
    text, bill = message.iter_parts()
    assert text.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in text.iter_parts()] == ["text/plain", "text/html"]
    assert (bill.get_content_disposition(), bill["MIME-Version"]) == ("attachment", "1.0")
    assert body(message, "plain").startswith("Dear Ada,")
    assert message["Subject"] == "Invoice 1042"


def test_without_a_file_nothing_is_wrapped() -> None:
    assert parsed().get_content_type() == "multipart/alternative"


@given(st.text(st.characters(exclude_categories=["C", "Z"], codec="utf-8"), min_size=1))
def test_any_file_name_arrives_as_it_was(name: str) -> None:
    [bill] = parsed(
        attachments=[Attachment(f"{name}.pdf", "application/pdf", b"%PDF")]
    ).iter_attachments()
    assert bill.get_filename() == f"{name}.pdf"


def test_files_keep_the_wire_ascii_and_its_lines_short() -> None:
    files = [Attachment("Ü" * 60 + ".pdf", "application/pdf", bytes(range(256)) * 100)]
    raw = build_mime(a_mail(attachments=files), at=AT)
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("smuggled", ["a\r\nBcc: victim@example.org", "a\nb.pdf", "a\0.pdf"])
def test_a_line_break_in_a_file_name_is_refused(smuggled: str) -> None:
    for changes in ({"name": smuggled}, {"content_type": smuggled}):
        file = replace(Attachment("a.pdf", "application/pdf", b"%PDF"), **changes)
        with pytest.raises(Unmailable):
            build_mime(a_mail(attachments=[file]), at=AT)


def test_a_picture_of_the_html_stands_beside_it_and_not_among_the_files() -> None:
    logo = Attachment("logo.png", "image/png", b"\x89PNG", content_id="logo")
    bill = Attachment("Invoice 1042.pdf", "application/pdf", b"%PDF")
    message = parsed(html='<img src="cid:logo">', attachments=[logo, bill])
    assert message.get_content_type() == "multipart/mixed"
    text, file = message.iter_parts()
    assert file.get_filename() == "Invoice 1042.pdf"
    plain, related = text.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == (
        "text/plain",
        "multipart/related",
    )
    html, picture = related.iter_parts()
    assert html.get_content_type() == "text/html"
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<logo>", "inline")
    assert picture.get_content() == b"\x89PNG"
