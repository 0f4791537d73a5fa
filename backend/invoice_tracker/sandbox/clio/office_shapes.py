"""Allocations, tasks, communications, webhooks and balances as the API shows them."""

from typing import Any

from invoice_tracker.sandbox.clio.currencies import CURRENCY
from invoice_tracker.sandbox.clio.shape import (
    ROW,
    Nested,
    Shape,
    always,
    instants,
    many,
    never,
    none_of,
    one,
    plain,
    units,
)
from invoice_tracker.sandbox.clio.store import Account, Row


def _participant(account: Account, named: Row) -> Row | None:
    noun = "users" if named["type"] == "User" else "contacts"
    found = account.table(noun).get(named["id"])
    return {"type": "User", **found} if found else None


def _participants(key: str) -> Nested:
    def find(account: Account, row: Row) -> list[Row]:
        shown = [_participant(account, named) for named in row.get(key) or ()]
        return [person for person in shown if person]

    return Nested("participants", find)


def _assignee(account: Account, row: Row) -> Row | None:
    return _participant(account, row["assignee"])


def _amount(_: Account, row: Row) -> float:
    return units(row["amount_minor"], row["currency"])


def _of_bill(account: Account, row: Row) -> Row | None:
    bill = account.table("bills").get(row["bill_id"])
    matters: list[int] = bill["matter_ids"] if bill else []
    return account.table("matters").get(matters[0]) if matters else None


def _parent(_: Account, row: Row) -> dict[str, Any]:
    return {"id": row["id"], "etag": row["etag"], "type": "Payment", "identifier": None}


PARTICIPANT: Shape = {
    **ROW,
    **plain("type name enabled"),
    **always(None, "identifier initials job_title_name secondary_identifier"),
    **never("avatar"),
}
ALLOCATION: Shape = {
    **ROW,
    **plain("date"),
    **instants("voided_at"),
    "amount": _amount,
    **always(None, "description"),
    **always(False, "has_online_payment interest"),
    **always(True, "destroyable"),
    **always("Check", "payment_type"),
    "bill": one("bills", "bill_id"),
    "contact": one("contacts", "client_id"),
    "matter": Nested("matters", _of_bill),
    "parent": Nested("parents", _parent),
    **never("destination_bank_account source_bank_account"),
}
PARENT: Shape = plain("id etag type identifier")
TASK: Shape = {
    **ROW,
    **plain("name description status priority due_at permission"),
    **instants("completed_at"),
    **always("plain_text", "description_text_type"),
    **always(False, "notify_completion statute_of_limitations"),
    **always(0, "time_entries_count time_estimated"),
    "assignee": Nested("participants", _assignee),
    "assigner": one("users", "assigner_id"),
    "matter": one("matters", "matter_id"),
    **never("task_type"),
    **none_of("reminders time_entries"),
}
COMMUNICATION: Shape = {
    **ROW,
    **plain("subject body type date"),
    **instants("received_at"),
    **always(0, "time_entries_count"),
    "matter": one("matters", "matter_id"),
    "user": one("users", "user_id"),
    "senders": _participants("senders"),
    "receivers": _participants("receivers"),
    **never("communication_eml_file"),
    **none_of("documents external_properties notification_event_subscribers time_entries"),
}
HOOK: Shape = {
    **ROW,
    **plain("url fields shared_secret model status events"),
    **instants("expires_at"),
    "user": one("users", "user_id"),
}
OUTSTANDING: Shape = {
    **ROW,
    **plain("associated_matter_ids last_payment_date last_shared_date"),
    **plain("newest_issued_bill_due_date pending_payments_total reminders_enabled"),
    **plain("total_outstanding_balance"),
    "contact": one("contacts", "contact_id"),
    "currency": CURRENCY,
    "outstanding_bills": many("bills", "bill_ids"),
}
