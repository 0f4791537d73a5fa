"""What people are written when a payment fails or is disputed."""

from collections.abc import Sequence

from invoice_tracker.firms.models import Sender
from invoice_tracker.outbox.layout import Block, Button, MailLayout, render_html, render_text
from invoice_tracker.outbox.schemas import MailContent, one_line
from invoice_tracker.payments.models import PaymentState


def compose_for_client(
    *,
    sender: Sender,
    firm_name: str,
    first_name: str,
    amount: str,
    numbers: Sequence[str],
    link: str | None,
) -> MailContent:
    """From the firm. The bank's reason stays out: it is the client's own affair."""
    title = f"Your payment of {amount} did not go through"
    blocks: list[Block] = [
        f"Dear {first_name}," if first_name else "Good day,",
        f"Your bank did not complete the payment of {amount} for {_invoices(numbers)}."
        " No money has reached us, so the amount is still open.",
    ]
    if link is not None:
        blocks += [
            "You can pay again, by bank or by card, whenever it suits you:",
            Button(label="Pay again", url=link),
        ]
    blocks.append(
        "If you think this is a mistake, or have already paid in another way, please answer this"
        " e-mail. Thank you."
    )
    layout = MailLayout(heading=firm_name, title=title, blocks=blocks)
    return MailContent(
        from_name=one_line(sender.from_name),
        from_email=sender.from_email,
        subject=title,
        text=render_text(layout),
        html=render_html(layout),
        reply_to=sender.reply_to,
    )


def compose_for_staff(
    *,
    mail_from: str,
    firm_name: str,
    state: PaymentState,
    amount: str,
    client_name: str,
    numbers: Sequence[str],
    link: str,
) -> MailContent:
    """From the product itself, to whoever looks after the money."""
    if state is PaymentState.disputed:
        title = f"A client's bank disputes a payment of {amount}"
        what = (
            "Reminders wait until you have decided. Please answer the dispute in the Stripe"
            " dashboard before its deadline."
        )
    else:
        title = f"A payment of {amount} has failed"
        what = "The amount is owed again, and reminders go on by their own rules."
    layout = MailLayout(
        heading=firm_name,
        title=title,
        blocks=(
            f"{client_name}, {_invoices(numbers)}: {what}",
            Button(label="Look at the payment", url=link),
        ),
    )
    return MailContent(
        from_name="Invoice Tracker",
        from_email=mail_from,
        subject=one_line(f"{firm_name}: {title[0].lower()}{title[1:]}"),
        text=render_text(layout),
        html=render_html(layout),
    )


def _invoices(numbers: Sequence[str]) -> str:
    if len(numbers) == 1:
        return f"invoice {numbers[0]}"
    if len(numbers) <= 10:
        return f"invoices {', '.join(numbers)}"
    return f"{len(numbers)} invoices"
