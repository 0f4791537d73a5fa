"""How reading a big firm costs: `make bench`.

Times are given as ratios to a baseline of the same run, since machines and hours differ: asking
for all pages and parsing them, without storing anything.
"""

import asyncio
import resource
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from alembic import command
from pydantic import SecretStr
from sqlalchemy import func, select, text

from conftest import SECRET, alembic_config, make_adapters, recreate_database
from factories import make_firm
from fakes import MovableClock
from integrations.clio_firm import connect, fetch_run
from invoice_tracker.core.database import Database, make_engine
from invoice_tracker.core.deps import Adapters
from invoice_tracker.embedded import embedded_servers
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import jobs
from invoice_tracker.integrations.clio.access import ClioAccess, open_client
from invoice_tracker.integrations.clio.models import RunKind, SyncRun
from invoice_tracker.integrations.clio.runs import begin_run
from invoice_tracker.integrations.clio.schemas import BILL_FIELDS, parse_bills
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.settings import Environment, Settings

HERE = Path(__file__).resolve().parent
BILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
FEW = 10_000


@contextmanager
def clio_with(bills: int) -> Iterator[str]:
    """The address of a Clio with so many bills."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(HERE / "clio_of_any_size.py"), str(port), str(bills)]
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/api/v4/contacts.json")
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            httpx.get(url, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the small Clio did not start")


@asynccontextmanager
async def product_at(database: Database, url: str) -> AsyncIterator[tuple[Adapters, Firm]]:
    """The product with a new firm, connected to this Clio."""
    settings = Settings(
        _env_file=None,
        environment=Environment.test,
        secret_keys=[SecretStr(SECRET)],
        clio_base_url=url,
        clio_client_id="id",
        clio_client_secret=SecretStr("secret"),
    )
    # From the present on, as the small Clio dates its answers by it.
    clock = MovableClock(datetime.now(UTC))
    adapters = replace(make_adapters(database, clock, settings), settings=settings)
    async with database.transaction() as session:
        firm = await make_firm(session, now=clock.now())
    await connect(adapters, firm)
    yield adapters, firm


async def run(adapters: Adapters, firm: Firm, kind: RunKind) -> SyncRun:
    """One run, to its end."""
    async with adapters.database.transaction(firm.id) as session:
        begun, _ = await begin_run(session, firm_id=firm.id, kind=kind, now=adapters.clock.now())
    await jobs.run_requested(adapters, firm.id, reconciles=kind is RunKind.reconciliation)
    ended = await fetch_run(adapters.database, firm.id, begun.id)
    assert ended.error is None, ended.error
    return ended


async def only_ask(adapters: Adapters, firm: Firm) -> None:
    """The baseline: all pages, parsed and thrown away."""
    params = {"fields": BILL_FIELDS, "state": "awaiting_payment", "limit": 200}
    async with open_client(ClioAccess.of(adapters), firm.id) as client:
        async for page in client.pages("bills.json", params):
            parse_bills(page.data)


async def timed(work: object) -> float:
    began = time.perf_counter()
    await work  # type: ignore[misc]
    return time.perf_counter() - began


def peak_mib() -> float:
    """The most memory that this process has ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(url: str) -> None:
    engine = make_engine(url)
    database = Database(engine)
    with clio_with(FEW) as clio:
        async with product_at(database, clio) as (adapters, firm):
            await run(adapters, firm, RunKind.resync)
    few = peak_mib()
    with clio_with(BILLS) as clio:
        async with product_at(database, clio) as (adapters, firm):
            baseline = await timed(only_ask(adapters, firm))
            first = await timed(run(adapters, firm, RunKind.resync))
            most = peak_mib()
            await _analyze(url)
            again = await timed(run(adapters, firm, RunKind.reconciliation))
            adapters.clock.move(minutes=15)  # type: ignore[attr-defined]
            began = time.perf_counter()
            quiet = await run(adapters, firm, RunKind.scheduled)
            quiet_for = time.perf_counter() - began
            async with database.transaction(firm.id) as session:
                stored = await session.scalar(select(func.count()).select_from(Invoice))
            assert stored == BILLS
    await engine.dispose()
    lines = (
        f"{BILLS:,} open bills of one firm; times as ratios to asking and parsing alone",
        f"  asking and parsing alone    1.00   ({baseline:.1f} s here)",
        f"  first import              {first / baseline:6.2f}",
        f"  nightly reconciliation    {again / baseline:6.2f}",
        f"  quiet quarter of an hour  {quiet_for / baseline:6.3f}  {quiet.requests_used} request",
        f"  peak memory: {few:.0f} MiB after {FEW:,} bills, {most:.0f} MiB after {BILLS:,}",
    )
    sys.stdout.write("\n".join(lines) + "\n")


async def _analyze(url: str) -> None:
    """What PostgreSQL does by itself within a minute of such an import."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("RESET ROLE"))
        await connection.execute(text("ANALYZE"))
    await engine.dispose()


def main() -> None:
    with (
        TemporaryDirectory() as folder,
        embedded_servers(Path(folder), with_redis=False) as servers,
    ):
        asyncio.run(recreate_database(servers.database_url("postgres"), "bench"))
        url = servers.database_url("bench")
        command.upgrade(alembic_config(url), "head")
        asyncio.run(measure(url))


if __name__ == "__main__":
    main()
