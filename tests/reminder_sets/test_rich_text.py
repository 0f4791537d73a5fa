"""Rich texts: cleaned, filled in without holes, and the same as plain text."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reminder_sets.test_mail import FACTS, TWO, Written

from invoice_tracker.domain.reminder_text import BodyFormat, example_values, text_values
from invoice_tracker.reminder_sets.mail import CannotWrite, write_mail
from invoice_tracker.reminder_sets.rich_text import TAGS, as_text, clean, fill, split

VALUES = example_values()


def rich(body: str) -> Written:
    return Written(body=body, body_format=BodyFormat.rich)


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("<p>Hi <b>x</b><img src=x onerror=alert(1)></p>", "<p>Hi x</p>"),
        ("<p onclick='x()' style='color:red' class='y'>Hi</p>", "<p>Hi</p>"),
        ("<script>alert(1)</script><p>Hi</p>", "<p>Hi</p>"),
        ("<p><a href='javascript:alert(1)'>x</a></p>", '<p><a rel="noopener">x</a></p>'),
        ("<p><a href='/settings'>x</a></p>", '<p><a rel="noopener">x</a></p>'),
        ("<p><a href='{{ pay.link }}'>x</a></p>", '<p><a rel="noopener">x</a></p>'),
        (
            "<p><a href='https://a.example/?x=1&y=2'>x</a></p>",
            '<p><a href="https://a.example/?x=1&amp;y=2" rel="noopener">x</a></p>',
        ),
        ("<p>{{&nbsp;client.name }}</p>", "<p>{{ client.name }}</p>"),
        ("<p>A\0B\x1b</p>", "<p>AB</p>"),
    ],
)
def test_only_simple_tags_and_real_addresses_remain(html: str, cleaned: str) -> None:
    assert clean(html) == cleaned
    assert clean(cleaned) == cleaned


def test_values_are_escaped_and_never_read_as_a_template() -> None:
    values = VALUES | {"client.name": "<b>{{ pay.link }}</b> & Co"}
    assert fill("<p>Dear {{ client.name }},</p>", values) == (
        "<p>Dear &lt;b&gt;{{ pay.link }}&lt;/b&gt; &amp; Co,</p>"
    )


def test_a_line_without_its_value_is_left_out() -> None:
    values = VALUES | {"firm.phone": "", "promise.date": ""}
    html = (
        "<p>Yours<br>Phone: <strong>{{ firm.phone }}</strong><br>{{ firm.name }}</p>"
        "<ul><li><p>Promised: {{ promise.date }}</p></li></ul>"
        "<p>Call {{ firm.phone }}</p>"
    )
    assert fill(html, values) == "<p>Yours<br>Example Law</p>"


def test_as_text() -> None:
    html = (
        "<h3>About</h3><p>One<br>two</p><ul><li><p>first</p></li><li>second</li></ul>"
        '<ol><li>third</li></ol><p>See <a href="https://a.example/x">our terms</a> or'
        ' <a href="https://b.example">https://b.example</a>.</p>'
    )
    assert as_text(html).splitlines() == [
        "About",
        "",
        "One",
        "two",
        "",
        "  * first",
        "  * second",
        " 1. third",
        "",
        "See our terms (https://a.example/x) or https://b.example.",
    ]


def test_a_rich_mail_has_button_table_signature_and_a_plain_part() -> None:
    body = (
        "<p>Dear <strong>{{ client.first_name }}</strong>,</p><p></p>"
        "<p>{{ invoices.table }}</p><p>{{ pay.link }}</p><p>{{ signature }}</p>"
    )
    mail = write_mail(rich(body), TWO)
    assert "<strong>Ada</strong>" in mail.html
    assert 'style="margin: 0 0 16px 0;"' in mail.html
    assert mail.text.startswith("Dear Ada,\n\nInvoice ")
    assert re.search(r"Total +\$\d", mail.text)
    assert re.search(r"View and pay \$[\d,.]+:\nhttps://pay.example/", mail.text)
    assert "Dana Hale" in mail.text


def test_a_rich_mail_about_two_invoices_lists_them_unasked() -> None:
    mail = write_mail(rich("<p>Hello</p><p>{{ pay.link }}</p>"), TWO)
    assert mail.text.index("Total") < mail.text.index("View and pay $")


def test_a_link_within_a_sentence_is_a_link() -> None:
    mail = write_mail(rich("<p>Pay here: {{ pay.link }}</p>"), FACTS)
    assert 'Pay here: <a href="https://pay.example/1"' in mail.html
    assert "Pay here: https://pay.example/1" in mail.text


@pytest.mark.parametrize(
    "body", ["<p>{{ nope }}</p>", "<p>{{ invoice.<em>number</em> }}</p>", "<p>{{ broken</p>"]
)
def test_what_cannot_be_filled_in_is_never_sent(body: str) -> None:
    with pytest.raises(CannotWrite):
        write_mail(rich(body), FACTS)


words = st.sampled_from(
    ["Dear", " ", "{{ client.name }}", "{{ promise.date }}", "<br>", "<strong>x</strong>", "&amp;",
     "<script>alert(1)</script>", "{{ pay.link }}", "{{ invoices.table }}", "<img src=x>", "<",
     "<a href='https://a.example'>{{ invoice.number }}</a>", "\n", "{{ firm.address }}"]
)  # fmt: skip
inline = st.lists(words, max_size=6).map("".join)
blocks = st.tuples(st.sampled_from(["p", "h3", "ul", "li", "blockquote", "div"]), inline).map(
    lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
)


@example("{{ client.name }}", "\x08")
@given(st.lists(st.one_of(inline, blocks), max_size=5).map("".join), st.text(max_size=40))
def test_nothing_is_left_unfilled_and_nothing_unsafe_comes_in(body: str, name: str) -> None:
    facts = replace(FACTS.text, client_name=name.replace("{", "") or "x")
    values = text_values(facts) | {"client.name": facts.client_name.strip() or "x"}
    html = fill(clean(body), values)
    assert "{{" not in html + as_text(html)
    assert set(re.findall(r"</?(\w+)", html)) <= TAGS
    assert set(re.findall(r"<\w+ ([\w-]+)=", html)) <= {"href", "rel"}
    assert "".join(block.html for block in split(clean(html))) == clean(html)


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=60)
)
def test_a_value_comes_out_as_it_went_in(value: str) -> None:
    html = fill("<p>a {{ client.name }} z</p>", {"client.name": value or "x"})
    if value.strip():
        said = unescape(re.sub(r"<br>", "\n", html.removeprefix("<p>a ").removesuffix(" z</p>")))
        assert said.splitlines() == value.strip().splitlines()


def test_control_characters_of_a_value_are_left_out() -> None:
    assert fill("<p>a {{ client.name }}</p>", {"client.name": "A\x08da\x1b"}) == "<p>a Ada</p>"
