"""`python -m invoice_tracker.sandbox.home`: start the sandbox's front page and clock."""

import argparse
import contextlib
import os
from datetime import datetime

import httpx
import uvicorn

from invoice_tracker.sandbox.clock import SandboxClock
from invoice_tracker.sandbox.home.app import Door, create_app
from invoice_tracker.sandbox.home.walker import ClockWalker


def main() -> None:
    """Read the command line and serve until stopped."""
    options = _options()
    product = httpx.AsyncClient(base_url=options.product_url, timeout=5)

    async def worker_seen_at() -> datetime | None:
        with contextlib.suppress(httpx.HTTPError, ValueError, KeyError, TypeError):
            return datetime.fromisoformat((await product.get("/readyz")).json()["worker_seen_at"])
        return None

    walker = ClockWalker(
        SandboxClock(options.clock_file), pause=options.hop_pause, worker_seen_at=worker_seen_at
    )
    doors = [
        Door("Invoice Tracker", options.product_url, "The product itself, for the firm’s staff."),
        Door("Sandbox Clio", options.clio_url, "Bills, clients and matters; approve, pay, void."),
        Door("Sandbox Stripe", options.stripe_url, "Payments, refunds, disputes and webhooks."),
        Door("Mailbox", options.mailbox_url, "Every mail that was sent, as a client sees it."),
    ]
    app = create_app(walker, doors)
    uvicorn.run(app, host=options.host, port=options.port, log_level=options.log_level)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox home", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8440)
    parser.add_argument("--product-url", default="http://127.0.0.1:8400")
    parser.add_argument("--clio-url", default="http://127.0.0.1:8410")
    parser.add_argument("--stripe-url", default="http://127.0.0.1:8420")
    parser.add_argument("--mailbox-url", default="http://127.0.0.1:8430")
    parser.add_argument("--hop-pause", type=float, default=0.3, help="least seconds between hops")
    parser.add_argument("--clock-file", default=os.environ.get("CLOCK_FILE", ".state/clock.json"))
    parser.add_argument("--log-level", default="warning")
    return parser.parse_args()


if __name__ == "__main__":
    main()
