"""The people of one firm: they look at what waits for them once a day."""

import random
from typing import Any

from proof.deeds import Deeds
from proof.firms import Office, connect_clio
from proof.in_clio import record_payment
from proof.outside import Outside
from proof.witness import Witness

from fakes import MovableClock

NOT_FOR_LONG = 0.15
"""How likely a pause of more than one invoice is ended in a daily round."""


class Staff(Deeds):
    """Besides what they do on a whim."""

    def __init__(
        self, office: Office, outside: Outside, witness: Witness, clock: MovableClock
    ) -> None:
        super().__init__(office, witness, clock)
        self.outside = outside
        self.settled = 0
        """How many mails whose fate nobody knew they have decided about."""

    async def daily_round(self, chance: random.Random) -> None:
        """Start what can be started, and decide what waits for a person."""
        await self._start(chance)
        await self._decide("awaiting_approval", chance)
        await self._decide("uncertain", chance)
        await self._decide("to_call", chance)
        await self._enter_in_clio()
        await self._put_right(chance)

    async def _start(self, chance: random.Random) -> None:
        ready = await self.items("/invoices", section="no_reminders")
        ids = [row["id"] for row in ready if row["remindable"] and chance.random() < 0.7]
        if not ids:
            return
        body = {
            "selection": {"invoice_ids": ids},
            "reminder_set_id": chance.choices(self.office.sets, (3, 3, 3, 1))[0],
            "backlog": chance.choice(("first_step", "fitting_step", "skip_past")),
        }
        await self.post("/collections", body)

    async def _decide(self, state: str, chance: random.Random) -> None:
        for reminder in await self.items("/reminders", state=state):
            path = f"/reminders/{reminder['id']}"
            if state == "awaiting_approval" and chance.random() < 0.7:
                await self.post(f"{path}/approve")
            elif state == "uncertain":
                await self._settle_uncertain(path, reminder)
            elif state == "to_call":
                await self.post(f"{path}/called", {"note": "Spoke to them"})

    async def _settle_uncertain(self, path: str, reminder: dict[str, Any]) -> None:
        """They ring the client up: has it come?"""
        arrived = {arrival.message_id for arrival in self.witness.arrivals}
        came = {
            row["id"]
            for offer in self.witness.offers
            if offer.message_id in arrived
            for row in offer.photo["reminders"] or []
        }
        outcome = "it_was_sent" if reminder["id"] in came else "send_again"
        self.settled += await self.post(f"{path}/resolve", {"outcome": outcome})

    async def _enter_in_clio(self) -> None:
        for payment in await self.items("/payments/to-record"):
            number = (payment["invoice"] or {}).get("number")
            bills = self.office.account.table("bills").values()
            bill = next((b for b in bills if b["number"] == number), None)
            if bill is not None:
                amount = payment["amount"]["amount_minor"] - payment["refunded"]["amount_minor"]
                record_payment(self.outside.clio, self.office, bill["id"], amount)
            await self.post(f"/payments/{payment['id']}/record")

    async def _put_right(self, chance: random.Random) -> None:
        """No Safe Mode, pause, stop or lost connection is left alone for more than some days."""
        if chance.random() < 0.4:
            await self.rules(safe_mode=False)
        if chance.random() < 0.5:
            await self.post("/blast-guard/release")
        for pause in await self.pauses():
            if pause["ends_at"] is None and chance.random() < NOT_FOR_LONG:
                await self.resume_pause(pause)
        connection = (await self.office.ask("GET", "/clio/connection")).json()
        if connection["state"] == "needs_reconnect" and chance.random() < 0.6:
            await connect_clio(self.office, self.outside)

    async def calm_down(self) -> None:
        """Nothing is held any more, and mails need not keep apart."""
        await self.rules(safe_mode=False, min_gap_days=0)
        await self.post("/blast-guard/release")
        for pause in await self.pauses():
            await self.resume_pause(pause)
        for row in await self.reminded("on_hold"):
            if await self.post(f"/collections/{row['collection']['id']}/resume"):
                self._take_back("invoice_id", row["id"])
