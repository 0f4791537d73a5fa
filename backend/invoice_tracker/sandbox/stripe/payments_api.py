"""Payment intents, charges, refunds, disputes and balance transactions under `/v1`."""

from fastapi import APIRouter

from invoice_tracker.sandbox.stripe import money_back
from invoice_tracker.sandbox.stripe.call import Call, Handler, route
from invoice_tracker.sandbox.stripe.errors import bad_request
from invoice_tracker.sandbox.stripe.lists import listed
from invoice_tracker.sandbox.stripe.rules import (
    anything,
    choice,
    integer,
    mapping,
    metadata,
    text,
)
from invoice_tracker.sandbox.stripe.store import Obj

router = APIRouter()
REFUND = mapping(
    {
        "amount": integer(at_least=1),
        "charge": text(),
        "expand": anything,
        "metadata": metadata,
        "payment_intent": text(),
        "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
    }
)


def create_refund(call: Call) -> Obj:
    """Refund a charge, named by itself or by its intent."""
    params = REFUND("", call.params)
    if "payment_intent" in params:
        intent = call.book.get(params["payment_intent"], prefix="pi_", param="payment_intent")
        charge_id = intent["latest_charge"] or ""
    elif "charge" in params:
        charge_id = params["charge"]
    else:
        raise bad_request(
            "One of the following params should be provided for this request: payment_intent or "
            "charge."
        )
    return money_back.refund(
        call.world,
        call.book,
        call.book.get(charge_id, prefix="ch_", param="charge"),
        amount=params.get("amount"),
        reason=params.get("reason"),
        metadata=params.get("metadata"),
    )


def update_refund(call: Call, object_id: str) -> Obj:
    """Change a refund's metadata."""
    params = mapping({"metadata": metadata, "expand": anything})("", call.params)
    refund = call.book.get(object_id, prefix="re_")
    before = dict(refund["metadata"])
    refund["metadata"] = refund["metadata"] | params.get("metadata", {})
    call.world.emit(call.book, "refund.updated", refund, previous={"metadata": before})
    return refund


def _retriever(prefix: str) -> Handler:
    def retrieve(call: Call, object_id: str) -> Obj:
        return call.book.get(object_id, prefix=prefix)

    return retrieve


def _lister(table: str, url: str, *filters: str) -> Handler:
    def list_objects(call: Call) -> Obj:
        return listed(call.book, table, call.params, url=url, filters=filters)

    return list_objects


READABLE: list[tuple[str, str, str, str, tuple[str, ...]]] = [
    ("/v1/payment_intents", "intents", "pi_", "payment_intent", ("customer",)),
    ("/v1/charges", "charges", "ch_", "charge", ("payment_intent", "customer")),
    ("/v1/refunds", "refunds", "re_", "charge", ("payment_intent", "charge")),
    ("/v1/disputes", "disputes", "du_", "dispute", ("payment_intent", "charge")),
    (
        "/v1/balance_transactions",
        "balance_transactions",
        "txn_",
        "balance_transaction_source",
        ("source", "type", "currency"),
    ),
]
for url, table, prefix, noun, filters in READABLE:
    permission = f"rak_{noun}_read"
    route(router, "GET", url, _lister(table, url, *filters), permission=permission)
    route(router, "GET", url + "/{object_id}", _retriever(prefix), permission=permission)
route(router, "POST", "/v1/refunds", create_refund, permission="rak_charge_write")
route(router, "POST", "/v1/refunds/{object_id}", update_refund, permission="rak_charge_write")
