"""What a person or a test can make happen from outside, by noun and verb."""

from collections.abc import Callable
from typing import Any

from invoice_tracker.sandbox.stripe import lifecycle, money_back
from invoice_tracker.sandbox.stripe.errors import StripeProblem, missing
from invoice_tracker.sandbox.stripe.store import Book, Obj
from invoice_tracker.sandbox.stripe.world import World

Action = Callable[[World, Book, Obj, Obj], Any]


def _refund(world: World, book: Book, intent: Obj, wanted: Obj) -> Obj:
    return money_back.refund(
        world, book, _charge(book, intent), amount=wanted.get("amount"), reason=wanted.get("reason")
    )


def _dispute(world: World, book: Book, intent: Obj, wanted: Obj) -> Obj:
    return money_back.open_dispute(
        world,
        book,
        _charge(book, intent),
        amount=wanted.get("amount"),
        reason=wanted.get("reason", "fraudulent"),
    )


def _charge(book: Book, intent: Obj) -> Obj:
    return book.get(intent["latest_charge"] or "", prefix="ch_", param="payment_intent")


ACTIONS: dict[tuple[str, str], Action] = {
    ("sessions", "pay"): lambda w, b, s, _: lifecycle.pay_by_card(w, b, s),
    ("sessions", "decline"): lambda w, b, s, _: lifecycle.decline_card(w, b, s),
    ("sessions", "bank_debit"): lambda w, b, s, _: lifecycle.pay_by_bank_debit(w, b, s),
    ("sessions", "expire"): lambda w, b, s, _: lifecycle.expire(w, b, s),
    ("payment_intents", "settle"): lambda w, b, i, _: lifecycle.settle(w, b, i),
    ("payment_intents", "fail"): lambda w, b, i, _: lifecycle.fail(w, b, i),
    ("payment_intents", "refund"): _refund,
    ("payment_intents", "dispute"): _dispute,
    ("refunds", "settle"): lambda w, b, r, _: money_back.settle_refund(w, b, r),
    ("refunds", "fail"): lambda w, b, r, _: money_back.fail_refund(w, b, r),
    ("disputes", "close"): lambda w, b, d, wanted: money_back.close_dispute(
        w, b, d, outcome=str(wanted.get("outcome", ""))
    ),
    ("events", "resend"): lambda w, b, e, _: {"deliveries": w.sender.resend(b, e)},
}
TABLES = {"payment_intents": "intents"}


def perform(world: World, noun: str, object_id: str, verb: str, wanted: Obj) -> Obj:
    """Do it and answer the object made or changed. Raises StripeProblem where it cannot."""
    action = ACTIONS.get((noun, verb))
    if action is None:
        raise StripeProblem(404, f"The sandbox knows no {verb} for {noun}.")
    book, item = locate(world, TABLES.get(noun, noun), object_id)
    result: Obj = action(world, book, item, wanted)
    world.store.changed()
    return result


def locate(world: World, table: str, object_id: str) -> tuple[Book, Obj]:
    """An object in whichever account has it."""
    for book in world.store.books.values():
        found = book.table(table).get(object_id)
        if found is not None:
            return book, found
    raise missing(table, object_id)
