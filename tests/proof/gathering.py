"""Notes, photographs and the last state of the tables become evidence."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from proof.evidence import (
    Claim,
    ClioSaid,
    Evidence,
    Line,
    Mail,
    Message,
    Reminder,
    Rules,
    WallCheck,
)
from proof.firms import Office
from proof.photographs import instant
from proof.witness import Arrival, Offer, Witness
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

HAS_MONEY = {"settled", "partly_refunded", "disputed"}
OURS = {"stripe", "manual"}
PAGE_JUST_OPENED = timedelta(minutes=30)
MONEY_MOVES = {"processing": "a bank debit", "disputed": "a chargeback"}
Row = dict[str, Any]


async def gather(
    witness: Witness,
    owner: AsyncEngine,
    offices: list[Office],
    wall: Iterable[WallCheck],
    ended_at: datetime,
) -> Evidence:
    """All there is to judge."""
    others = {str(office.firm_id): _bills_by_client(office) for office in offices}
    async with owner.connect() as connection:
        messages = (await connection.execute(text("SELECT * FROM outbox_messages"))).mappings()
        reminders = (await connection.execute(text("SELECT * FROM reminders"))).mappings()
        return Evidence(
            ended_at=ended_at,
            mails=tuple(_mail(witness, arrival, others) for arrival in witness.arrivals),
            messages=tuple(_message(dict(row)) for row in messages),
            reminders=tuple(_reminder(dict(row)) for row in reminders),
            wall=tuple(wall),
        )


def _bills_by_client(office: Office) -> dict[int, set[str]]:
    """Numbers of the bills there are in Clio, by each one's own id: those of its client."""
    by_client: dict[int, set[str]] = {}
    bills = office.account.table("bills")
    for bill in bills.values():
        by_client.setdefault(bill["client_id"], set()).add(bill["number"])
    return {clio_id: by_client[bill["client_id"]] for clio_id, bill in bills.items()}


def _message(row: Row) -> Message:
    return Message(
        str(row["id"]),
        row["message_id"],
        row["kind"],
        row["state"],
        row["reason"],
        row["created_at"],
    )


def _reminder(row: Row) -> Reminder:
    return Reminder(
        str(row["id"]),
        row["dedupe_key"],
        row["kind"],
        row["state"],
        row["reason"],
        row["balance_minor"],
        row["created_at"],
        str(row["outbox_message_id"]) if row["outbox_message_id"] else None,
    )


def _mail(witness: Witness, arrival: Arrival, others: dict[str, dict[int, set[str]]]) -> Mail:
    offers = [
        offer
        for offer in witness.offers
        if offer.message_id == arrival.message_id and offer.turn < arrival.turn
    ]
    return Mail(
        message_id=arrival.message_id,
        recipients=arrival.recipients,
        sender=arrival.sender,
        subject=arrival.subject,
        text=arrival.text,
        at=arrival.at,
        claim=_claim(witness, offers[-1], others) if offers else None,
    )


def _claim(witness: Witness, offer: Offer, others: dict[str, dict[int, set[str]]]) -> Claim:
    photo = offer.photo
    message, content = photo["message"], photo["message"]["content"]
    return Claim(
        at=offer.at,
        row_id=message["id"],
        firm_id=message["firm_id"],
        kind=message["kind"],
        to=message["recipient"],
        sender=photo["sender"]["from_email"],
        subject=content["subject"],
        text=content["text"],
        rules=_rules(photo),
        lines=tuple(
            _line(witness, offer, row, others.get(message["firm_id"], {}))
            for row in photo["reminders"] or []
        ),
    )


def _rules(photo: Row) -> Rules:
    rules = photo["rules"]
    return Rules(
        zone=photo["firm"]["time_zone"],
        window_start=time.fromisoformat(rules["window_start"]),
        window_end=time.fromisoformat(rules["window_end"]),
        weekdays=tuple(rules["weekdays"]),
        closed=tuple(
            (date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"]))
            for row in photo["closures"] or []
        ),
        safe_mode=rules["safe_mode"],
        sender_verified=photo["sender"]["verified_at"] is not None,
    )


def _line(witness: Witness, offer: Offer, reminder: Row, others: dict[int, set[str]]) -> Line:
    photo = offer.photo
    invoice = _by_id(photo["invoices"], reminder["invoice_id"])
    collection = _by_id(photo["collections"], reminder["collection_id"])
    payments = [p for p in photo["payments"] or [] if p["invoice_id"] == invoice["id"]]
    clio, turn = _last_answer(witness, offer, invoice)
    return Line(
        key=reminder["dedupe_key"],
        reminder_id=reminder["id"],
        invoice_id=invoice["id"],
        number=invoice["number"],
        firm_id=invoice["firm_id"],
        stored_minor=reminder["balance_minor"],
        open_minor=_open_minor(invoice, payments),
        invoice_state=invoice["clio_state"],
        collection_state=collection["state"],
        holds=_holds(photo, invoice, collection, offer.at),
        under_way=_under_way(photo, invoice, payments, offer.at),
        ledger_money_minor=_ledger_money(payments),
        stripe_money_minor=witness.money_at(invoice["id"], turn).settled_minor,
        read_at=_known_instant(invoice["last_read_at"]),
        clio=clio,
        others=tuple(sorted(others.get(invoice["clio_id"], set()) - {invoice["number"]})),
    )


def _by_id(rows: list[Row], row_id: str) -> Row:
    return next(row for row in rows if row["id"] == row_id)


def _known_instant(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _left(payment: Row) -> int:
    return int(payment["amount_minor"]) - int(payment["refunded_minor"])


def _open_minor(invoice: Row, payments: list[Row]) -> int:
    """Clio's balance less what came here and Clio does not show yet."""
    unseen = sum(
        _left(p)
        for p in payments
        if p["source"] in OURS and p["state"] in HAS_MONEY and p["record_state"] != "confirmed"
    )
    return int(invoice["clio_balance_minor"]) - unseen


def _ledger_money(payments: list[Row]) -> int:
    return sum(_left(p) for p in payments if p["source"] == "stripe" and p["state"] in HAS_MONEY)


def _under_way(photo: Row, invoice: Row, payments: list[Row], now: datetime) -> tuple[str, ...]:
    found = [MONEY_MOVES[p["state"]] for p in payments if p["state"] in MONEY_MOVES]
    for checkout in photo["checkouts"] or []:
        since = now - _known_instant(checkout["created_at"])
        is_open = checkout["state"] in {"pending", "open"}
        mine = checkout["invoice_id"] == invoice["id"]
        if mine and is_open and timedelta() <= since < PAGE_JUST_OPENED:
            found.append("a payment page opened just now")
    return tuple(found)


def _holds(photo: Row, invoice: Row, collection: Row, now: datetime) -> tuple[str, ...]:
    """Kinds in force, whatever they are called, for the invoice, its client, its set, or all."""
    reaches = {
        "invoice_id": invoice["id"],
        "client_id": invoice["client_id"],
        "reminder_set_id": collection["reminder_set_id"],
    }
    found = []
    for hold in photo["holds"] or []:
        ends = instant(hold["ends_at"])
        in_force = _known_instant(hold["starts_at"]) <= now and (ends is None or now < ends)
        named = {name: hold[name] for name in reaches if hold.get(name) is not None}
        if in_force and all(reaches[name] == value for name, value in named.items()):
            found.append(hold["kind"])
    return tuple(found)


def _last_answer(witness: Witness, offer: Offer, invoice: Row) -> tuple[ClioSaid | None, int]:
    """What Clio said of this bill to this worker, and its turn; money is judged as of then."""
    said = [
        answer
        for answer in witness.answers
        if answer.worker == offer.worker
        and answer.bill_id == invoice["clio_id"]
        and answer.turn < offer.turn
    ]
    if not said:
        return None, 0
    last = said[-1]
    return ClioSaid(last.at, last.state, int(Decimal(last.balance) * 100)), last.turn
