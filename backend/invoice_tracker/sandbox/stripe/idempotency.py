"""Idempotency keys: the first answer is kept for a day and given again."""

import copy
from collections.abc import Callable

from invoice_tracker.sandbox.stripe.errors import StripeProblem
from invoice_tracker.sandbox.stripe.store import Obj
from invoice_tracker.sandbox.stripe.world import World

KEPT_SECONDS = 24 * 60 * 60
LONGEST = 255


def once(
    world: World, account_id: str, key: str, *, fingerprint: str, work: Callable[[], Obj]
) -> tuple[Obj, bool]:
    """Do the work, or give the answer kept from the first time; and which of the two it was.

    Raises Stripe's `idempotency_error` where the key came with other parameters. A request that
    was refused before it did anything leaves no trace, as with Stripe.
    """
    if not 0 < len(key) <= LONGEST:
        raise StripeProblem(400, "Idempotency keys must be 1 to 255 characters.")
    _forget_old(world)
    kept = world.store.idempotency.get(f"{account_id}:{key}")
    if kept is not None:
        if kept["fingerprint"] != fingerprint:
            raise StripeProblem(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request.",
                kind="idempotency_error",
            )
        return copy.deepcopy(kept["answer"]), True
    answer = work()
    world.store.idempotency[f"{account_id}:{key}"] = {
        "fingerprint": fingerprint,
        "answer": answer,
        "created": world.seconds(),
    }
    world.store.changed()
    return answer, False


def _forget_old(world: World) -> None:
    kept = world.store.idempotency
    limit = world.seconds() - KEPT_SECONDS
    while kept and (oldest := next(iter(kept.items())))[1]["created"] < limit:
        del kept[oldest[0]]
