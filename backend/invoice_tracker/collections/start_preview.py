"""What Start Collection would do: the same functions as the worker, played forward."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import FirmFacts, load_firm
from invoice_tracker.collections.holds.rows import load_wide_holds
from invoice_tracker.collections.rendering import render_subjects
from invoice_tracker.collections.schemas import (
    FirstMail,
    FirstStep,
    MailsOnDay,
    RefusedOut,
    Selection,
    StartPreview,
)
from invoice_tracker.collections.selecting import Candidate, find_invoices, sort_out
from invoice_tracker.collections.start import load_set
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.domain.holds import active_holds, describe_hold
from invoice_tracker.domain.reminder_facts import Backlog, StepKind
from invoice_tracker.domain.reminder_groups import Grouping
from invoice_tracker.domain.reminder_schedule import Member, Planned, Situation, forecast
from invoice_tracker.firms.models import SendingRules
from invoice_tracker.firms.service import get_sender, get_sending_rules
from invoice_tracker.invoices.own_reminders import find_reminded_by_clio
from invoice_tracker.reminder_sets.models import ReminderStep

DAYS = 90
MOST_SHOWN = 200
NAMES_SHOWN = 5


async def preview_start(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    selection: Selection,
    reminder_set_id: UUID,
    backlog: Backlog,
    now: datetime,
) -> StartPreview:
    """Who would get what and when. Writes nothing. Raises ``NotFound``, ``Invalid``."""
    _, _, steps = await load_set(session, firm_id=firm_id, set_id=reminder_set_id)
    firm = await load_firm(session, firm_id=firm_id)
    ids = await find_invoices(session, firm_id=firm_id, selection=selection, now=now)
    candidates, refused = await sort_out(
        session, firm=firm, invoice_ids=ids, steps=steps, backlog=backlog, now=now
    )
    plans, mails = _plan_all(firm, candidates, now)
    return StartPreview(
        startable=len(candidates),
        clients=len({candidate.invoice.together for candidate in candidates}),
        balances=_balances(candidates),
        first_steps=_first_steps(plans),
        refused=[RefusedOut.model_validate(each) for each in refused],
        first_mails=await _first_mails(session, adapters, firm_id, plans, steps, now),
        mails_by_day=[MailsOnDay(on=day, count=mails[day]) for day in sorted(mails)],
        warnings=[
            *await _of_the_set(session, firm, reminder_set_id, now),
            *await _warnings(session, adapters, firm_id, candidates, mails),
        ],
    )


Plans = list[tuple[Candidate, list[Planned]]]


def _plan_all(
    firm: FirmFacts, candidates: Sequence[Candidate], now: datetime
) -> tuple[Plans, Counter[date]]:
    """The plan of each, and how many mails leave on which day: what is due together is one."""
    until = firm.calendar.local_day(now) + timedelta(days=DAYS)
    people: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        person = candidate.invoice.facts.recipient or str(candidate.facts.id)
        people[person].append(candidate)
    plans: Plans = []
    mails: Counter[date] = Counter()
    for own in people.values():
        items: list[list[Planned]] = [[] for _ in own]
        members = [_member(candidate, now) for candidate in own]
        for mail in forecast(members, until=until):
            for item in mail.items:
                items[item.member].append(item.planned)
            if mail.items[0].planned.step.kind is StepKind.email:
                mails[mail.on] += 1
        plans += zip(own, items, strict=True)
    return plans, mails


def _balances(candidates: Sequence[Candidate]) -> list[MoneyOut]:
    owed: Counter[str] = Counter()
    for candidate in candidates:
        owed[candidate.invoice.facts.currency] += candidate.invoice.facts.balance_minor
    return [MoneyOut(amount_minor=owed[each], currency=each) for each in sorted(owed)]


def _first_steps(plans: Plans) -> list[FirstStep]:
    counts = Counter(items[0].step.position for _, items in plans if items)
    return [FirstStep(step_position=each, count=counts[each]) for each in sorted(counts)]


def _member(candidate: Candidate, now: datetime) -> Member:
    firm = candidate.invoice.firm
    return Member(
        Situation(
            candidate.invoice.facts,
            candidate.facts,
            (),
            candidate.invoice.holds,
            now,
            firm.calendar,
            firm.rules,
            candidate.last_mail_on,
        ),
        candidate.invoice.group,
    )


async def _first_mails(
    session: AsyncSession,
    adapters: Adapters,
    firm_id: UUID,
    plans: Plans,
    steps: Sequence[ReminderStep],
    now: datetime,
) -> list[FirstMail]:
    firsts = sorted(
        ((candidate, items[0]) for candidate, items in plans if items),
        key=lambda pair: (pair[1].at, pair[0].invoice.facts.number),
    )[:MOST_SHOWN]
    subjects = await render_subjects(
        session,
        adapters,
        firm_id=firm_id,
        wanted=[(candidate.invoice.facts.id, item.step.id) for candidate, item in firsts],
        steps=steps,
        now=now,
    )
    return [
        FirstMail(
            invoice_id=candidate.invoice.facts.id,
            number=candidate.invoice.facts.number,
            client_name=candidate.invoice.client_name,
            recipient=item.recipient,
            step_position=item.step.position,
            subject=subjects[candidate.invoice.facts.id, item.step.id],
            at=item.at,
            on=item.on,
        )
        for candidate, item in firsts
    ]


async def _of_the_set(
    session: AsyncSession, firm: FirmFacts, set_id: UUID, now: datetime
) -> list[str]:
    wide = await load_wide_holds(session, firm_id=firm.firm_id)
    paused = active_holds((hold for hold, _, held_set in wide if held_set == set_id), now)
    zone = firm.calendar.time_zone
    return [f"{describe_hold(hold, zone)}. Until that ends nothing is sent." for hold in paused]


async def _warnings(
    session: AsyncSession,
    adapters: Adapters,
    firm_id: UUID,
    candidates: Sequence[Candidate],
    mails: Counter[date],
) -> list[str]:
    rules = await get_sending_rules(session, firm_id)
    sender = await get_sender(session, firm_id)
    warnings = []
    if sender is None or sender.verified_at is None:
        warnings.append("The sender's address is not verified yet: nothing leaves before that.")
    if rules.safe_mode:
        warnings.append(
            "Safe Mode is on: mails are planned, but none leaves until you turn it off."
        )
    if not await adapters.gateway.can_take_payments(firm_id):
        warnings.append("Stripe is not connected: the mails carry no payment link.")
    if mails and max(mails.values()) > rules.per_day:
        warnings.append(f"At most {rules.per_day} mails leave a day: some will leave later.")
    reminded = await find_reminded_by_clio(
        session, firm_id=firm_id, invoice_ids=[c.invoice.facts.id for c in candidates]
    )
    if reminded:
        write = _left_to_clio if rules.holds_for_other_senders else _reminded_by_clio
        warnings.append(write(reminded))
    held = sum(1 for candidate in candidates if candidate.invoice.holds)
    if held:
        warnings.append(f"{_invoices(held)} on hold: nothing is sent for them until that ends.")
    shared = _sharing(candidates)
    if shared and rules.min_gap_days:
        who = "One recipient has" if shared == 1 else f"{shared} recipients have"
        warnings.append(f"{who} several invoices here: {_how_they_share(rules)}")
    return warnings


def _how_they_share(rules: SendingRules) -> str:
    apart = f"e-mails to one person stay {rules.min_gap_days} days apart, so some leave later."
    if rules.grouping is Grouping.none:
        return apart
    per = "client" if rules.grouping is Grouping.client else "matter"
    return f"what is due together goes in one e-mail per {per}; {apart}"


def _left_to_clio(names: Sequence[str]) -> str:
    return (
        f"Clio itself sends reminders to {_clients_here(names)}. None are sent to them from here,"
        " as set in Sending rules."
    )


def _clients_here(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMES_SHOWN])
    if len(names) > NAMES_SHOWN:
        shown += f" and {len(names) - NAMES_SHOWN} more"
    who = "1 client" if len(names) == 1 else f"{len(names)} clients"
    return f"{who} here ({shown})"


def _reminded_by_clio(names: Sequence[str]) -> str:
    return (
        f"Clio itself also sends reminders to {_clients_here(names)}. Turn them off in Clio, or"
        " they get both: Billing, Outstanding Balances, the switch in the column Reminders."
    )


def _sharing(candidates: Sequence[Candidate]) -> int:
    counts = Counter(c.invoice.facts.recipient for c in candidates if c.invoice.facts.recipient)
    return sum(1 for count in counts.values() if count > 1)


def _invoices(count: int) -> str:
    return "1 invoice is" if count == 1 else f"{count} invoices are"
