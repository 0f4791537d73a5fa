"""The dry run: which invoices would start, on which set, when, and why; and which would not."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.auto_collect import repository
from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.auto_collect.schemas import (
    CurrencyCount,
    DryRunInput,
    DryRunItem,
    DryRunOut,
    FirstStep,
    ReasonCount,
    RuleCount,
    RuleInput,
    RuleRef,
)
from invoice_tracker.auto_collect.trying import Found, Series, load_series, try_rules
from invoice_tracker.auto_collect.writing import CONDITIONS, check_names
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.selecting import Candidate
from invoice_tracker.core.errors import Invalid
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.domain.invoice_aging import days_overdue
from invoice_tracker.domain.reminder_schedule import plan

DAYS = 365
"""How far ahead the first step is looked for."""
LAST = date(9000, 1, 1)


async def dry_run(
    session: AsyncSession, *, firm_id: UUID, wanted: DryRunInput, now: datetime
) -> DryRunOut:
    """What would start now. Writes nothing. Raises ``NotFound``, ``Invalid``.

    A single rule is tried together with those that are on: what one of them takes before it, it
    does not get.
    """
    working = await repository.list_working(session, firm_id=firm_id)
    tried = await _tried(session, firm_id, wanted)
    rows = list(working)
    if tried is not None:
        rows = [row for row in working if row.id != tried.id] + [tried]
    series = await load_series(session, firm_id=firm_id, rows=rows)
    firm = await load_firm(session, firm_id=firm_id)
    found = await try_rules(session, firm=firm, rows=rows, series=series, now=now)
    if tried is not None:
        rows = [tried]
        found = [each for each in found if each.row is tried]
    saved = {row.id for row in rows} if wanted.rule is None or wanted.rule_id else set()
    today = firm.calendar.local_day(now)
    return _as_output(found, rows, series, wanted, saved, today=today, now=now)


async def _tried(
    session: AsyncSession, firm_id: UUID, wanted: DryRunInput
) -> AutoCollectRule | None:
    """The one rule that is tried, saved or not; nothing for all that are on."""
    saved = None
    if wanted.rule_id is not None:
        saved = await repository.get_rule(session, firm_id=firm_id, rule_id=wanted.rule_id)
    if wanted.rule is None:
        return saved
    await check_names(session, firm_id=firm_id, rule=wanted.rule)
    priority = saved.priority if saved else await repository.next_priority(session, firm_id=firm_id)
    return as_draft(
        wanted.rule, firm_id=firm_id, rule_id=saved.id if saved else uuid4(), priority=priority
    )


def as_draft(rule: RuleInput, *, firm_id: UUID, rule_id: UUID, priority: int) -> AutoCollectRule:
    """A row that is never stored."""
    return AutoCollectRule(
        id=rule_id,
        firm_id=firm_id,
        name=rule.name,
        priority=priority,
        is_enabled=False,
        reminder_set_id=rule.reminder_set_id,
        backlog=rule.backlog,
        **{name: getattr(rule, name) for name in CONDITIONS},
    )


def _as_output(
    found: Sequence[Found],
    rows: Sequence[AutoCollectRule],
    series: dict[UUID, Series],
    wanted: DryRunInput,
    saved: set[UUID],
    *,
    today: date,
    now: datetime,
) -> DryRunOut:
    starting = [each for each in found if each.candidate is not None]
    refused = [each for each in found if each.candidate is None]
    shown = sorted(starting if wanted.show == "starting" else refused, key=_place)
    page, next_cursor = _page(shown, wanted)
    refs = {row.id: RuleRef(id=row.id if row.id in saved else None, name=row.name) for row in rows}
    return DryRunOut(
        starting=len(starting),
        refused=len(refused),
        totals=_totals(starting),
        reasons=_reasons(refused),
        by_rule=[
            RuleCount(
                rule=refs[row.id],
                starting=sum(1 for each in starting if each.row is row),
                refused=sum(1 for each in refused if each.row is row),
            )
            for row in rows
        ],
        items=[_item(each, refs[each.row.id], series, today, now) for each in page],
        next_cursor=next_cursor,
    )


def _place(found: Found) -> tuple[date, UUID]:
    """The oldest first, those without a due day last."""
    return found.invoice.due_on or LAST, found.invoice.id


def _page(shown: Sequence[Found], wanted: DryRunInput) -> tuple[Sequence[Found], str | None]:
    if wanted.cursor is not None:
        day, last_id = decode_cursor(wanted.cursor, 2)
        try:
            after = (date.fromisoformat(day), UUID(last_id))
        except (TypeError, ValueError, AttributeError) as error:
            raise Invalid("That page no longer exists. Please start from the first one.") from error
        shown = [each for each in shown if _place(each) > after]
    page = shown[: wanted.limit]
    more = len(shown) > wanted.limit
    return page, encode_cursor(*_place(page[-1])) if more else None


def _totals(starting: Sequence[Found]) -> list[CurrencyCount]:
    counts, sums = Counter[str](), Counter[str]()
    for each in starting:
        counts[each.invoice.currency] += 1
        sums[each.invoice.currency] += each.invoice.balance_minor
    return [
        CurrencyCount(
            count=counts[currency], total=MoneyOut(amount_minor=sums[currency], currency=currency)
        )
        for currency in sorted(counts)
    ]


def _reasons(refused: Sequence[Found]) -> list[ReasonCount]:
    counts = Counter(each.refusal or "" for each in refused)
    in_order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [ReasonCount(reason=reason, count=count) for reason, count in in_order]


def _item(
    found: Found, rule: RuleRef, series: dict[UUID, Series], today: date, now: datetime
) -> DryRunItem:
    invoice = found.invoice
    return DryRunItem(
        invoice_id=invoice.id,
        number=invoice.number,
        client_name=invoice.client_name,
        balance=MoneyOut(amount_minor=invoice.balance_minor, currency=invoice.currency),
        due_on=invoice.due_on,
        days_overdue=days_overdue(invoice.due_on, today) if invoice.due_on else None,
        rule=rule,
        reminder_set=series[found.row.id].set_name,
        why=found.why,
        refusal=found.refusal,
        first=_first(found.candidate, now) if found.candidate else None,
    )


def _first(candidate: Candidate, now: datetime) -> FirstStep | None:
    firm = candidate.invoice.firm
    items = plan(
        candidate.invoice.facts,
        candidate.facts,
        (),
        holds=candidate.invoice.holds,
        now=now,
        calendar=firm.calendar,
        rules=firm.rules,
        last_mail_on=candidate.last_mail_on,
        until=firm.calendar.local_day(now) + timedelta(days=DAYS),
    )
    if not items:
        return None
    return FirstStep(step_position=items[0].step.position, at=items[0].at, on=items[0].on)
