"""The firms' clients: they open links of mails they have got, and pay, or do not.

Attorneys, who get mail too, hold a client by theirs.
"""

import random
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from proof.outside import Outside
from proof.witness import Arrival, Witness

from fakes import MovableClock
from invoice_tracker.sandbox.stripe.actions import perform
from invoice_tracker.sandbox.stripe.errors import StripeProblem
from invoice_tracker.sandbox.stripe.store import Book, Obj

PAY = re.compile(r"https?://[^\s>)\"]+/pay/[^\s>)\"]+")
VETO = re.compile(r"https?://[^\s>)\"]+/veto/[^\s>)\"]+")
LINKS_LAST = timedelta(days=40)
VETOES_LAST = timedelta(days=2)
MAILS_LOOKED_AT = 60
LINKS_TRIED = 15
TICKABLE = re.compile(r'type="checkbox" name="invoice" value="([^"]+)"')
FIELD = re.compile(r'<input type="(?:checkbox|hidden)" name="invoice" value="([^"]+)"')
LIMITS = re.compile(r'id="part-limits">From [^<]*?([\d,]+\.\d\d)[^<]*? to [^<]*?([\d,]+\.\d\d)')
SHOWN = re.compile(r'name="shown" value="([^"]+)"')
HOW = {"pay": 6, "bank_debit": 4, "decline": 1, "look": 3, "leave": 3}
COMES = 0.65
"""How many bank debits come with the money."""
IN_PARTS = 0.25
"""How many pay a part only, where the page offers that."""


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
        links = self._links(PAY, LINKS_LAST)
        if not links:
            return "no link"
        how = chance.choices(list(HOW), list(HOW.values()))[0]
        part = chance.random() < IN_PARTS
        return await self._open(chance.choice(links), how, chance, part=part)

    async def do(self, deed: str, chance: random.Random) -> bool:
        """One deed by its name; whether it could be done just now."""
        if deed.startswith(("pay", "debit")):
            how = "pay" if deed.startswith("pay") else "bank_debit"
            together, part = deed.endswith("_together"), deed.endswith("_part")
            return await self._pay(chance, how, together=together, part=part)
        if deed == "end_of_chargeback":
            return self._end_chargeback(chance)
        verb = "dispute" if deed == "chargeback" else "refund"
        return self._give_back(chance, verb, in_part=deed == "refund_part")

    async def _pay(self, chance: random.Random, how: str, *, together: bool, part: bool) -> bool:
        """By the first link, of those in some order, by which it can be done."""
        links = self._links(PAY, LINKS_LAST)
        done = f"{how} in part" if part else how
        for link in chance.sample(links, min(LINKS_TRIED, len(links))):
            page = (await self.browser.get(link)).text if together or part else ""
            if together and len(TICKABLE.findall(page)) < 2:
                continue
            if part and LIMITS.search(page) is None:
                continue
            came = await self._open(link, how, chance, all_of_it=together, part=part)
            if came in (done, f"{done} together"):
                return True
        return False

    async def _open(
        self,
        link: str,
        how: str,
        chance: random.Random,
        *,
        all_of_it: bool = False,
        part: bool = False,
    ) -> str:
        """What came of it. Of several invoices they pay all, or only some; or a part of the sum."""
        # Their mail scanner was there before them.
        page = (await self.browser.get(link)).text
        if how == "look":
            return how
        ticked = FIELD.findall(page)
        limits = LIMITS.search(page) if part else None
        if limits is not None:
            answer = await self._ask_for_part(link, limits, chance)
        else:
            if len(ticked) > (2 if all_of_it else 1) and chance.random() < 0.4:
                ticked.remove(chance.choice(ticked))
            answer = await self.browser.post(link, data={"invoice": ticked})
        if answer.status_code != 303:
            return "nothing to pay"
        several = (" in part" if limits else "") + (" together" if len(ticked) > 1 else "")
        if how == "leave":
            return f"{how}{several}"
        session_id = answer.headers["location"].rpartition("/")[2]
        intent = self._at_stripe("sessions", session_id, how)
        if intent is None:
            return "page closed"
        if how == "bank_debit":
            until = self.clock.now() + timedelta(days=chance.uniform(1, 6))
            self.debits.append((until, intent["id"], chance.random() < COMES))
        return f"{how}{several}"

    async def _ask_for_part(
        self, link: str, limits: re.Match[str], chance: random.Random
    ) -> httpx.Response:
        """Type an amount within the limits of the page, see what remains, and agree to it."""
        lowest, highest = (int(re.sub(r"\D", "", limit)) for limit in limits.groups())
        amount = chance.randint(lowest, highest)
        wanted = {"part": f"{amount // 100}.{amount % 100:02}"}
        answer = await self.browser.post(link, data=wanted)
        shown = SHOWN.search(answer.text)
        if shown is None:
            return answer
        return await self.browser.post(link, data=wanted | {"shown": shown[1]})

    def hear_from_bank(self) -> list[str]:
        """Debits whose day has come succeed or fail."""
        now = self.clock.now()
        due = [debit for debit in self.debits if debit[0] <= now]
        self.debits = [debit for debit in self.debits if debit[0] > now]
        for _, intent_id, comes in due:
            self._at_stripe("payment_intents", intent_id, "settle" if comes else "fail")
        return ["comes" if comes else "fails" for _, _, comes in due]

    async def veto(self, chance: random.Random) -> bool:
        """An attorney opens the mail about tomorrow, and holds one client."""
        links = self._links(VETO, VETOES_LAST)
        if not links:
            return False
        link = chance.choice(links)
        await self.browser.get(link)
        return (await self.browser.post(link, data={"reason": "We are talking"})).is_success

    def _give_back(self, chance: random.Random, verb: str, *, in_part: bool) -> bool:
        paid = [
            intent
            for book in self._books()
            for intent in book.table("intents").values()
            if intent["status"] == "succeeded"
        ]
        if not paid:
            return False
        # Lately rather than long ago.
        intent = chance.choice(paid[-12:])
        wanted = {"amount": 1 + chance.randrange(intent["amount"])} if in_part else {}
        return self._at_stripe("payment_intents", intent["id"], verb, wanted) is not None

    def _end_chargeback(self, chance: random.Random) -> bool:
        disputes = [d for book in self._books() for d in book.table("disputes").values()]
        waiting = [d for d in disputes if d["status"] not in ("won", "lost")]
        if not waiting:
            return False
        wanted = {"outcome": chance.choice(("won", "lost"))}
        return (
            self._at_stripe("disputes", chance.choice(waiting)["id"], "close", wanted) is not None
        )

    def _books(self) -> Iterable[Book]:
        return self.outside.stripe.store.books.values()

    def _links(self, pattern: re.Pattern[str], last: timedelta) -> list[str]:
        since = self.clock.now() - last
        recent = [a for a in self.witness.arrivals[-MAILS_LOOKED_AT:] if a.at >= since]
        return [link for arrival in recent for link in _in(arrival, pattern)]

    def _at_stripe(
        self, noun: str, object_id: str, verb: str, wanted: Obj | None = None
    ) -> Obj | None:
        """Do it there; its events go once, twice, or never."""
        switches = self.outside.stripe.store.switches
        luck = self.switches.random()
        switches.drop, switches.duplicate = luck < 0.15, luck > 0.8
        try:
            with suppress(StripeProblem):
                return perform(self.outside.stripe, noun, object_id, verb, wanted or {})
            return None
        finally:
            switches.drop = switches.duplicate = False


def _in(arrival: Arrival, pattern: re.Pattern[str]) -> list[str]:
    return list(dict.fromkeys(pattern.findall(arrival.text)))
