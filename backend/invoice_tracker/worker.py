"""The worker: every job and every clock line of the product, in one table.

The queue only wakes the worker up. That nothing is done twice, and nothing is forgotten, is kept by
PostgreSQL; so it does not matter that arq may run a line twice with two workers, or lose a poke.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, ClassVar
from uuid import UUID

import structlog
from arq import cron, func
from arq.connections import RedisSettings

from invoice_tracker.auto_collect import jobs as auto_collect
from invoice_tracker.collections import payment_troubles, planner
from invoice_tracker.collections.attorneys.preview import tell_attorneys
from invoice_tracker.collections.blast_guard import forecast
from invoice_tracker.collections.blast_guard.service import blast_guard
from invoice_tracker.collections.payment_troubles import FailureDelivery
from invoice_tracker.collections.promises.service import see_to_promises
from invoice_tracker.collections.sending.delivery import ReminderDelivery
from invoice_tracker.core.database import list_firm_ids
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.logging import configure_logging
from invoice_tracker.firms.service import may_send
from invoice_tracker.inbox import jobs as inbox
from invoice_tracker.integrations.clio import jobs as clio
from invoice_tracker.integrations.stripe import jobs as stripe
from invoice_tracker.integrations.stripe import refund_jobs
from invoice_tracker.integrations.stripe.events import StripeEvents
from invoice_tracker.outbox import jobs as outbox
from invoice_tracker.outbox.handlers import AlwaysWanted, Handlers
from invoice_tracker.payments import proof_jobs as proof
from invoice_tracker.reminder_sets.thanking import ThanksDelivery, thank_for_payments
from invoice_tracker.settings import Environment, get_settings
from invoice_tracker.wiring import build_adapters

log = structlog.get_logger()

FIRMS_AT_A_TIME = 8
"""Firms served at once in one round; each needs a connection now and then."""

NAME = f"{socket.gethostname()}-{os.getpid()}"
"""What this worker is called among several."""

FirmJob = Callable[[Adapters, UUID], Awaitable[object]]


async def sync_firm(adapters: Adapters, firm_id: UUID) -> None:
    """Read Clio if somebody asked for it, or if the last reading is 15 minutes old."""
    await clio.run_requested(adapters, firm_id)
    await clio.sync_if_due(adapters, firm_id)


async def start_by_rules(adapters: Adapters, firm_id: UUID) -> None:
    """Start the collections that Auto-Collect rules ask for, after Clio was read or time passed."""
    read_at = await clio.last_read_at(adapters, firm_id)
    await auto_collect.run_if_due(adapters, firm_id, invoices_read_at=read_at)


async def read_marked(adapters: Adapters, firm_id: UUID) -> None:
    """Read what Clio's events said has changed."""
    await clio.read_marked(adapters, firm_id)


async def keep_webhooks(adapters: Adapters, firm_id: UUID) -> None:
    """Make, renew or repair the subscriptions to Clio's events."""
    await clio.keep_webhooks(adapters, firm_id)


async def reconcile_firm(adapters: Adapters, firm_id: UUID) -> None:
    """Once a night: everything open here against everything open in Clio."""
    await clio.run_requested(adapters, firm_id, reconciles=True)
    await clio.reconcile_if_due(adapters, firm_id)


async def send_firm(adapters: Adapters, firm_id: UUID) -> None:
    """Say what is expected of the day, decide what is due, then deliver what may leave.

    Promises come first: a broken one may change which reminder is next.
    """
    await see_to_promises(adapters, firm_id)
    await forecast.make_todays(adapters, firm_id)
    await planner.plan_due(adapters, firm_id)
    async with adapters.database.transaction(firm_id) as session:
        kinds = await may_send(session, firm_id=firm_id)
    handlers: Handlers = {
        "reminder": ReminderDelivery(adapters),
        "thank_you": ThanksDelivery(adapters),
        "test_mail": AlwaysWanted(),
        "sender_verification": AlwaysWanted(),
        "guard_alert": AlwaysWanted(),
        "attorney_preview": AlwaysWanted(),
        "client_answer": AlwaysWanted(),
        "payment_failed": FailureDelivery(adapters),
        "payment_alert": AlwaysWanted(),
    }
    guard = blast_guard(adapters)
    await outbox.deliver_due(adapters, firm_id, handlers=handlers, kinds=kinds, guard=guard)


async def thank_payers(adapters: Adapters, firm_id: UUID) -> None:
    """Write thanks for payments that came in, where the firm wants that."""
    await thank_for_payments(adapters, firm_id)


async def tell_of_troubles(adapters: Adapters, firm_id: UUID) -> None:
    """Write to staff, and to the client, about payments that failed."""
    await payment_troubles.tell_of_troubles(adapters, firm_id)


async def handle_events(adapters: Adapters, firm_id: UUID) -> None:
    """Handle what Stripe has posted, and what an earlier try left."""
    await inbox.process_due(adapters, firm_id, handlers={"stripe": StripeEvents(adapters)})


async def record_payments(adapters: Adapters, firm_id: UUID) -> None:
    """Write settled payments to Clio, or queue them for a person."""
    await clio.record_payments(adapters, firm_id)


async def log_reminders(adapters: Adapters, firm_id: UUID) -> None:
    """Log sent reminders in Clio as communications, where the firm wants that."""
    await clio.log_reminders(adapters, firm_id)


async def look_at_checkouts(adapters: Adapters, firm_id: UUID) -> None:
    """Find payments whose webhook never came."""
    await stripe.look_at_open_checkouts(adapters, firm_id)


async def prove_payments(adapters: Adapters, firm_id: UUID) -> None:
    """Once a night, and when asked: Stripe, the books and Clio against one another."""
    await proof.prove_if_due(adapters, firm_id, read_again=stripe.read_payment_again)


async def see_to_refunds(adapters: Adapters, firm_id: UUID) -> None:
    """Bring refunds to their end whose answer was lost, and count those given."""
    await refund_jobs.see_to_refunds(adapters, firm_id)


async def rederive_hints(adapters: Adapters, firm_id: UUID) -> None:
    """Nightly: derive again when each collection is due, and report drift."""
    await planner.rederive_hints(adapters, firm_id)


EVERY_TICK: tuple[FirmJob, ...] = (
    handle_events,
    see_to_refunds,
    read_marked,
    thank_payers,
    tell_of_troubles,
    send_firm,
    tell_attorneys,
    record_payments,
)
EVERY_READ: tuple[FirmJob, ...] = (
    sync_firm,
    start_by_rules,
    keep_webhooks,
    look_at_checkouts,
)
LONG_READS: tuple[FirmJob, ...] = (reconcile_firm, prove_payments)
AFTERWARDS: tuple[FirmJob, ...] = (log_reminders,)
EVERY_NIGHT: tuple[FirmJob, ...] = (rederive_hints,)
POKED: tuple[FirmJob, ...] = (
    sync_firm,
    start_by_rules,
    send_firm,
    handle_events,
    read_marked,
    record_payments,
    look_at_checkouts,
    prove_payments,
    see_to_refunds,
)


class Rounds:
    """Runs jobs for several firms side by side, so that none waits for another's long import.

    What fails for one firm is logged and does not stop the next. A job that is still running for a
    firm is not begun a second time: what the second would find, the next tick finds.
    """

    def __init__(self, adapters: Adapters) -> None:
        self.adapters = adapters
        self._running: set[tuple[str, UUID]] = set()

    async def for_every_firm(self, jobs: tuple[FirmJob, ...]) -> None:
        """Run these jobs: for one firm one after the other, for several firms at once."""
        async with self.adapters.database.transaction() as session:
            firm_ids = await list_firm_ids(session)
        # Places of this round only: a firm whose import goes on since an earlier one takes none.
        places = asyncio.Semaphore(FIRMS_AT_A_TIME)
        await asyncio.gather(*(self._for_firm(jobs, firm_id, places) for firm_id in firm_ids))

    async def _for_firm(
        self, jobs: tuple[FirmJob, ...], firm_id: UUID, places: asyncio.Semaphore
    ) -> None:
        for job in jobs:
            async with places:
                await self.run(job, firm_id)

    async def run(self, job: FirmJob, firm_id: UUID) -> None:
        """Run one job for one firm, unless it is running."""
        key = (job.__name__, firm_id)
        if key in self._running:
            return
        self._running.add(key)
        try:
            await job(self.adapters, firm_id)
        except Exception:
            log.exception("job_failed", job=job.__name__, firm_id=str(firm_id))
        finally:
            self._running.discard(key)


async def tick(context: dict[Any, Any]) -> None:
    """What must not wait: events, due reminders, waiting mail, payments to record."""
    rounds: Rounds = context["rounds"]
    began_at = rounds.adapters.clock.now()
    await rounds.for_every_firm(EVERY_TICK)
    await rounds.adapters.pulse.beat(began_at, worker=NAME)


async def read(context: dict[Any, Any]) -> None:
    """Reading Clio when it is due, and asking Stripe about open checkouts."""
    await context["rounds"].for_every_firm(EVERY_READ)


async def reconcile(context: dict[Any, Any]) -> None:
    """The long reading of the night, in a line of its own: nothing else waits for it."""
    await context["rounds"].for_every_firm(LONG_READS)


async def note(context: dict[Any, Any]) -> None:
    """What Clio is told of sent mail, in a line of its own: no mail waits for it."""
    await context["rounds"].for_every_firm(AFTERWARDS)


async def night(context: dict[Any, Any]) -> None:
    """Checks of what is derived against the facts."""
    await context["rounds"].for_every_firm(EVERY_NIGHT)


def _as_poked(job: FirmJob) -> Any:
    async def poked(context: dict[Any, Any], firm_id: UUID) -> None:
        await context["rounds"].run(job, firm_id)

    return _function(poked, name=job.__name__, keep_result=0)


async def start(context: dict[Any, Any]) -> None:
    """Connect to everything outside."""
    settings = get_settings()
    configure_logging(
        level=settings.log_level, as_json=settings.environment is Environment.production
    )
    stack = AsyncExitStack()
    context["stack"] = stack
    context["rounds"] = Rounds(await stack.enter_async_context(build_adapters(settings)))


async def stop(context: dict[Any, Any]) -> None:
    """Let go of it again."""
    await context["rounds"].adapters.pulse.stop(worker=NAME)
    await context["stack"].aclose()


# arq's own types want the context to be called ``ctx`` and to be followed by any arguments.
_function: Callable[..., Any] = func
_cron: Callable[..., Any] = cron


def _seconds(step: int) -> set[int]:
    return set(range(0, 60, step))


class WorkerSettings:
    """What arq reads: ``arq invoice_tracker.worker.WorkerSettings``."""

    redis_settings = RedisSettings.from_dsn(get_settings().redis_url)
    on_startup = start
    on_shutdown = stop
    functions: ClassVar[list[Any]] = [_as_poked(job) for job in POKED]
    cron_jobs: ClassVar[list[Any]] = [
        _cron(tick, second=_seconds(get_settings().tick_seconds), keep_result=0, unique=True),
        _cron(read, second=_seconds(get_settings().tick_seconds), keep_result=0, unique=True),
        _cron(reconcile, second=_seconds(get_settings().tick_seconds), keep_result=0, unique=True),
        _cron(note, second=_seconds(get_settings().tick_seconds), keep_result=0, unique=True),
        _cron(night, hour={3}, minute={17}, keep_result=0, unique=True),
    ]
    # Many, because a round with a long import is mostly waiting for Clio: mails must find a place.
    max_jobs = 100
    job_timeout = 3600
    max_tries = 1
    keep_result = 0
