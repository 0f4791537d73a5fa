"""Refunds and disputes: money that leaves again, with its events."""

from invoice_tracker.sandbox.stripe import objects
from invoice_tracker.sandbox.stripe.errors import StripeProblem, bad_request
from invoice_tracker.sandbox.stripe.store import Book, Obj
from invoice_tracker.sandbox.stripe.world import World

DISPUTE_FEE = 1500


def refund(
    world: World,
    book: Book,
    charge: Obj,
    *,
    amount: int | None = None,
    reason: str | None = None,
    metadata: Obj | None = None,
) -> Obj:
    """Refund all that is left, or `amount` minor units. Raises Stripe's 400 where it cannot."""
    left = charge["amount"] - charge["amount_refunded"]
    _check_refundable(charge, left=left, amount=amount)
    made = objects.new_refund(
        charge,
        now=world.seconds(),
        amount=left if amount is None else amount,
        reason=reason,
        metadata=metadata or {},
    )
    entry = objects.new_balance_transaction(
        made, now=world.seconds(), amount=-made["amount"], fee=0, kind="refund"
    )
    made["balance_transaction"] = book.add("balance_transactions", entry)["id"]
    book.add("refunds", made)
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += made["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.emit(book, "refund.created", made)
    world.emit(book, "charge.refunded", charge, previous=before)
    destination = made["destination_details"]
    made["destination_details"] = {
        **destination,
        "card": {"type": "refund", "reference_status": "available", "reference": made["id"][-11:]},
    }
    world.emit(book, "refund.updated", made, previous={"destination_details": destination})
    return made


def _check_refundable(charge: Obj, *, left: int, amount: int | None) -> None:
    if charge["status"] != "succeeded":
        raise bad_request(f"Charge {charge['id']} has not succeeded.", param="charge")
    if charge["disputed"]:
        raise bad_request(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if left == 0:
        raise bad_request(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount is not None and amount > left:
        raise bad_request(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )


def open_dispute(
    world: World, book: Book, charge: Obj, *, amount: int | None = None, reason: str = "fraudulent"
) -> Obj:
    """The payer's bank takes the money back until the dispute is decided."""
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise bad_request(f"Charge {charge['id']} cannot be disputed.", param="charge")
    taken = charge["amount"] if amount is None else amount
    if not 0 < taken <= charge["amount"]:
        raise bad_request(f"Invalid dispute amount: {taken}", param="amount")
    dispute = objects.new_dispute(charge, now=world.seconds(), amount=taken, reason=reason)
    book.add("disputes", dispute)
    charge["disputed"] = True
    world.emit(book, "charge.dispute.created", dispute)
    _move(world, book, dispute, amount=-taken, fee=DISPUTE_FEE)
    world.emit(book, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(world: World, book: Book, dispute: Obj, *, outcome: str) -> Obj:
    """Decide a dispute: `won` gives the money back to the firm, `lost` does not."""
    if outcome not in ("won", "lost"):
        raise bad_request("Invalid outcome: must be won or lost", param="outcome")
    if dispute["status"] in ("won", "lost"):
        raise StripeProblem(400, f"This dispute is already {dispute['status']}.")
    before = {"status": dispute["status"]}
    dispute["status"] = outcome
    world.emit(book, "charge.dispute.closed", dispute, previous=before)
    if outcome == "won":
        _move(world, book, dispute, amount=dispute["amount"], fee=-DISPUTE_FEE)
        world.emit(book, "charge.dispute.funds_reinstated", dispute)
    return dispute


def _move(world: World, book: Book, dispute: Obj, *, amount: int, fee: int) -> None:
    entry = objects.new_balance_transaction(
        dispute, now=world.seconds(), amount=amount, fee=fee, kind="adjustment"
    )
    dispute["balance_transactions"].append(book.add("balance_transactions", entry))
