"""``make demo``: the product with everything around it, on one machine, until Ctrl-C.

The product runs as it would anywhere; only its settings point at the sandbox.
"""

import argparse
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import httpx

from invoice_tracker.embedded import EmbeddedServers, embedded_servers, postgres_folder
from invoice_tracker.sandbox.demo_seed import EMAIL, PASSWORD, seed

TOP = Path(__file__).resolve().parents[3]
DATABASE = "invoice_tracker"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens: ten numbers apart from one base."""

    base: int

    @property
    def product(self) -> str:
        return f"http://127.0.0.1:{self.base}"

    @property
    def clio(self) -> str:
        return f"http://127.0.0.1:{self.base + 10}"

    @property
    def stripe(self) -> str:
        return f"http://127.0.0.1:{self.base + 20}"

    @property
    def mailbox(self) -> str:
        return f"http://127.0.0.1:{self.base + 30}"

    @property
    def smtp(self) -> int:
        return self.base + 31

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.base + 40}"


def secret_of(state: Path) -> str:
    """The demo's own secret, made once and kept beside its data."""
    file = state / "secret"
    if not file.exists():
        file.write_text(secrets.token_urlsafe(32))
        file.chmod(0o600)
    return file.read_text()


def product_environment(ports: Ports, servers: EmbeddedServers, state: Path) -> dict[str, str]:
    """The settings an operator would write into ``.env``."""
    return os.environ | {
        "DATABASE_URL": servers.database_url(DATABASE),
        "REDIS_URL": servers.redis_url,
        "PUBLIC_URL": ports.product,
        "SECRET_KEYS": f'["{secret_of(state)}"]',
        "ENVIRONMENT": "development",
        "CLOCK": "sandbox",
        "CLOCK_FILE": str(state / "clock.json"),
        "TICK_SECONDS": "1",
        "WEB_DIST": str(TOP / "frontend" / "dist"),
        "CLIO_CLIENT_ID": "sandbox-client",
        "CLIO_CLIENT_SECRET": "sandbox-secret",
        "CLIO_BASE_URL": ports.clio,
        "STRIPE_API_BASE": ports.stripe,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(ports.smtp),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "invoice-tracker@example.net",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
    }


def commands(ports: Ports, state: Path) -> dict[str, list[str]]:
    """Each process by name. The sandbox first: the product calls it."""
    python = sys.executable
    data = state / "sandbox"
    base = ports.base
    return {
        "clio": [python, "-m", "invoice_tracker.sandbox.clio", "--port", str(base + 10),
                 "--data", str(data / "clio.json")],
        "stripe": [python, "-m", "invoice_tracker.sandbox.stripe", "--port", str(base + 20),
                   "--data", str(data / "stripe.json")],
        "mailbox": [python, "-m", "invoice_tracker.sandbox.mailbox", "--port", str(base + 30),
                    "--smtp-port", str(base + 31), "--data", str(data / "mailbox")],
        "home": [python, "-m", "invoice_tracker.sandbox.home", "--port", str(base + 40),
                 "--product-url", ports.product, "--clio-url", ports.clio,
                 "--stripe-url", ports.stripe, "--mailbox-url", ports.mailbox],
        "api": [python, "-m", "uvicorn", "--factory", "invoice_tracker.main:create_app",
                "--host", "127.0.0.1", "--port", str(base), "--no-access-log"],
        "worker": [python, "-m", "arq", "invoice_tracker.worker.WorkerSettings"],
    }  # fmt: skip


class Processes:
    """The children, and where each one writes."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        """Start one, in a group of its own so that Ctrl-C reaches only the parent."""
        with (self._logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                command, cwd=TOP, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def fallen(self) -> str | None:
        """The name of one that has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                return name
        return None

    def last_words(self, name: str) -> str:
        """The end of its log."""
        return "\n".join((self._logs / f"{name}.log").read_text().splitlines()[-20:])

    def stop(self) -> None:
        """End all, the product before what it depends on."""
        for process in reversed(self._running.values()):
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_up(processes: Processes, urls: list[str], seconds: float = 60) -> None:
    """Until every address answers. Ends the demo when a process fell."""
    deadline = time.monotonic() + seconds
    waiting = list(urls)
    while waiting:
        fallen = processes.fallen()
        if fallen:
            sys.exit(f"{fallen} could not start:\n{processes.last_words(fallen)}")
        if time.monotonic() > deadline:
            sys.exit(f"No answer from {', '.join(waiting)}")
        waiting = [url for url in waiting if not _answers(url)]
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code < 500
    except httpx.HTTPError:
        return False


def create_database(servers: EmbeddedServers, environment: dict[str, str]) -> None:
    """Make the database if it is not there, and bring it up to date."""
    import asyncio

    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    async def create() -> None:
        engine = create_async_engine(servers.database_url("postgres"), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            there = await connection.scalar(
                text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": DATABASE}
            )
            if not there:
                await connection.execute(text(f"CREATE DATABASE {DATABASE}"))
        await engine.dispose()

    asyncio.run(create())
    migrate = [sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", "upgrade", "head"]
    subprocess.run(migrate, cwd=TOP, env=environment, check=True)


def announce(ports: Ports, *, fresh: bool) -> None:
    """What to open, and what to do there."""
    first = (
        "The first run waits for you: log in and follow the steps."
        if fresh
        else "Clio is connected and its bills are imported. Safe Mode is on: switch it off to send."
    )
    print(
        f"""
  Invoice Tracker   {ports.product}
  log-in            {EMAIL}  /  {PASSWORD}

  Around it (the sandbox)
  Clio              {ports.clio}      approve a bill, record a payment
  Stripe            {ports.stripe}      payments, refunds, disputes
  Mailbox           {ports.mailbox}      what the firm's clients receive
  Clock             {ports.home}      advance 1, 7 or 30 days

  {first}
  Ctrl-C stops everything; the data stays in .state/demo (make reset deletes it).
""",
        flush=True,
    )


def run(ports: Ports, *, fresh: bool, state: Path) -> None:
    """Start everything, and stay until Ctrl-C or until a process falls."""
    logs = state / "logs"
    if not logs.exists():
        # As root the database lies elsewhere: what an earlier state left does not fit a new one.
        shutil.rmtree(postgres_folder(state), ignore_errors=True)
    for folder in (logs, state / "sandbox"):
        folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        servers = stack.enter_context(embedded_servers(state))
        environment = product_environment(ports, servers, state)
        create_database(servers, environment)
        processes = Processes(logs)
        stack.callback(processes.stop)
        for name, command in commands(ports, state).items():
            processes.start(name, command, environment)
        urls = [ports.clio, ports.stripe, ports.mailbox, ports.home, f"{ports.product}/readyz"]
        wait_until_up(processes, urls)
        seed(
            product=ports.product,
            mailbox=ports.mailbox,
            only_account=fresh,
        )
        announce(ports, fresh=fresh)
        while (fallen := processes.fallen()) is None:
            time.sleep(0.5)
        sys.exit(f"{fallen} has stopped:\n{processes.last_words(fallen)}")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="The product with its sandbox, on this machine.")
    parser.add_argument("--port", type=int, default=8400, help="first of the ports used")
    parser.add_argument("--fresh", action="store_true", help="leave the first run to be done")
    parser.add_argument("--state", type=Path, default=TOP / ".state" / "demo")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        run(Ports(arguments.port), fresh=arguments.fresh, state=arguments.state)
    except KeyboardInterrupt:
        print("\nStopped.")


if __name__ == "__main__":
    main()
