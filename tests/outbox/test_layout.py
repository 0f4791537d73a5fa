"""The look of a mail: safe, complete without anything remote, and the same as text."""

import re
from html.parser import HTMLParser

import pytest

from invoice_tracker.outbox.layout import Button, Facts, MailLayout, Table, render_html, render_text

PAY = "https://pay.example/p/abc?x=1&y=2"


def a_layout(**changes: object) -> MailLayout:
    values: dict[str, object] = {
        "heading": "Hale & Moreno LLP",
        "blocks": [
            "Dear Ada,",
            "Invoice 1042 was due.\nPlease see https://example.com/terms?a=1&b=2.",
            Facts([("Invoice", "1042"), ("Amount due", "$1,200.00")]),
            Button("Pay $1,200.00", PAY),
        ],
        "signature": "Kind regards\nDana Hale",
        "footer": ["Hale & Moreno LLP", "1 Main St, New York", "+1 212 555 0100"],
        "title": "Invoice 1042",
        "preview": "Due on March 1",
    }
    return MailLayout(**(values | changes))  # type: ignore[arg-type]


class Seen(HTMLParser):
    """Tags that are open too long, addresses, and the text."""

    VOID = ("meta", "br", "img", "link", "hr")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_the_html_is_whole_and_has_every_part() -> None:
    seen = Seen(render_html(a_layout()))
    for text in ("Hale & Moreno LLP", "Dear Ada,", "$1,200.00", "Dana Hale", "+1 212 555 0100"):
        assert text in seen.texts
    assert seen.addresses.count(PAY) == 2  # the button, and the address to copy
    assert "https://example.com/terms?a=1&b=2" in seen.addresses


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = render_html(a_layout())
    assert not {"img", "link", "script", "iframe", "form"} & set(Seen(html).tags)
    assert "@import" not in html
    assert "url(" not in html


def test_styles_are_in_the_elements_and_the_dark_ones_in_the_head() -> None:
    html = render_html(a_layout())
    assert '<p style="' in html
    assert "prefers-color-scheme: dark" in html
    assert 'name="color-scheme"' in html


def test_the_template_leaves_no_trace() -> None:
    html = render_html(a_layout())
    for trace in ("{{", "}}", "<!--%", "%-->", "{%"):
        assert trace not in html


@pytest.mark.parametrize("field", ["heading", "signature", "title", "preview"])
def test_markup_in_a_text_is_only_text(field: str) -> None:
    evil = '<script>alert(1)</script><a href="javascript:x">&'
    html = render_html(a_layout(**{field: evil}))
    assert "script" not in Seen(html).tags
    assert "&lt;script&gt;" in html


def test_markup_in_blocks_is_only_text() -> None:
    evil = "<img src=x onerror=alert(1)> {{ 7*7 }}"
    blocks = [evil, Facts([(evil, evil)]), Button(evil, PAY)]
    html = render_html(a_layout(blocks=blocks, footer=[evil]))
    assert "img" not in Seen(html).tags
    assert "{{ 7*7 }}" in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/pay", ""])
def test_a_button_leads_to_the_web_or_nowhere(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Button("Pay", url)


def test_an_address_of_another_kind_in_a_text_is_no_link() -> None:
    html = render_html(a_layout(blocks=["javascript:alert(1) or data:text/html,x"]))
    assert not any(a.startswith(("javascript", "data")) for a in Seen(html).addresses)


def test_the_same_as_text() -> None:
    assert render_text(a_layout()) == (
        "Dear Ada,\n\n"
        "Invoice 1042 was due.\nPlease see https://example.com/terms?a=1&b=2.\n\n"
        "Invoice: 1042\nAmount due: $1,200.00\n\n"
        f"Pay $1,200.00:\n{PAY}\n\n"
        "Kind regards\nDana Hale\n\n"
        "-- \nHale & Moreno LLP\n1 Main St, New York\n+1 212 555 0100\n"
    )


def test_long_lines_are_wrapped_and_addresses_are_not() -> None:
    address = "https://pay.example/" + "x" * 200
    text = render_text(a_layout(blocks=["word " * 60, f"Go to {address} now"]))
    assert address in text
    assert all(len(line) <= 76 or address in line for line in text.splitlines())


TABLE = Table(
    ("Invoice", "Balance"), [("1042", "$1,200.00"), ("7", "$3.50")], ("Total", "$1,203.50")
)


def test_a_table_has_only_its_amounts_to_the_right() -> None:
    html = render_html(a_layout(blocks=[TABLE]))
    right = re.findall(r"<t[dh][^>]*text-align: right[^>]*>([^<]+)<", html)
    assert right == ["Balance", "$1,200.00", "$3.50", "$1,203.50"]
    assert html.count("<tr>") - render_html(a_layout(blocks=[])).count("<tr>") == 4


def test_a_table_in_plain_text_stands_in_columns() -> None:
    text = render_text(a_layout(blocks=[TABLE], signature="", footer=[]))
    assert text.splitlines() == [
        "Invoice    Balance",
        "------------------",
        "1042     $1,200.00",
        "7            $3.50",
        "------------------",
        "Total    $1,203.50",
    ]


def test_the_logo_stands_for_the_heading_and_travels_with_the_mail() -> None:
    html = render_html(a_layout(has_logo=True))
    assert Seen(html).addresses.count("cid:logo") == 1
    assert 'alt="Hale &amp; Moreno LLP"' in html
