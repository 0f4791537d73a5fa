"""The mail that verifies a sender's address."""

from invoice_tracker.outbox.layout import Button, MailLayout, render_html, render_text
from invoice_tracker.outbox.schemas import MailContent


def compose_verification(*, mail_from: str, firm_name: str, address: str, link: str) -> MailContent:
    """From the product itself, since nothing leaves from an address that is not verified."""
    layout = MailLayout(
        heading=firm_name,
        title=f"Confirm {address}",
        blocks=(
            f"Please confirm that {firm_name} may send mail to its clients from {address}.",
            Button(label="Confirm this address", url=link),
            "The link works for three days. If you did not ask for this, do nothing.",
        ),
    )
    return MailContent(
        from_name="Invoice Tracker",
        from_email=mail_from,
        subject=f"Confirm {address} for {firm_name}",
        text=render_text(layout),
        html=render_html(layout),
    )
