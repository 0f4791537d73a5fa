"""A proof from its seed to its report: build the world, live through the year, judge."""

import asyncio
import gc
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import httpx
import structlog
from alembic import command
from proof import photographs
from proof.chance import seeded, stream
from proof.clients import Clients
from proof.evidence import Evidence
from proof.firms import open_accounts, open_office
from proof.gathering import gather
from proof.happenings import count, expected
from proof.in_clio import new_bill
from proof.invariants import judge
from proof.outside import Outside, open_outside
from proof.planned import BILLS_AT_FIRST, Planned, plan
from proof.report import Report
from proof.serving import serving
from proof.staff import Staff
from proof.wall import look_below
from proof.watched import start_process
from proof.witness import Witness
from proof.workers import Workers
from proof.year import Tell, Year
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from conftest import SECRET, alembic_config, drop_database, recreate_database
from fakes import MovableClock
from invoice_tracker.main import create_app
from invoice_tracker.sandbox.clio.store import Store
from invoice_tracker.settings import Environment, Settings, SmtpSecurity

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""A Monday, a week before clocks change in America."""


def prove(
    server: str,
    *,
    seed: int,
    days: int,
    firms: int,
    hurry: float = 1.0,
    afterwards: int = 14,
    tell: Tell = lambda _: None,
) -> Report:
    """One proof on a database of its own; ``server`` is the maintenance database's address."""
    started = time.monotonic()
    with _own_database(server) as url:
        planned = plan(seed=seed, start=START, days=days, firms=firms, hurry=hurry)
        until = START + timedelta(days=days)
        life, evidence = asyncio.run(
            _live(url, planned, until, tell, seed=seed, firms=firms, afterwards=afterwards)
        )
    return Report(
        seed=seed,
        days=days,
        firms=firms,
        verdicts=tuple(judge(evidence)),
        life=dict(life.happened),
        deaths=dict(life.workers.deaths),
        failures=dict(life.workers.failures),
        ends=dict(Counter(message.state for message in evidence.messages)),
        expected=expected(days=days, firms=firms),
        digest=evidence.digest(),
        seconds=time.monotonic() - started,
    )


@contextmanager
def _own_database(server: str) -> Iterator[str]:
    name = f"proof_{uuid4().hex[:8]}"
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    asyncio.run(recreate_database(server, name))
    command.upgrade(alembic_config(url), "head")
    try:
        yield url
    finally:
        asyncio.run(drop_database(server, name))


async def _live(
    url: str,
    planned: list[Planned],
    until: datetime,
    tell: Tell,
    *,
    seed: int,
    firms: int,
    afterwards: int,
) -> tuple[Year, Evidence]:
    clock = MovableClock(START)
    owner = create_async_engine(url, pool_size=2)
    witness = Witness(owner)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(owner.dispose)
        stack.enter_context(_undisturbed())
        stack.enter_context(seeded(seed, clock))
        await photographs.install(owner)
        store, luck = Store(), stream(seed, "events")
        open_accounts(store, firms, clock, stream(seed, "people"))
        outside = await stack.enter_async_context(open_outside(clock, witness, store, luck))
        year = await _open_year(stack, url, seed, firms, clock, owner, witness, outside, tell)
        await year.live(planned, until, afterwards=afterwards)
        year.wall += await look_below(owner, year.offices)
        evidence = await gather(witness, owner, year.offices, year.wall, clock.now())
        year.happened["worker's rounds"] = year.workers.rounds
        year.happened |= await count(
            owner,
            evidence,
            zones=[office.zone for office in year.offices],
            since=START,
            uncertain=sum(staff.settled for staff in year.staff),
        )
    return year, evidence


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hardly any garbage collection, and no logs: trouble is asked for here, by the thousand."""
    logging, thresholds = structlog.get_config(), gc.get_threshold()
    structlog.configure(processors=[_say_nothing])
    gc.set_threshold(100_000)
    try:
        yield
    finally:
        structlog.configure(**logging)
        gc.set_threshold(*thresholds)


def _say_nothing(*_: object) -> None:
    raise structlog.DropEvent


async def _open_year(
    stack: AsyncExitStack,
    url: str,
    seed: int,
    firms: int,
    clock: MovableClock,
    owner: AsyncEngine,
    witness: Witness,
    outside: Outside,
    tell: Tell,
) -> Year:
    app = create_app(settings=_settings(outside, "http://127.0.0.1"))
    address = await stack.enter_async_context(serving(app))
    settings = _settings(outside, address)
    begin = partial(start_process, url=url, settings=settings, clock=clock, witness=witness)
    web = begin("web")
    stack.push_async_callback(web.close)
    app.state.adapters = web.adapters
    offices = []
    for number in range(firms):
        office = await open_office(number, web=web.adapters, outside=outside, clock=clock)
        stack.push_async_callback(office.browser.aclose)
        offices.append(office)
        for _ in range(BILLS_AT_FIRST):
            new_bill(outside.clio, office, stream(seed, f"first bills {number} {_}"), among=4)
    workers = Workers(begin, clock, stream(seed, "workers"))
    stack.push_async_callback(workers.close)
    browser = httpx.AsyncClient(timeout=60, trust_env=False)
    stack.push_async_callback(browser.aclose)
    clients = Clients(outside, witness, clock, browser, switches=stream(seed, "webhooks"))
    return Year(
        offices=offices,
        staff=[Staff(office, outside, witness, clock) for office in offices],
        clients=clients,
        workers=workers,
        outside=outside,
        owner=owner,
        clock=clock,
        chance=random.Random(f"{seed} year"),
        poked=web.adapters.poke,
        tell=tell,
    )


def _settings(outside: Outside, address: str) -> Settings:
    return Settings(
        _env_file=None,
        environment=Environment.test,
        public_url=address,
        secret_keys=[SecretStr(SECRET)],
        clio_base_url=outside.clio_url,
        clio_client_id="sandbox-client",
        clio_client_secret=SecretStr("sandbox-secret"),
        stripe_api_base=outside.stripe_url,
        smtp_host="127.0.0.1",
        smtp_port=outside.smtp_port,
        smtp_security=SmtpSecurity.none,
    )
