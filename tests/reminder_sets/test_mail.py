"""From a step to a mail: paragraphs, button, signature, conversation."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from invoice_tracker.domain.money import Money
from invoice_tracker.domain.reminder_text import BodyFormat, InvoiceLine, TextFacts, about_all
from invoice_tracker.reminder_sets.mail import CannotWrite, SentMail, write_mail
from invoice_tracker.reminder_sets.mail_facts import MailFacts

FACTS = MailFacts(
    from_name="Hale & Moreno",
    from_email="billing@example.com",
    reply_to=None,
    text=TextFacts(
        client_name="Ada Okafor",
        client_first_name="Ada",
        is_company=False,
        invoice_number="1042",
        issued_on=date(2026, 2, 1),
        due_on=date(2026, 3, 1),
        today=date(2026, 3, 16),
        total=Money(120_000, "USD"),
        paid=Money(0, "USD"),
        balance=Money(120_000, "USD"),
        matter_number=None,
        pay_link="https://pay.example/1",
        firm_name="Hale & Moreno LLP",
        firm_phone="",
        firm_address="1 Main Street\nNew York",
        sender_name="Hale & Moreno",
        signature="Dana Hale",
    ),
)


@dataclass
class Written:
    subject: str = "Invoice {{ invoice.number }}"
    body: str = "Dear {{ client.first_name }},\n\n{{ pay.link }}\n\n{{ signature }}"
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    body_format: BodyFormat = BodyFormat.plain


def test_a_lone_pay_link_is_a_button_with_the_amount() -> None:
    mail = write_mail(Written(), FACTS)
    assert "Pay $1,200.00:\nhttps://pay.example/1" in mail.text
    assert 'href="https://pay.example/1"' in mail.html
    assert "Dana Hale" in mail.text


def test_without_stripe_there_is_no_button_and_no_hole() -> None:
    facts = replace(FACTS, text=replace(FACTS.text, pay_link=None))
    mail = write_mail(Written(), facts)
    assert "Pay $" not in mail.text + mail.html
    assert "{{" not in mail.text


ANSWERING = replace(FACTS, text=replace(FACTS.text, answer_link="https://pay.example/answer/1"))


@pytest.mark.parametrize("body_format", BodyFormat)
def test_a_lone_way_to_answer_is_one_sentence_with_one_link(body_format: BodyFormat) -> None:
    body = "Hello\n\n{{ answer.links }}\n\nBye"
    if body_format is BodyFormat.rich:
        body = "<p>Hello</p><p>{{ answer.links }}</p><p>Bye</p>"
    mail = write_mail(Written(body=body, body_format=body_format), ANSWERING)
    assert ">Tell us here</a>." in mail.html
    assert mail.html.count("https://pay.example/answer/1") == 1
    assert "is something not right? Tell us" in " ".join(mail.text.split())
    assert "\nhttps://pay.example/answer/1\n" in mail.text


def test_within_a_sentence_the_way_to_answer_is_its_address() -> None:
    mail = write_mail(Written(body="Write to us: {{ answer.links }}"), ANSWERING)
    assert "Write to us: https://pay.example/answer/1" in mail.text
    assert 'href="https://pay.example/answer/1"' in mail.html


def test_nobody_to_answer_leaves_no_hole() -> None:
    mail = write_mail(Written(body="Hello\n\n{{ answer.links }}\n\nBye"), FACTS)
    assert mail.text.startswith("Hello\n\nBye")


def test_a_mail_about_several_has_its_table_before_the_way_to_answer() -> None:
    facts = replace(TWO, text=replace(TWO.text, answer_link="https://pay.example/answer/1"))
    mail = write_mail(Written(body="Hello\n\n{{ answer.links }}"), facts)
    assert mail.text.index("1051") < mail.text.index("Tell us")


def test_a_client_cannot_smuggle_a_header_or_a_variable() -> None:
    facts = replace(
        FACTS,
        text=replace(
            FACTS.text,
            invoice_number="1\r\nBcc: x@evil.example",
            client_first_name="{{ pay.link }}",
        ),
    )
    mail = write_mail(Written(), facts)
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert "Dear {{ pay.link }}," in mail.text


def test_same_subject_is_a_reply() -> None:
    first = SentMail("<a@example.com>", "Invoice 1042")
    second = SentMail("<b@example.com>", "Re: Invoice 1042")
    mail = write_mail(Written(), FACTS, thread=[first, second])
    assert mail.subject == "Re: Invoice 1042"
    assert mail.in_reply_to == "<b@example.com>"
    assert mail.references == ("<a@example.com>", "<b@example.com>")


def test_another_subject_keeps_its_words() -> None:
    mail = write_mail(
        Written(subject="Final notice"), FACTS, thread=[SentMail("<a@x>", "Invoice 1042")]
    )
    assert mail.subject == "Final notice"
    assert mail.references == ("<a@x>",)


def test_a_long_conversation_keeps_its_root() -> None:
    thread = [SentMail(f"<{n}@x>", "Invoice 1042") for n in range(50)]
    references = write_mail(Written(), FACTS, thread=thread).references
    assert len(references) == 20
    assert references[0] == "<0@x>"
    assert references[-1] == "<49@x>"


@pytest.mark.parametrize("body", ["{{ nope }}", "{{ invoice.due_on }}", "{{ broken"])
def test_what_cannot_be_filled_in_is_never_sent(body: str) -> None:
    facts = replace(FACTS, text=replace(FACTS.text, due_on=None))
    with pytest.raises(CannotWrite):
        write_mail(Written(body=body), facts)


LINES = (
    InvoiceLine(
        "1042",
        date(2026, 2, 1),
        date(2026, 3, 1),
        Money(120_000, "USD"),
        Money(0, "USD"),
        Money(120_000, "USD"),
    ),
    InvoiceLine(
        "1051",
        date(2026, 2, 9),
        date(2026, 3, 9),
        Money(50_000, "USD"),
        Money(12_550, "USD"),
        Money(37_450, "USD"),
    ),
)
TWO = replace(FACTS, text=about_all(FACTS.text, LINES))


def test_a_mail_about_several_lists_them_with_their_total_before_the_button() -> None:
    mail = write_mail(Written(), TWO)
    assert mail.subject == "Invoice 1042 and 1051"
    table, button = mail.text.index("1051  "), mail.text.index("View and pay $1,574.50:")
    assert table < button
    assert "Total" in mail.text
    assert "$1,574.50" in mail.text
    assert "<th scope=" in mail.html


def test_the_table_stands_where_the_text_puts_it_and_once() -> None:
    body = "{{ invoices.table }}\n\nThank you.\n\n{{ pay.link }}"
    mail = write_mail(Written(body=body), TWO)
    assert mail.text.index("1051") < mail.text.index("Thank you.")
    assert mail.text.count("1051") == 1


def test_one_invoice_has_a_table_only_where_the_text_asks_for_one() -> None:
    assert "Balance" not in write_mail(Written(), FACTS).text
    alone = write_mail(Written(body="{{ invoices.table }}"), FACTS)
    assert "1042" in alone.text
    assert "Total" not in alone.text


def test_several_currencies_make_no_mail() -> None:
    pounds = replace(LINES[1], balance=Money(1, "GBP"), total=Money(1, "GBP"))
    with pytest.raises(ValueError, match="cannot be added"):
        about_all(FACTS.text, (LINES[0], pounds))


def test_a_number_of_a_client_is_never_read_as_html() -> None:
    lines = (LINES[0], replace(LINES[1], number="<b>1051</b>"))
    mail = write_mail(Written(), replace(FACTS, text=about_all(FACTS.text, lines)))
    assert "<b>1051" not in mail.html
