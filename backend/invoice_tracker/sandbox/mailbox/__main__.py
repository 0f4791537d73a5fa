"""`python -m invoice_tracker.sandbox.mailbox`: start the mail server and its web page."""

import argparse
import os

import uvicorn

from invoice_tracker.sandbox.clock import SandboxClock
from invoice_tracker.sandbox.mailbox.app import create_app
from invoice_tracker.sandbox.mailbox.store import MailStore


def main() -> None:
    """Read the command line and serve until stopped."""
    options = _options()
    app = create_app(
        MailStore(options.data),
        SandboxClock(options.clock_file),
        smtp_host=options.host,
        smtp_port=options.smtp_port,
    )
    uvicorn.run(app, host=options.host, port=options.port, log_level=options.log_level)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox mailbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8430, help="web page and JSON")
    parser.add_argument("--smtp-port", type=int, default=8431)
    parser.add_argument("--data", default=".state/sandbox/mailbox", help="folder to keep mail in")
    parser.add_argument("--clock-file", default=os.environ.get("CLOCK_FILE", ".state/clock.json"))
    parser.add_argument("--log-level", default="warning")
    return parser.parse_args()


if __name__ == "__main__":
    main()
