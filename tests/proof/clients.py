"""The firms' clients: they open links of mails they have got, and pay, or do not."""

import random
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from proof.outside import Outside
from proof.witness import Witness

from fakes import MovableClock
from invoice_tracker.sandbox.stripe.actions import perform
from invoice_tracker.sandbox.stripe.errors import StripeProblem
from invoice_tracker.sandbox.stripe.store import Obj

LINK = re.compile(r"https?://[^\s>)\"]+/pay/[^\s>)\"]+")
LINKS_LAST = timedelta(days=40)
HOW = {"pay": 6, "bank_debit": 4, "decline": 1, "look": 3, "leave": 3}


@dataclass
class Clients:
    """Everybody who gets mail."""

    outside: Outside
    witness: Witness
    clock: MovableClock
    browser: httpx.AsyncClient
    debits: list[tuple[datetime, str, bool]] = field(default_factory=list)
    """Bank debits under way: when the bank answers, which, and whether with the money."""
    switches: random.Random = field(default_factory=random.Random)

    async def act(self, chance: random.Random) -> str:
        """Somebody opens the link of a mail and does something with it."""
        link = self._some_link(chance)
        if link is None:
            return "no link"
        # Their mail scanner was there before them.
        await self.browser.get(link)
        how = chance.choices(list(HOW), list(HOW.values()))[0]
        if how == "look":
            return how
        answer = await self.browser.post(link)
        if answer.status_code != 303:
            return "nothing to pay"
        if how == "leave":
            return how
        session_id = answer.headers["location"].rpartition("/")[2]
        intent = self._at_stripe("sessions", session_id, how, chance)
        if intent is None:
            return "page closed"
        if how == "bank_debit":
            until = self.clock.now() + timedelta(days=chance.uniform(1, 6))
            self.debits.append((until, intent["id"], chance.random() < 0.7))
        return how

    def hear_from_bank(self, chance: random.Random) -> int:
        """Debits whose day has come succeed or fail; how many."""
        now = self.clock.now()
        due = [debit for debit in self.debits if debit[0] <= now]
        self.debits = [debit for debit in self.debits if debit[0] > now]
        for _, intent_id, comes in due:
            self._at_stripe("payment_intents", intent_id, "settle" if comes else "fail", chance)
        return len(due)

    def money_back(self, chance: random.Random) -> str:
        """A refund, a chargeback, or the end of one."""
        books = self.outside.stripe.store.books.values()
        disputes = [d for b in books for d in b.table("disputes").values()]
        waiting = [d for d in disputes if d["status"] not in ("won", "lost")]
        if waiting and chance.random() < 0.6:
            outcome = chance.choice(("won", "lost"))
            self._at_stripe("disputes", chance.choice(waiting)["id"], "close", chance, outcome)
            return f"dispute {outcome}"
        paid = [i for b in books for i in b.table("intents").values() if i["status"] == "succeeded"]
        if not paid:
            return "nothing paid"
        verb = chance.choice(("refund", "refund", "dispute"))
        done = self._at_stripe("payment_intents", chance.choice(paid)["id"], verb, chance)
        return verb if done is not None else "refused"

    def _some_link(self, chance: random.Random) -> str | None:
        since = self.clock.now() - LINKS_LAST
        recent = [a for a in self.witness.arrivals[-60:] if a.at >= since]
        links = [found[0] for a in recent if (found := LINK.search(a.text))]
        return chance.choice(links) if links else None

    def _at_stripe(
        self, noun: str, object_id: str, verb: str, chance: random.Random, outcome: str = ""
    ) -> Obj | None:
        """Do it there; its events go once, twice, or never."""
        switches = self.outside.stripe.store.switches
        luck = self.switches.random()
        switches.drop, switches.duplicate = luck < 0.15, luck > 0.8
        wanted: Obj = {"outcome": outcome} if outcome else {}
        try:
            with suppress(StripeProblem):
                return perform(self.outside.stripe, noun, object_id, verb, wanted)
            return None
        finally:
            switches.drop = switches.duplicate = False
