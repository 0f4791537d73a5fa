"""A bill as it is printed."""

from pathlib import Path
from typing import Any

from invoice_tracker.sandbox.clio.bill_shape import balance_minor
from invoice_tracker.sandbox.clio.store import Account, Row
from invoice_tracker.sandbox.pages import page_templates

PAGES = page_templates(Path(__file__).parent / "templates")
WORK = ("Correspondence with the other side", "Drafting and revision", "Conference with client")
SHARES = (25, 45)


def preview(account: Account, bill: Row) -> str:
    """The whole HTML document, with its styles in it."""
    matters = [account.table("matters")[item] for item in bill["matter_ids"]]
    return PAGES.get_template("preview.html").render(
        firm=account.name,
        bill=bill,
        client=account.get("contacts", bill["client_id"]),
        matters=matters,
        lines=_lines(bill),
        balance_minor=balance_minor(bill),
    )


def _lines(bill: Row) -> list[dict[str, Any]]:
    """The total spread over what was done, so that the lines add up to it."""
    total = bill["total_minor"]
    amounts = [total * share // 100 for share in SHARES]
    amounts.append(total - sum(amounts))
    return [
        {"work": work, "amount_minor": amount} for work, amount in zip(WORK, amounts, strict=True)
    ]
