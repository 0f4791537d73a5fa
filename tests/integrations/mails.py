"""Mails to send in tests."""

from datetime import UTC, datetime
from typing import Any

from invoice_tracker.ports import OutgoingMail

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def a_mail(**changes: Any) -> OutgoingMail:
    """An ordinary reminder."""
    values: dict[str, Any] = {
        "message_id": "<1042.1@example.com>",
        "from_name": "Hale & Moreno LLP",
        "from_email": "billing@example.com",
        "to": "ada@example.org",
        "subject": "Invoice 1042",
        "text": "Dear Ada,\n\nInvoice 1042 is due.\n",
        "html": "<p>Dear Ada,</p><p>Invoice 1042 is due.</p>",
        "reply_to": "dana@example.com",
    }
    return OutgoingMail(**(values | changes))
