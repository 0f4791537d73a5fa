"""The year itself: from moment to moment at which something can happen."""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from proof import in_clio, troubles
from proof.clients import Clients
from proof.evidence import WallCheck
from proof.firms import Office, connect_clio
from proof.outside import Outside
from proof.planned import Planned
from proof.staff import Staff
from proof.wall import look_over_wall
from proof.workers import NIGHT, READ, TICK, Moment, Workers
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from fakes import MovableClock

HINTS = text("""
    SELECT firm_id, min(at) AS at FROM (
        SELECT firm_id, next_action_at AS at FROM collections WHERE state = 'active'
        UNION ALL
        SELECT firm_id, next_attempt_at FROM outbox_messages WHERE state = 'waiting'
        UNION ALL
        SELECT firm_id, lease_until FROM outbox_messages WHERE state IN ('claimed', 'sending')
    ) AS hints WHERE at IS NOT NULL GROUP BY firm_id ORDER BY firm_id
""")
PEOPLE = ("staff", "clients", "clio")
NOT_NOW = "not now"
BAD_MOMENTS = {
    "client": 8,
    "clients pay_together": 4,
    "clients debit": 3,
    "clio pay_part": 4,
    "clio void": 1,
    "clio change_amount": 2,
    "webhooks": 5,
    "staff pause": 2,
    "staff pause_client": 1,
    "staff pause_everything": 1,
    "staff resume_everything": 1,
    "staff promise": 2,
    "staff dispute": 1,
    "staff stop": 1,
    "staff veto": 2,
    "staff edit_ahead": 2,
    "staff edit_set_and_move": 1,
    "clients attorney_veto": 1,
}
"""What may happen while a worker is in the middle of something, in proportion."""
SOON, LATER = timedelta(minutes=10), timedelta(hours=12)


Tell = Callable[[str], None]


@dataclass
class Year:
    """Everybody and everything, and what has happened so far."""

    offices: list[Office]
    staff: list[Staff]
    clients: Clients
    workers: Workers
    outside: Outside
    owner: AsyncEngine
    clock: MovableClock
    chance: random.Random
    poked: Any
    tell: Tell
    """Gets a word each time another month begins."""
    happened: Counter[str] = field(default_factory=Counter)
    wall: list[WallCheck] = field(default_factory=list)
    _queue: list[Planned] = field(default_factory=list)
    _not_before: dict[UUID, datetime] = field(default_factory=dict)
    _gap: dict[UUID, timedelta] = field(default_factory=dict)
    _down_until: datetime | None = None

    async def live(self, planned: list[Planned], until: datetime, *, afterwards: int) -> None:
        """Go through it; then so many days in which all is well and what waits ends."""
        self._queue = list(planned)
        heapq.heapify(self._queue)
        moment = Moment(self.clock, self.chance, self._act_at_a_bad_moment)
        await self._go_on(until, moment)
        await self._calm_down(afterwards)
        await self._go_on(
            self.clock.now() + timedelta(days=afterwards), Moment(self.clock, self.chance, None)
        )

    async def _go_on(self, until: datetime, moment: Moment) -> None:
        while self.clock.now() < until:
            await self.outside.clio_sender.release()
            hints = await self._hints()
            at = min([*hints.values(), *(event.at for event in self._queue[:1]), until])
            if at.month != self.clock.now().month:
                self.tell(f"{at:%B %Y}, {self.workers.rounds} rounds so far\n")
            self.clock.move_to(max(at, self.clock.now()))
            await self.outside.pass_time()
            for end in self.clients.hear_from_bank():
                self.happened[f"a bank debit {end}"] += 1
            wanted = {firm: TICK for firm, hint in hints.items() if hint <= self.clock.now()}
            while self._queue and self._queue[0].at <= self.clock.now():
                await self._happen(heapq.heappop(self._queue), wanted)
            self._heed_pokes(wanted)
            if wanted and not self._is_down():
                await self.workers.round(wanted, moment)
                self._note_round(wanted)

    def _is_down(self) -> bool:
        return self._down_until is not None and self.clock.now() < self._down_until

    async def _hints(self) -> dict[UUID, datetime]:
        """When each firm next has something to do; put off where a round changed nothing."""
        if self._is_down():
            return {}
        async with self.owner.connect() as connection:
            rows = (await connection.execute(HINTS)).all()
        return {row.firm_id: max(row.at, self._put_off(row.firm_id, row.at)) for row in rows}

    def _put_off(self, firm_id: UUID, hint: datetime) -> datetime:
        if hint > self.clock.now():
            self._gap[firm_id] = SOON
        return self._not_before.get(firm_id, hint)

    def _note_round(self, wanted: dict[UUID, str]) -> None:
        for firm_id in wanted:
            gap = self._gap.get(firm_id, SOON)
            self._not_before[firm_id] = self.clock.now() + gap
            self._gap[firm_id] = min(LATER, gap * 4)

    def _heed_pokes(self, wanted: dict[UUID, str]) -> None:
        """A poke brings the worker at once, unless it is lost."""
        for _, firm_id in self.poked.pokes:
            if self.chance.random() < 0.5:
                wanted.setdefault(firm_id, TICK)
        self.poked.pokes.clear()

    async def _happen(self, event: Planned, wanted: dict[UUID, str]) -> None:
        office = self.offices[event.firm] if event.firm >= 0 else self.chance.choice(self.offices)
        if event.what in (READ, NIGHT):
            wanted[office.firm_id] = event.what
            return
        what = await self._do(event.what, office)
        if what == NOT_NOW and event.tries:
            at = self.clock.now() + timedelta(hours=self.chance.uniform(1, 10))
            heapq.heappush(self._queue, replace(event, at=at, tries=event.tries - 1))
            return
        self.happened[f"{event.what}: given up" if what == NOT_NOW else what] += 1

    async def _do(self, what: str, office: Office) -> str:
        who, _, deed = what.partition(" ")
        if deed and who in PEOPLE:
            return what if await self._do_deed(who, deed, office) else NOT_NOW
        if what == "daily_round":
            await office.log_in()
            await self.staff[office.number].daily_round(self.chance)
        elif what == "bill":
            in_clio.new_bill(self.outside.clio, office, self.chance)
        elif what == "in_clio":
            return f"in Clio: {in_clio.do_something(self.outside.clio, office, self.chance)}"
        elif what == "client":
            return f"client: {await self.clients.act(self.chance)}"
        elif what == "webhooks":
            await self.outside.release_webhooks(backwards=self.chance.random() < 0.4)
        elif what == "trouble":
            return f"trouble: {troubles.begin_one(self.outside, office, self.chance)}"
        elif what == "hang_up":
            troubles.hang_up(self.outside, self.chance)
        elif what == "clio away":
            troubles.clio_away(self.outside, self.chance)
        elif what == "repair":
            troubles.all_well(self.outside)
        elif what == "down":
            self._down_until = self.clock.now() + timedelta(days=self.chance.uniform(0.3, 2))
        elif what == "three days down":
            self._down_until = self.clock.now() + timedelta(days=3)
        elif what == "leap":
            self.clock.move(days=self.chance.uniform(0.5, 3))
        elif what == "back":
            self.clock.move(seconds=-self.chance.randint(5, 300))
        elif what == "look_over_wall":
            self.wall += await look_over_wall(self.owner, self.offices)
        return what

    async def _do_deed(self, who: str, deed: str, office: Office) -> bool:
        """Whether it could be done just now."""
        if who == "staff":
            await office.log_in()
            return await self.staff[office.number].do(deed, self.chance)
        if who == "clio":
            return in_clio.do(self.outside.clio, office, self.chance, deed)
        if deed == "attorney_veto":
            return await self.clients.veto(self.chance) and await self._hear_attorneys()
        return await self.clients.do(deed, self.chance)

    async def _hear_attorneys(self) -> bool:
        """The link does not say whose client it was about: the firm that has a new pause knows."""
        heard = False
        for office, staff in zip(self.offices, self.staff, strict=True):
            await office.log_in()
            names = [user["name"] for user in office.account.table("users").values()]
            heard = await staff.hear_attorney(names) or heard
        return heard

    async def _act_at_a_bad_moment(self) -> None:
        """While workers are in the middle of something."""
        office = self.chance.choice(self.offices)
        wanted = self.chance.choices(list(BAD_MOMENTS), list(BAD_MOMENTS.values()))[0]
        what = await self._do(wanted, office)
        if what != NOT_NOW:
            self.happened[what] += 1
            self.happened["of these while a worker was at it"] += 1

    async def _calm_down(self, days: int) -> None:
        """All is repaired, connected and resumed; nobody dies any more; people keep their round."""
        troubles.all_well(self.outside)
        self.workers.mortal = False
        self._down_until = None
        for office, staff in zip(self.offices, self.staff, strict=True):
            await office.log_in()
            await connect_clio(office, self.outside)
            await staff.calm_down()
        await self.outside.release_webhooks(backwards=False)
        now = self.clock.now()
        for day in range(days):
            for office in self.offices:
                for what, hours in (("webhooks", 2), (READ, 3), ("daily_round", 12)):
                    at = now + timedelta(days=day, hours=hours)
                    heapq.heappush(self._queue, Planned(at, office.number, what))
