"""What a firm's staff do on a whim, each by the API. A deed says whether the product took it."""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from proof.firms import MAIL, Office, mail
from proof.spoken import CLIENT, DISPUTE, EVERYTHING, INVOICE, PAUSE, REMINDER_SET
from proof.witness import Witness

from fakes import MovableClock

WINDOWS = (("09:00", "16:00"), ("08:30", "12:00"), ("13:00", "17:30"), ("10:00", "15:00"))
WEEKS = ([0, 1, 2, 3, 4], [0, 2, 4], [1, 2, 3, 4, 5])
OTHER_ZONES = {
    "America/New_York": "America/Chicago",
    "Europe/London": "Europe/Lisbon",
    "Australia/Sydney": "Australia/Brisbane",
}
"""Where a firm moves to, and back from."""
Json = dict[str, Any]


class Deeds:
    """The people of one firm, and what they may do; ``True`` where it was done."""

    def __init__(self, office: Office, witness: Witness, clock: MovableClock) -> None:
        self.office, self.witness, self.clock = office, witness, clock
        self.home = office.zone

    async def do(self, deed: str, chance: random.Random) -> bool:
        """One deed; what the product refuses just now does not happen."""
        return bool(await getattr(self, f"_{deed}")(chance))

    async def items(self, path: str, **params: Any) -> list[Json]:
        """A whole list, in an order that does not depend on ids."""
        answer = await self.office.ask("GET", path, **({"limit": 200} | params))
        if not answer.is_success:
            return []
        found = answer.json()["items"]
        return sorted(found, key=lambda item: str(item.get("number") or item.get("id")))

    async def post(self, path: str, body: Any = None) -> bool:
        """Whether the product did it."""
        return (await self.office.ask("POST", path, body)).is_success

    async def rules(self, **changes: Any) -> bool:
        """Change the rules of sending."""
        return (await self.office.ask("PATCH", "/firm/sending-rules", changes)).is_success

    # One invoice

    async def reminded(self, *sections: str) -> list[Json]:
        """Invoices that are being reminded, on hold or not."""
        rows = []
        for section in sections or ("active_reminders", "on_hold"):
            rows += await self.items("/invoices", section=section)
        return [row for row in rows if row["collection"]]

    async def _on_one(self, chance: random.Random, verb: str, body: Any, *sections: str) -> Json:
        """The invoice it was done to; nothing where there is none, or it was refused."""
        rows = await self.reminded(*sections)
        if rows:
            row: Json = chance.choice(rows)
            if await self.post(f"/collections/{row['collection']['id']}/{verb}", body):
                return row
        return {}

    async def _pause(self, chance: random.Random) -> bool:
        body, ends_at = self._until(chance, "Away")
        row = await self._on_one(chance, "pause", body)
        if row:
            self._say(PAUSE, INVOICE, row["id"], ends_at)
        return bool(row)

    async def _resume(self, chance: random.Random) -> bool:
        row = await self._on_one(chance, "resume", None, "on_hold")
        if row:
            self._take_back(INVOICE, row["id"])
        return bool(row)

    async def _stop(self, chance: random.Random) -> bool:
        return bool(await self._on_one(chance, "stop", {"reason": "Enough"}))

    async def _skip(self, chance: random.Random) -> bool:
        rows = await self.items("/reminders", state="queued")
        rows += await self.items("/reminders", state="awaiting_approval")
        if not rows:
            return False
        path = f"/reminders/{chance.choice(rows)['id']}/skip"
        return await self.post(path, {"reason": "Not this one"})

    async def _promise(self, chance: random.Random, jump: int | None = None) -> bool:
        rows = await self.reminded()
        if not rows:
            return False
        row = chance.choice(rows)
        amount = row["balance"]["amount_minor"]
        body = {
            "promised_on": self._day(chance.choice((0, 1, 2, 4, 9))).isoformat(),
            "amount_minor": max(1, amount // 2) if chance.random() < 0.3 else None,
            "note": "On the phone",
            "jump_position": jump,
        }
        return await self.post(f"/invoices/{row['id']}/promises", body)

    async def _promise_with_jump(self, chance: random.Random) -> bool:
        return await self._promise(chance, jump=chance.choice((1, 2, 3)))

    async def _withdraw(self, chance: random.Random) -> bool:
        rows = await self.items("/promises", state="open")
        return bool(rows) and await self.post(f"/promises/{chance.choice(rows)['id']}/withdraw")

    async def _dispute(self, chance: random.Random) -> bool:
        rows = await self.reminded()
        if not rows:
            return False
        row = chance.choice(rows)
        done = await self.post(f"/invoices/{row['id']}/dispute", {"reason": "Too much"})
        if done:
            self._say(DISPUTE, INVOICE, row["id"])
        return done

    async def _resolve(self, chance: random.Random) -> bool:
        for row in chance.sample(rows := await self.items("/invoices"), len(rows)):
            then = chance.choice(("resume", "resume", "stop"))
            if await self.post(f"/invoices/{row['id']}/dispute/resolve", {"then": then}):
                self._take_back(INVOICE, row["id"], DISPUTE)
                return True
        return False

    # More than one invoice

    async def _pause_client(self, chance: random.Random) -> bool:
        rows = [row for row in await self.reminded() if row["client"]]
        if not rows:
            return False
        client_id = chance.choice(rows)["client"]["id"]
        return await self._pause_widely(chance, f"/clients/{client_id}", CLIENT, client_id)

    async def _pause_set(self, chance: random.Random) -> bool:
        set_id = chance.choice(self.office.sets)
        return await self._pause_widely(chance, f"/reminder-sets/{set_id}", REMINDER_SET, set_id)

    async def _pause_everything(self, chance: random.Random) -> bool:
        return await self._pause_widely(chance, "/firm", EVERYTHING, "")

    async def _pause_widely(self, chance: random.Random, path: str, reach: str, about: str) -> bool:
        body, ends_at = self._until(chance, "A trial")
        done = await self.post(f"{path}/pause", body)
        if done:
            self._say(PAUSE, reach, about, ends_at)
        return done

    async def _resume_client(self, chance: random.Random) -> bool:
        return await self._resume_widely(chance, "client")

    async def _resume_set(self, chance: random.Random) -> bool:
        return await self._resume_widely(chance, "reminder_set")

    async def _resume_everything(self, chance: random.Random) -> bool:
        return await self._resume_widely(chance, "firm")

    async def _resume_widely(self, chance: random.Random, reach: str) -> bool:
        pauses = [pause for pause in await self.pauses() if pause["reach"] == reach]
        return bool(pauses) and await self.resume_pause(chance.choice(pauses))

    async def pauses(self) -> list[Json]:
        """Of clients, sets and everything, those that are in force."""
        answer = await self.office.ask("GET", "/pauses")
        return answer.json()["items"] if answer.is_success else []

    async def resume_pause(self, pause: Json) -> bool:
        """End one of those."""
        reach, about = EVERYTHING, ""
        if pause["client"]:
            reach, about = CLIENT, pause["client"]["id"]
        elif pause["reminder_set"]:
            reach, about = REMINDER_SET, pause["reminder_set"]["id"]
        places = {CLIENT: "/clients/", REMINDER_SET: "/reminder-sets/", EVERYTHING: "/firm"}
        done = await self.post(f"{places[reach]}{about}/resume")
        if done:
            self._take_back(reach, about, PAUSE)
        return done

    # Tomorrow's list

    async def _approve_ahead(self, chance: random.Random) -> bool:
        return await self._review(chance, "can_approve", decision="approve")

    async def _veto(self, chance: random.Random) -> bool:
        return await self._review(chance, "can_veto", decision="veto", reason="Not now")

    async def _edit_ahead(self, chance: random.Random) -> bool:
        text = MAIL.replace("is open", "is still open, as we have said on the phone")
        return await self._review(
            chance, "can_edit", decision="edit", subject="About {{ invoice.number }}", body=text
        )

    async def _undo(self, chance: random.Random) -> bool:
        return await self._review(chance, "can_undo", path="/upcoming/undo")

    async def _review(
        self, chance: random.Random, allowed: str, path: str = "/upcoming/review", **body: Any
    ) -> bool:
        for ahead in (None, *(self._day(days).isoformat() for days in (0, 2, 4))):
            params = {} if ahead is None else {"on": ahead}
            rows = [row for row in await self.items("/upcoming", **params) if row[allowed]]
            if rows:
                row = chance.choice(sorted(rows, key=lambda row: str(row["invoice"]["number"])))
                names = ("collection_id", "step_id", "occurrence")
                return await self.post(path, {name: row[name] for name in names} | body)
        return False

    # Sets and rules

    async def _edit_set(self, chance: random.Random) -> bool:
        return bool(await self._change_set(chance))

    async def _edit_set_and_move(self, chance: random.Random) -> bool:
        """Those who run on it move to the new version, all or some."""
        set_id, steps = await self._change_set(chance) or ("", [])
        if not set_id:
            return False
        shown = await self.office.ask(
            "POST", f"/reminder-sets/{set_id}/difference", {"steps": steps}
        )
        running = [row["collection_id"] for row in shown.json()["collections"]]
        some = [each for each in running if chance.random() < 0.7]
        ids = None if chance.random() < 0.5 else some
        return await self.post(f"/reminder-sets/{set_id}/move", {"collection_ids": ids})

    async def _change_set(self, chance: random.Random) -> tuple[str, list[Json]] | None:
        """A step comes earlier or later, is left out or is added."""
        set_id = chance.choice(self.office.sets[:3])
        path = f"/reminder-sets/{set_id}"
        found = (await self.office.ask("GET", path)).json()
        steps = found["steps"]
        some = chance.choice(steps)
        some["offset_days"] += chance.choice((-2, -1, 1, 2, 3))
        if len(steps) > 3 and chance.random() < 0.4:
            steps.remove(chance.choice(steps))
        if len(steps) < 7 and chance.random() < 0.6:
            steps.append(mail(chance.randint(20, 40)))
        body = {name: found[name] for name in ("name", "description", "version")}
        answer = await self.office.ask("PUT", path, body | {"steps": steps})
        return (set_id, answer.json()["steps"]) if answer.is_success else None

    async def _rule_on(self, chance: random.Random) -> bool:
        body = {
            "name": f"Rule {chance.randrange(1000)}",
            "reminder_set_id": chance.choice(self.office.sets[:3]),
            "backlog": chance.choice(("first_step", "fitting_step", "skip_past")),
            "min_days_overdue": chance.choice((-5, 0, 2, 6)),
            "min_balance_minor": chance.choice((None, 10_000)),
        }
        made = await self.office.ask("POST", "/auto-collect-rules", body)
        if not made.is_success:
            return False
        rule_id = made.json()["id"]
        tried = await self.office.ask(
            "POST", "/auto-collect-rules/dry-run", {"rule": body, "rule_id": rule_id}
        )
        expected = {"expected_count": tried.json().get("starting", 0)}
        return await self.post(f"/auto-collect-rules/{rule_id}/activate", expected)

    async def _rule_off(self, chance: random.Random) -> bool:
        rules = [rule for rule in await self.items("/auto-collect-rules") if rule["is_enabled"]]
        if not rules:
            return False
        rule = chance.choice(sorted(rules, key=lambda rule: str(rule["created_at"])))
        return await self.post(f"/auto-collect-rules/{rule['id']}/deactivate")

    # The firm

    async def _safe_mode(self, chance: random.Random) -> bool:
        return await self.rules(safe_mode=True)

    async def _window(self, chance: random.Random) -> bool:
        start, end = chance.choice(WINDOWS)
        return await self.rules(window_start=start, window_end=end, weekdays=chance.choice(WEEKS))

    async def _closure(self, chance: random.Random) -> bool:
        first = self._day(chance.randint(0, 5))
        body = {"starts_on": first.isoformat(), "reason": "Closed"}
        body["ends_on"] = (first + timedelta(days=chance.randint(0, 3))).isoformat()
        return await self.post("/closures", body)

    async def _time_zone(self, chance: random.Random) -> bool:
        """They move to another city, or back."""
        away = OTHER_ZONES.get(self.home, self.home)
        zone = self.home if self.office.zone == away else away
        done = (await self.office.ask("PATCH", "/firm", {"time_zone": zone})).is_success
        if done:
            self.office.zone = zone
        return done

    async def _resync(self, chance: random.Random) -> bool:
        return await self.post("/sync-runs")

    async def _address(self, chance: random.Random) -> bool:
        clients = await self.items("/clients")
        if not clients:
            return False
        email = f"other-{chance.randrange(10**6)}@example.org"
        path = f"/clients/{chance.choice(clients)['id']}"
        answer: httpx.Response = await self.office.ask("PATCH", path, {"email_override": email})
        return answer.is_success

    # What was said

    def _day(self, ahead: int) -> date:
        """The firm's day, so many days from now."""
        return self.clock.now().astimezone(ZoneInfo(self.office.zone)).date() + timedelta(ahead)

    def _until(self, chance: random.Random, reason: str) -> tuple[Json, datetime | None]:
        """Until a day begins, or until somebody resumes."""
        if chance.random() < 0.25:
            return {"until": None, "reason": reason}, None
        day = self._day(chance.randint(1, 10))
        midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(self.office.zone))
        return {"until": day.isoformat(), "reason": reason}, midnight

    def _say(self, what: str, reach: str, about: str, ends_at: datetime | None = None) -> None:
        self.witness.spoken.say(
            self.witness.next_turn(),
            what,
            firm_id=self.office.firm_id,
            reach=reach,
            about=about,
            ends_at=ends_at,
        )

    def _take_back(self, reach: str, about: str, what: str | None = None) -> None:
        self.witness.spoken.take_back(
            self.witness.next_turn(),
            firm_id=self.office.firm_id,
            reach=reach,
            about=about,
            what=what,
        )

    async def hear_attorney(self, names: Iterable[str]) -> bool:
        """An attorney has held a client by a link: whether there is such a pause since now."""
        found = False
        for pause in await self.pauses():
            since = datetime.fromisoformat(pause["starts_at"])
            if pause["client"] and pause["author"] in set(names) and since == self.clock.now():
                self._say(PAUSE, CLIENT, pause["client"]["id"])
                found = True
        return found
