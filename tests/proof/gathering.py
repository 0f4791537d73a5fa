"""Notes, photographs and the last state of the tables become evidence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
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
from proof.invariants import words_of
from proof.photographs import instant
from proof.spoken import CLIENT, INVOICE, REMINDER_SET
from proof.witness import Answer, Money, Offer, Witness
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

HAS_MONEY = {"settled", "partly_refunded", "disputed"}
IN_FIRMS_NAME = {"reminder", "thank_you", "payment_failed"}
"""Kinds of mail to clients: they come from the firm's own address, others from the product's."""
OWN_SENDER = "invoice-tracker@localhost"
OURS = {"stripe", "manual"}
PAGE_JUST_OPENED = timedelta(minutes=30)
MONEY_MOVES = {"processing": "a bank debit", "disputed": "a chargeback"}
MESSAGES = text("SELECT * FROM outbox_messages ORDER BY id")
REMINDERS = text("""
    SELECT r.*, c.state AS collection_state
    FROM reminders r JOIN collections c ON c.id = r.collection_id ORDER BY r.id
""")
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
        messages = (await connection.execute(MESSAGES)).mappings()
        reminders = (await connection.execute(REMINDERS)).mappings()
        return Evidence(
            ended_at=ended_at,
            mails=_mails(witness, others),
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
        row["collection_state"],
    )


def _mails(witness: Witness, others: dict[str, dict[int, set[str]]]) -> tuple[Mail, ...]:
    offers: dict[str, list[Offer]] = {}
    for offer in witness.offers:
        offers.setdefault(offer.message_id, []).append(offer)
    answers: dict[tuple[str, int], list[Answer]] = {}
    for answer in witness.answers:
        answers.setdefault((answer.worker, answer.bill_id), []).append(answer)
    found = []
    for arrival in witness.arrivals:
        before = [o for o in offers.get(arrival.message_id, ()) if o.turn < arrival.turn]
        claim = _claim(Looking(witness, answers, before[-1], others)) if before else None
        found.append(
            Mail(
                message_id=arrival.message_id,
                recipients=arrival.recipients,
                sender=arrival.sender,
                subject=arrival.subject,
                text=arrival.text,
                at=arrival.at,
                claim=claim,
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class Looking:
    """What one mail is judged from: the photograph of its claim, and the notes until then."""

    witness: Witness
    answers: dict[tuple[str, int], list[Answer]]
    """By worker and bill, in order."""
    offer: Offer
    others: dict[str, dict[int, set[str]]]

    @property
    def photo(self) -> Row:
        return self.offer.photo


def _claim(this: Looking) -> Claim:
    photo = this.photo
    message, content = photo["message"], photo["message"]["content"]
    return Claim(
        at=this.offer.at,
        row_id=message["id"],
        firm_id=message["firm_id"],
        kind=message["kind"],
        to=message["recipient"],
        sender=photo["sender"]["from_email"] if message["kind"] in IN_FIRMS_NAME else OWN_SENDER,
        subject=content["subject"],
        text=content["text"],
        rules=_rules(photo, this.offer.at),
        lines=tuple(_line(this, row) for row in photo["reminders"] or []),
        stated=_stated(this) if photo["is_statement"] else (),
    )


def _rules(photo: Row, at: datetime) -> Rules:
    rules = photo["rules"]
    zone = photo["firm"]["time_zone"]
    closed = [
        (date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"]))
        for row in photo["closures"] or []
    ]
    if rules["holiday_country"]:
        year = at.astimezone(ZoneInfo(zone)).year
        known = _public_holidays(rules["holiday_country"], rules["holiday_region"], year)
        closed += [(day, day) for day in known]
    return Rules(
        zone=zone,
        window_start=time.fromisoformat(rules["window_start"]),
        window_end=time.fromisoformat(rules["window_end"]),
        weekdays=tuple(rules["weekdays"]),
        closed=tuple(closed),
        safe_mode=rules["safe_mode"],
        sender_verified=photo["sender"]["verified_at"] is not None,
    )


@cache
def _public_holidays(country: str, region: str | None, year: int) -> tuple[date, ...]:
    return tuple(sorted(holidays.country_holidays(country, subdiv=region, years=year)))


def _line(this: Looking, reminder: Row) -> Line:
    collection = _by_id(this.photo["collections"], reminder["collection_id"])
    line = _seen(this, _by_id(this.photo["invoices"], reminder["invoice_id"]), collection)
    return replace(
        line,
        key=reminder["dedupe_key"],
        reminder_id=reminder["id"],
        stored_minor=reminder["balance_minor"],
        collection_state=collection["state"],
    )


def _stated(this: Looking) -> tuple[Line, ...]:
    """The client's other invoices that a statement names."""
    own = {row["invoice_id"] for row in this.photo["reminders"] or []}
    words = words_of(this.photo["message"]["content"]["text"])
    return tuple(
        _seen(this, invoice, {})
        for invoice in sorted(this.photo["invoices"], key=lambda row: str(row["number"]))
        if invoice["id"] not in own and invoice["number"] in words
    )


def _seen(this: Looking, invoice: Row, collection: Row) -> Line:
    """An invoice of a mail as it was; what belongs to its reminder is filled in by the caller."""
    photo, offer, witness = this.photo, this.offer, this.witness
    others = this.others.get(invoice["firm_id"], {}).get(invoice["clio_id"], set())
    payments = [p for p in photo["payments"] or [] if p["invoice_id"] == invoice["id"]]
    clio, turn = _last_answer(this, invoice)
    at_stripe = witness.money_at((invoice["firm_id"], invoice["number"]), turn)
    open_minor = _open_minor(invoice, payments)
    return Line(
        key="",
        reminder_id="",
        invoice_id=invoice["id"],
        number=invoice["number"],
        firm_id=invoice["firm_id"],
        stored_minor=open_minor,
        open_minor=open_minor,
        invoice_state=invoice["clio_state"],
        collection_state="active",
        holds=_holds(photo, invoice, collection, offer.at),
        under_way=_under_way(photo, invoice, payments, offer.at),
        ledger_money_minor=known_to_ledger(photo, at_stripe),
        stripe_money_minor=sum(money.settled_minor for money in at_stripe.values()),
        read_at=_known_instant(invoice["last_read_at"]),
        clio=clio,
        stripe_under_way_minor=sum(money.processing_minor for money in at_stripe.values()),
        promised=_promised(photo, invoice, offer.at),
        said=witness.spoken.in_force(
            invoice["firm_id"],
            {
                INVOICE: invoice["id"],
                CLIENT: invoice["client_id"],
                REMINDER_SET: collection.get("reminder_set_id"),
            },
            turn=offer.turn,
            at=offer.at,
        ),
        others=tuple(sorted(others - {invoice["number"]})),
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


def known_to_ledger(photo: Row, at_stripe: dict[str, Money]) -> int:
    """What the ledger knows of these payments, all of their invoices together.

    Of each no more than Stripe has: knowing too much of one does not make up for another.
    """
    known: Counter[str] = Counter()
    for payment in photo["payments"] or []:
        if payment["source"] == "stripe" and payment["state"] in HAS_MONEY:
            known[payment["stripe_payment_intent_id"]] += _left(payment)
    return sum(min(known[name], money.settled_minor) for name, money in at_stripe.items())


def _promised(photo: Row, invoice: Row, now: datetime) -> tuple[str, ...]:
    """Days that the client has named and that are not over by the firm's calendar."""
    today = now.astimezone(ZoneInfo(photo["firm"]["time_zone"])).date()
    return tuple(
        promise["promised_on"]
        for promise in photo["promises"] or []
        if promise["invoice_id"] == invoice["id"]
        and date.fromisoformat(promise["promised_on"]) >= today
    )


def _under_way(photo: Row, invoice: Row, payments: list[Row], now: datetime) -> tuple[str, ...]:
    found = [MONEY_MOVES[p["state"]] for p in payments if p["state"] in MONEY_MOVES]
    if invoice["clio_pending_minor"]:
        found.append("a payment pending in Clio")
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
        "reminder_set_id": collection.get("reminder_set_id"),
    }
    found = []
    for hold in photo["holds"] or []:
        ends = instant(hold["ends_at"])
        in_force = _known_instant(hold["starts_at"]) <= now and (ends is None or now < ends)
        named = {name: hold[name] for name in reaches if hold.get(name) is not None}
        if in_force and all(reaches[name] == value for name, value in named.items()):
            found.append(hold["kind"])
    return tuple(found)


def _last_answer(this: Looking, invoice: Row) -> tuple[ClioSaid | None, int]:
    """What Clio said of this bill to this worker, and its turn; money is judged as of then."""
    heard = this.answers.get((this.offer.worker, invoice["clio_id"]), ())
    said = [answer for answer in heard if answer.turn < this.offer.turn]
    if not said:
        return None, 0
    last = said[-1]
    return ClioSaid(last.at, last.state, int(Decimal(last.balance) * 100)), last.turn
