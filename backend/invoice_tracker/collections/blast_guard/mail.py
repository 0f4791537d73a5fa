"""What the owners are told when the blast guard has stopped everything."""

from invoice_tracker.outbox.layout import Button, MailLayout, render_html, render_text
from invoice_tracker.outbox.schemas import MailContent


def compose_alert(*, mail_from: str, firm_name: str, reason: str, link: str) -> MailContent:
    """From the product itself. ``reason`` is the guard's own sentence."""
    title = "No reminder leaves until you have looked"
    layout = MailLayout(
        heading=firm_name,
        title=title,
        blocks=(
            reason,
            "This happens when many due dates change at once in Clio, or when a rule starts more"
            " reminders than usual. Nothing is lost: the mails wait.",
            Button(label="Look at the mails", url=link),
            "If they are right, press “Send them” there. If not, pause everything and put it right"
            " first.",
        ),
    )
    return MailContent(
        from_name="Invoice Tracker",
        from_email=mail_from,
        subject=f"{firm_name}: {title.lower()}",
        text=render_text(layout),
        html=render_html(layout),
    )
