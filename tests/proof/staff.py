"""What a firm's staff do in the product, by its API."""

import random
from datetime import timedelta
from typing import Any

from proof.firms import SETS, Office, connect_clio, mail
from proof.in_clio import record_payment
from proof.outside import Outside
from proof.witness import Witness

from fakes import MovableClock

DEEDS = {
    "pause": 4,
    "resume": 4,
    "stop": 1,
    "skip": 1,
    "edit_set": 1,
    "safe_mode": 1,
    "window": 1,
    "resync": 2,
    "address": 1,
}
WINDOWS = (("09:00", "16:00"), ("08:30", "12:00"), ("13:00", "17:30"), ("10:00", "15:00"))


class Staff:
    """The people of one firm. They look at what waits for them once a day."""

    def __init__(
        self, office: Office, outside: Outside, witness: Witness, clock: MovableClock
    ) -> None:
        self.office, self.outside, self.witness, self.clock = office, outside, witness, clock

    async def act(self, chance: random.Random) -> str:
        """Something on a whim; what the product refuses just now does not happen."""
        deed = chance.choices(list(DEEDS), list(DEEDS.values()))[0]
        await getattr(self, f"_{deed}")(chance)
        return deed

    async def daily_round(self, chance: random.Random) -> None:
        """Start what can be started, and decide what waits for a person."""
        await self._start(chance)
        await self._decide("awaiting_approval", chance)
        await self._decide("uncertain", chance)
        await self._decide("to_call", chance)
        await self._enter_in_clio()
        await self._put_right(chance)

    async def _items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        answer = await self.office.ask("GET", path, limit=200, **params)
        if not answer.is_success:
            return []
        found = answer.json()["items"]
        return sorted(found, key=lambda item: str(item.get("number") or item["id"]))

    async def _active(self) -> list[dict[str, Any]]:
        rows = await self._items("/invoices", section="active_reminders")
        rows += await self._items("/invoices", section="on_hold")
        return [row for row in rows if row["collection"]]

    async def _on_one(self, chance: random.Random, verb: str, body: Any = None) -> None:
        rows = await self._active()
        if rows:
            collection_id = chance.choice(rows)["collection"]["id"]
            await self.office.ask("POST", f"/collections/{collection_id}/{verb}", body)

    async def _start(self, chance: random.Random) -> None:
        ready = await self._items("/invoices", section="no_reminders")
        ids = [row["id"] for row in ready if row["remindable"] and chance.random() < 0.8]
        if not ids:
            return
        body = {
            "selection": {"invoice_ids": ids},
            "reminder_set_id": chance.choice(self.office.sets),
            "backlog": chance.choice(("first_step", "fitting_step", "skip_past")),
        }
        await self.office.ask("POST", "/collections", body)

    async def _pause(self, chance: random.Random) -> None:
        until = self.clock.now().date() + timedelta(days=chance.randint(2, 12))
        body = {"until": until.isoformat() if chance.random() < 0.8 else None, "reason": "Away"}
        await self._on_one(chance, "pause", body)

    async def _resume(self, chance: random.Random) -> None:
        rows = await self._items("/invoices", section="on_hold")
        if rows and (collection := chance.choice(rows)["collection"]):
            await self.office.ask("POST", f"/collections/{collection['id']}/resume")

    async def _stop(self, chance: random.Random) -> None:
        await self._on_one(chance, "stop", {"reason": "Enough"})

    async def _skip(self, chance: random.Random) -> None:
        rows = await self._items("/reminders", state="queued")
        rows += await self._items("/reminders", state="awaiting_approval")
        if rows:
            path = f"/reminders/{chance.choice(rows)['id']}/skip"
            await self.office.ask("POST", path, {"reason": "Not this one"})

    async def _edit_set(self, chance: random.Random) -> None:
        set_id = chance.choice(self.office.sets)
        found = (await self.office.ask("GET", f"/reminder-sets/{set_id}")).json()
        steps = [*SETS["Standard"][1:3], mail(chance.randint(20, 40))]
        body = {name: found[name] for name in ("name", "description", "version")}
        await self.office.ask("PUT", f"/reminder-sets/{set_id}", body | {"steps": steps})

    async def _safe_mode(self, chance: random.Random) -> None:
        await self._rules(safe_mode=True)

    async def _window(self, chance: random.Random) -> None:
        start, end = chance.choice(WINDOWS)
        weekdays = chance.choice(([0, 1, 2, 3, 4], [0, 2, 4], [1, 2, 3, 4, 5]))
        await self._rules(window_start=start, window_end=end, weekdays=weekdays)

    async def _resync(self, chance: random.Random) -> None:
        await self.office.ask("POST", "/sync-runs")

    async def _address(self, chance: random.Random) -> None:
        clients = await self._items("/clients")
        if clients:
            email = f"other-{chance.randrange(10**6)}@example.org"
            path = f"/clients/{chance.choice(clients)['id']}"
            await self.office.ask("PATCH", path, {"email_override": email})

    async def _rules(self, **changes: Any) -> None:
        await self.office.ask("PATCH", "/firm/sending-rules", changes)

    async def _decide(self, state: str, chance: random.Random) -> None:
        for reminder in await self._items("/reminders", state=state):
            path = f"/reminders/{reminder['id']}"
            if state == "awaiting_approval" and chance.random() < 0.7:
                await self.office.ask("POST", f"{path}/approve")
            elif state == "uncertain":
                await self._resolve(path, reminder)
            elif state == "to_call":
                await self.office.ask("POST", f"{path}/called", {"note": "Spoke to them"})

    async def _resolve(self, path: str, reminder: dict[str, Any]) -> None:
        """They ring the client up: has it come?"""
        came = {
            row["id"]
            for arrival in self.witness.arrivals
            for offer in self.witness.offers
            if offer.message_id == arrival.message_id
            for row in offer.photo["reminders"] or []
        }
        outcome = "it_was_sent" if reminder["id"] in came else "send_again"
        await self.office.ask("POST", f"{path}/resolve", {"outcome": outcome})

    async def _enter_in_clio(self) -> None:
        for payment in await self._items("/payments/to-record"):
            number = (payment["invoice"] or {}).get("number")
            bills = self.office.account.table("bills").values()
            bill = next((b for b in bills if b["number"] == number), None)
            if bill is not None:
                amount = payment["amount"]["amount_minor"] - payment["refunded"]["amount_minor"]
                record_payment(self.outside.clio, self.office, bill["id"], amount)
            await self.office.ask("POST", f"/payments/{payment['id']}/record")

    async def _put_right(self, chance: random.Random) -> None:
        """Safe Mode does not stay on, nor Clio disconnected, for more than a few days."""
        if chance.random() < 0.4:
            await self._rules(safe_mode=False)
        connection = (await self.office.ask("GET", "/clio/connection")).json()
        if connection["state"] == "needs_reconnect" and chance.random() < 0.6:
            await connect_clio(self.office, self.outside)

    async def calm_down(self) -> None:
        """Safe Mode is off, no invoice is held, and mails need not keep apart any more."""
        await self._rules(safe_mode=False, min_gap_days=0)
        for row in await self._items("/invoices", section="on_hold"):
            if row["collection"]:
                await self.office.ask("POST", f"/collections/{row['collection']['id']}/resume")
