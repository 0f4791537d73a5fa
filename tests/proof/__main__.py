"""``make proof``: prints the eight invariants and ends with 1 where one is broken.

Also where something that belongs to such a year never happened.
"""

import argparse
import os
import sys

from proof.report import Report
from proof.world import prove

from conftest import TOP
from invoice_tracker.embedded import embedded_servers


def main() -> int:
    """Run one proof."""
    asked = _arguments()
    report = _prove(asked)
    sys.stdout.write(report.text())
    return 0 if report.holds else 1


def _prove(asked: argparse.Namespace) -> Report:
    wanted = {
        "seed": asked.seed,
        "days": asked.days,
        "firms": asked.firms,
        "hurry": asked.hurry,
        "tell": sys.stderr.write,
    }
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return prove(given, **wanted)
    with embedded_servers(TOP / ".state" / "proof", with_redis=False) as servers:
        return prove(servers.database_url("postgres"), **wanted)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="proof", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed is the same year")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--firms", type=int, default=3)
    parser.add_argument("--hurry", type=float, default=1.0, help="how much more happens a day")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
