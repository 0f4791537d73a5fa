"""What Stripe holds of a payment is judged payment by payment."""

from uuid import uuid4

import pytest
from proof.gathering import known_to_ledger
from proof.witness import Money, Witness

FIRM = "f1"


PHOTO = {
    "payments": [
        {
            "source": "stripe",
            "state": "settled",
            "stripe_payment_intent_id": intent,
            "amount_minor": amount,
            "refunded_minor": 0,
        }
        for intent, amount in (("pi_both", 6_000), ("pi_both", 4_000), ("pi_one", 7_000))
    ]
}
"""Two payments: 100.00 for two invoices together, 70.00 for one of them alone."""


@pytest.mark.parametrize(
    ("at_stripe", "missing"),
    [
        ({"pi_both": 10_000, "pi_one": 7_000}, 0),
        ({"pi_both": 10_000, "pi_new": 500}, 500),
        # Too much of one does not make up for what is missing of another.
        ({"pi_both": 3_000, "pi_new": 500}, 500),
        ({"pi_one": 0}, 0),
    ],
)
def test_what_the_ledger_does_not_know_is_missing(at_stripe: dict[str, int], missing: int) -> None:
    money = {intent: Money(1, amount, 0) for intent, amount in at_stripe.items()}
    assert sum(at_stripe.values()) - known_to_ledger(PHOTO, money) == missing


def test_a_payment_for_two_invoices_is_noted_for_both_as_of_its_turn() -> None:
    witness = Witness(owner=None)  # type: ignore[arg-type]
    bills = [(FIRM, "1042"), (FIRM, "1043")]
    witness.note_money("pi_both", bills, settled=0, processing=10_000)
    under_way = witness.turn
    witness.note_money("pi_both", bills, settled=10_000, processing=0)
    for bill in bills:
        assert witness.money_at(bill, under_way)["pi_both"].processing_minor == 10_000
        assert witness.money_at(bill, witness.turn)["pi_both"].settled_minor == 10_000
        assert witness.money_at(bill, 0) == {}
    assert witness.money_at((str(uuid4()), "1042"), witness.turn) == {}
