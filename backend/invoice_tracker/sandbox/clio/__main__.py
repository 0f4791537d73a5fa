"""`python -m invoice_tracker.sandbox.clio`: start the sandbox Clio."""

import argparse
import os

import uvicorn

from invoice_tracker.sandbox.clio.app import create_app
from invoice_tracker.sandbox.clio.store import Store
from invoice_tracker.sandbox.clock import SandboxClock


def main() -> None:
    """Read the command line and serve until stopped."""
    options = _options()
    app = create_app(
        Store(options.data),
        SandboxClock(options.clock_file),
        client_id=options.client_id,
        client_secret=options.client_secret,
        redirect_uris=options.redirect_uri,
        rate_limit=options.rate_limit,
    )
    uvicorn.run(
        app,
        host=options.host,
        port=options.port,
        log_level=options.log_level,
        date_header=False,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox Clio", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8410)
    parser.add_argument("--data", default=".state/sandbox/clio.json", help="JSON file to keep")
    parser.add_argument("--clock-file", default=os.environ.get("CLOCK_FILE", ".state/clock.json"))
    parser.add_argument("--client-id", default="sandbox-client")
    parser.add_argument("--client-secret", default="sandbox-secret")
    parser.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        help="an address the application registered; none: any address",
    )
    parser.add_argument("--rate-limit", type=int, default=50, help="requests a minute; 0: no limit")
    parser.add_argument("--log-level", default="warning")
    return parser.parse_args()


if __name__ == "__main__":
    main()
