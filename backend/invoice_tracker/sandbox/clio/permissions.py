"""What the application may do, chosen as on Clio's developer portal: none, read or write."""

from typing import Literal

from invoice_tracker.sandbox.clio.problems import forbidden

Level = Literal["none", "read", "write"]
PERMISSION_OF = {
    "bills": "billing",
    "outstanding_client_balances": "billing",
    "contacts": "contacts",
    "matters": "matters",
    "users": "users",
    "webhooks": "webhooks",
    "allocations": "accounting",
    "tasks": "tasks",
    "communications": "communications",
}
NAMES = tuple(sorted(set(PERMISSION_OF.values())))


def check(permissions: dict[str, Level], *, path: str, reads: bool) -> None:
    """Raises 403 when the route below ``/api/v4/`` needs more than there is."""
    noun = path.removeprefix("/api/v4/").partition("/")[0].removesuffix(".json")
    level = permissions.get(PERMISSION_OF.get(noun, ""), "write")
    if level == "none" or (level == "read" and not reads):
        raise forbidden()
