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
    by_bank = charge["payment_method_details"]["type"] == "us_bank_account"
    if by_bank:
        made.update(
            status="pending",
            destination_details={"type": "us_bank_transfer", "us_bank_transfer": {}},
        )
    book.add("refunds", made)
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += made["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.emit(book, "refund.created", made)
    world.emit(book, "charge.refunded", charge, previous=before)
    if by_bank:
        return made
    destination = made["destination_details"]
    made["destination_details"] = {
        **destination,
        "card": {"type": "refund", "reference_status": "available", "reference": made["id"][-11:]},
    }
    world.emit(book, "refund.updated", made, previous={"destination_details": destination})
    return made


def settle_refund(world: World, book: Book, refund: Obj) -> Obj:
    """The payer's bank has taken a pending refund."""
    if refund["status"] != "pending":
        raise bad_request(f"Refund {refund['id']} is not pending; it is {refund['status']}.")
    refund["status"] = "succeeded"
    world.emit(book, "refund.updated", refund, previous={"status": "pending"})
    return refund


def fail_refund(world: World, book: Book, refund: Obj) -> Obj:
    """The payer's bank sends a refund back: the money is the firm's again."""
    if refund["status"] not in ("pending", "succeeded"):
        raise bad_request(f"Refund {refund['id']} cannot fail; it is {refund['status']}.")
    before = {"status": refund["status"]}
    charge = book.get(refund["charge"], prefix="ch_")
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    entry = objects.new_balance_transaction(
        refund, now=world.seconds(), amount=refund["amount"], fee=0, kind="refund_failure"
    )
    refund.update(
        status="failed",
        failure_reason="lost_or_stolen_card",
        failure_balance_transaction=book.add("balance_transactions", entry)["id"],
    )
    world.emit(book, "refund.updated", refund, previous=before)
    world.emit(book, "refund.failed", refund)
    return refund


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
