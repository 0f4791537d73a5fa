"""What happens to money: every change of a session, payment, refund or dispute, with its events."""

from invoice_tracker.sandbox.stripe import objects
from invoice_tracker.sandbox.stripe.errors import bad_request
from invoice_tracker.sandbox.stripe.store import Book, Obj
from invoice_tracker.sandbox.stripe.world import World

PAYER = {"name": "Jenny Rosen"}
DECLINED = "Your card was declined."
RETURNED = "The bank account has insufficient funds to complete the purchase."


def pay_by_card(world: World, book: Book, session: Obj) -> Obj:
    """A card is accepted: the session is complete and paid at once. Returns the intent."""
    intent = _intent_for(world, book, session)
    charge = _charge(world, book, session, intent, method="card", status="succeeded")
    _collect(world, book, intent, charge)
    _complete(session, payment_status="paid")
    world.emit(book, "charge.succeeded", charge)
    world.emit(book, "payment_intent.succeeded", intent)
    world.emit(book, "checkout.session.completed", session)
    return intent


def decline_card(world: World, book: Book, session: Obj) -> Obj:
    """A card is refused: the session stays open for another try. Returns the intent."""
    intent = _intent_for(world, book, session)
    charge = _charge(world, book, session, intent, method="card", status="failed")
    charge.update(failure_code="card_declined", failure_message=DECLINED)
    _refuse(intent, code="card_declined", message=DECLINED, decline_code="generic_decline")
    world.emit(book, "charge.failed", charge)
    world.emit(book, "payment_intent.payment_failed", intent)
    return intent


def pay_by_bank_debit(world: World, book: Book, session: Obj) -> Obj:
    """A bank debit starts: the session is complete, but unpaid until the money arrives."""
    intent = _intent_for(world, book, session)
    charge = _charge(world, book, session, intent, method="us_bank_account", status="pending")
    intent.update(status="processing", payment_method=charge["payment_method"])
    _complete(session, payment_status="unpaid")
    world.emit(book, "charge.pending", charge)
    world.emit(book, "payment_intent.processing", intent)
    world.emit(book, "checkout.session.completed", session)
    return intent


def settle(world: World, book: Book, intent: Obj) -> Obj:
    """The money of a bank debit arrives. Raises a 400 where none is under way."""
    session, charge = _under_way(book, intent)
    charge.update(status="succeeded", paid=True)
    _collect(world, book, intent, charge)
    session["payment_status"] = "paid"
    world.emit(book, "charge.succeeded", charge)
    world.emit(book, "payment_intent.succeeded", intent)
    world.emit(book, "checkout.session.async_payment_succeeded", session)
    return intent


def fail(world: World, book: Book, intent: Obj) -> Obj:
    """The bank sends a debit back unpaid. Raises a 400 where none is under way."""
    session, charge = _under_way(book, intent)
    charge.update(
        status="failed",
        paid=False,
        captured=False,
        failure_code="insufficient_funds",
        failure_message=RETURNED,
    )
    _refuse(intent, code="payment_method_provider_decline", message=RETURNED, decline_code=None)
    world.emit(book, "charge.failed", charge)
    world.emit(book, "payment_intent.payment_failed", intent)
    world.emit(book, "checkout.session.async_payment_failed", session)
    return intent


def expire(world: World, book: Book, session: Obj) -> Obj:
    """An open session ends unpaid, and with it the intent behind it. Raises a 400 otherwise."""
    if session["status"] != "open":
        raise bad_request(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of {session['status']}.",
            param="session",
        )
    session.update(status="expired", url=None)
    if session["payment_intent"]:
        intent = book.get(session["payment_intent"], prefix="pi_")
        intent.update(
            status="canceled", canceled_at=world.seconds(), cancellation_reason="automatic"
        )
        world.emit(book, "payment_intent.canceled", intent)
    world.emit(book, "checkout.session.expired", session)
    return session


def session_of(book: Book, intent: Obj) -> Obj:
    """The Checkout Session that an intent belongs to."""
    return next(s for s in book.table("sessions").values() if s["payment_intent"] == intent["id"])


def _intent_for(world: World, book: Book, session: Obj) -> Obj:
    if session["status"] != "open":
        raise bad_request("This Checkout Session is no longer active.", param="session")
    if session["payment_intent"]:
        return book.get(session["payment_intent"], prefix="pi_")
    lines = book.table("line_items")[session["id"]]
    intent = objects.new_intent(session, lines["payment_intent_data"], now=world.seconds())
    book.add("intents", intent)
    session["payment_intent"] = intent["id"]
    world.emit(book, "payment_intent.created", intent)
    return intent


def _charge(
    world: World, book: Book, session: Obj, intent: Obj, *, method: str, status: str
) -> Obj:
    email = session["customer_email"] or "jenny.rosen@example.com"
    payer = {**PAYER, "email": email}
    session["customer_details"] = {
        **payer,
        "address": {"country": "US", "postal_code": "20001"},
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    charge = objects.new_charge(
        intent, now=world.seconds(), method=method, payer=payer, status=status
    )
    intent["latest_charge"] = charge["id"]
    return book.add("charges", charge)


def _collect(world: World, book: Book, intent: Obj, charge: Obj) -> None:
    """Card: 2.9 % and 30 minor units; bank debit: 0.8 %, at most 500 minor units."""
    card = charge["payment_method_details"]["type"] == "card"
    amount = charge["amount"]
    fee = (amount * 29 + 500) // 1000 + 30 if card else min((amount * 8 + 500) // 1000, 500)
    entry = objects.new_balance_transaction(
        charge, now=world.seconds(), amount=amount, fee=fee, kind="charge"
    )
    charge["balance_transaction"] = book.add("balance_transactions", entry)["id"]
    intent.update(
        status="succeeded",
        amount_received=amount,
        last_payment_error=None,
        payment_method=charge["payment_method"],
    )


def _complete(session: Obj, *, payment_status: str) -> None:
    session.update(status="complete", payment_status=payment_status, url=None)


def _refuse(intent: Obj, *, code: str, message: str, decline_code: str | None) -> None:
    error = {
        "type": "card_error",
        "code": code,
        "message": message,
        "charge": intent["latest_charge"],
    }
    if decline_code:
        error["decline_code"] = decline_code
    intent.update(status="requires_payment_method", last_payment_error=error, payment_method=None)


def _under_way(book: Book, intent: Obj) -> tuple[Obj, Obj]:
    if intent["status"] != "processing":
        raise bad_request(f"No bank debit is under way; status is {intent['status']}.")
    return session_of(book, intent), book.get(intent["latest_charge"], prefix="ch_")
