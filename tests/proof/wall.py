"""Invariant 8, from outside and from below: one firm never sees, counts or touches another's."""

from collections.abc import Sequence
from typing import Any

from proof.evidence import WallCheck
from proof.firms import Office
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from invoice_tracker.core.database import APP_ROLE
from invoice_tracker.models import metadata

LISTS = {
    "/invoices": "invoices",
    "/clients": "clients",
    "/reminders": "reminders",
    "/payments": "payments",
    "/reminder-sets": "reminder_sets",
}
SINGLE = {
    "/invoices/{id}": "invoices",
    "/invoices/{id}/timeline": "invoices",
    "/clients/{id}": "clients",
    "/collections/{id}": "collections",
    "/collections/{id}/plan": "collections",
    "/reminders/{id}": "reminders",
    "/payments/{id}": "payments",
    "/reminder-sets/{id}": "reminder_sets",
}
NOT_THERE = 404


async def look_over_wall(owner: AsyncEngine, offices: Sequence[Office]) -> list[WallCheck]:
    """Each firm asks the API for the other firms' rows by id, and for all of its own lists."""
    ids: dict[str, dict[Any, list[str]]] = {}
    async with owner.connect() as connection:
        for table in sorted({*LISTS.values(), *SINGLE.values()}):
            rows = await connection.execute(
                text(f"SELECT firm_id, id::text AS id FROM {table} ORDER BY id")
            )
            for row in rows:
                ids.setdefault(table, {}).setdefault(row.firm_id, []).append(row.id)
    checks = []
    for office in offices:
        await office.log_in()
        checks.append(await _ask_for_others(office, ids))
        checks.append(await _read_own_lists(office, ids))
    return checks


async def _ask_for_others(office: Office, ids: dict[str, dict[Any, list[str]]]) -> WallCheck:
    leaks, looked = [], 0
    for path, table in SINGLE.items():
        for firm_id, found in ids.get(table, {}).items():
            if firm_id == office.firm_id:
                continue
            looked += 1
            where = path.format(id=found[-1])
            answer = await office.ask("GET", where)
            if answer.status_code != NOT_THERE:
                leaks.append(f"GET {where} answered {answer.status_code} to {office.firm_id}")
    return WallCheck("another firm's id in an address", looked, tuple(leaks))


async def _read_own_lists(office: Office, ids: dict[str, dict[Any, list[str]]]) -> WallCheck:
    leaks, looked = [], 0
    for path, table in LISTS.items():
        own = set(ids.get(table, {}).get(office.firm_id, []))
        answer = await office.ask("GET", path, limit=200)
        body = answer.json()
        items = body["items"] if isinstance(body, dict) else body
        looked += len(items)
        leaks += [
            f"GET {path} showed {item['id']} to {office.firm_id}"
            for item in items
            if item["id"] not in own
        ]
        total = body.get("total") if isinstance(body, dict) else None
        if total is not None and total > len(own):
            leaks.append(f"GET {path} counted {total} of {len(own)} rows for {office.firm_id}")
    return WallCheck("a row in a firm's list", looked, tuple(leaks))


async def look_below(owner: AsyncEngine, offices: Sequence[Office]) -> list[WallCheck]:
    """The tables themselves: rows that point at another firm's, and rows the role may see."""
    checks = []
    async with owner.connect() as connection:
        for table in metadata.sorted_tables:
            if "firm_id" in table.c:
                checks += await _references(connection, table)
                checks += [await _visible(connection, table, office) for office in offices]
    return checks


async def _references(connection: AsyncConnection, table: Table) -> list[WallCheck]:
    checks = []
    for key in table.foreign_key_constraints:
        other = key.referred_table
        if "firm_id" not in other.c:
            continue
        same = " AND ".join(f"b.{part.column.name} = a.{part.parent.name}" for part in key.elements)
        joined = f"FROM {table.name} AS a JOIN {other.name} AS b ON {same}"
        looked = await connection.scalar(text(f"SELECT count(*) {joined}"))
        crossing = await connection.scalar(
            text(f"SELECT count(*) {joined} WHERE a.firm_id <> b.firm_id")
        )
        leak = (f"{crossing} rows of {table.name}.{key.column_keys[0]}",) if crossing else ()
        checks.append(WallCheck("a row that points at a row", int(looked or 0), leak))
    return checks


async def _visible(connection: AsyncConnection, table: Table, office: Office) -> WallCheck:
    """What the application's role sees after it has entered the firm."""
    async with connection.begin_nested() as inner:
        await connection.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
        await connection.execute(
            text("SELECT set_config('app.firm_id', :firm, true)"), {"firm": str(office.firm_id)}
        )
        row = (
            await connection.execute(
                text(
                    f"SELECT count(*) AS n, count(*) FILTER (WHERE firm_id <> :firm) AS alien"
                    f" FROM {table.name}"
                ),
                {"firm": office.firm_id},
            )
        ).one()
        await inner.rollback()
    leak = (f"{row.alien} rows of {table.name} seen by {office.firm_id}",) if row.alien else ()
    return WallCheck("a row seen through row-level security", row.n, leak)
