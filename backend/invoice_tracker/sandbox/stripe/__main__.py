"""`python -m invoice_tracker.sandbox.stripe`: start the sandbox Stripe."""

import argparse
import os

import uvicorn

from invoice_tracker.sandbox.clock import SandboxClock
from invoice_tracker.sandbox.stripe.app import create_app
from invoice_tracker.sandbox.stripe.store import Store


def main() -> None:
    """Read the command line and serve until stopped."""
    options = _options()
    app = create_app(
        Store(options.data),
        SandboxClock(options.clock_file),
        public_url=options.public_url or f"http://127.0.0.1:{options.port}",
        settle_days=options.settle_days if options.settle_days >= 0 else None,
    )
    uvicorn.run(app, host=options.host, port=options.port, log_level=options.log_level)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox Stripe", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8420)
    parser.add_argument("--data", default=".state/sandbox/stripe.json", help="JSON file to keep")
    parser.add_argument("--public-url", help="where browsers find this service")
    parser.add_argument("--clock-file", default=os.environ.get("CLOCK_FILE", ".state/clock.json"))
    parser.add_argument(
        "--settle-days",
        type=float,
        default=4,
        help="days a bank debit takes on the sandbox's clock; negative: only by hand",
    )
    parser.add_argument("--log-level", default="warning")
    return parser.parse_args()


if __name__ == "__main__":
    main()
