"""The mail that tells an attorney what is planned for the next sending day on their matters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.domain.plain_dates import with_weekday
from invoice_tracker.outbox.layout import Block, Button, MailLayout, render_html, render_text
from invoice_tracker.outbox.schemas import MailContent

MOST_CLIENTS = 40


@dataclass(frozen=True, slots=True)
class ClientsMails:
    """What one client would get: the invoices with what is owed, and the link that holds them."""

    name: str
    invoices: Sequence[tuple[str, Money]]
    link: str


def compose_preview(
    *,
    mail_from: str,
    firm_name: str,
    attorney_name: str,
    day: date,
    clients: Sequence[ClientsMails],
) -> MailContent:
    """From the product itself, to one attorney."""
    count = sum(len(client.invoices) for client in clients)
    reminders = "1 reminder" if count == 1 else f"{count} reminders"
    title = f"{reminders} planned for {with_weekday(day)}"
    greeting = f"{attorney_name}, these reminders" if attorney_name else "These reminders"
    blocks: list[Block] = [
        f"{greeting} on your matters are planned for {with_weekday(day)}."
        " You need to do nothing if they are right."
    ]
    for client in clients[:MOST_CLIENTS]:
        blocks.append(_line(client))
        blocks.append(Button(label=f"Hold {client.name}", url=client.link))
    if len(clients) > MOST_CLIENTS:
        more = len(clients) - MOST_CLIENTS
        blocks.append(f"And {more} more; the whole list is in Invoice Tracker, under To do.")
    blocks.append(
        "The links work until that day's mails have left. Each opens a page that asks"
        " once more before anything is held."
    )
    layout = MailLayout(heading=firm_name, title=title, blocks=blocks)
    return MailContent(
        from_name="Invoice Tracker",
        from_email=mail_from,
        subject=title,
        text=render_text(layout),
        html=render_html(layout),
    )


def _line(client: ClientsMails) -> str:
    owed = [f"Invoice {number}, {format_money(balance)}" for number, balance in client.invoices]
    return "\n".join([client.name, *owed])
