"""The migrations make the schema that the code expects, and wall every firm's table in."""

import asyncio
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from conftest import alembic_config, drop_database, recreate_database
from invoice_tracker.models import metadata


async def on(url: str, work: object) -> object:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        result = await connection.run_sync(work)  # type: ignore[arg-type]
    await engine.dispose()
    return result


def test_models_and_migrations_agree(database_url: str) -> None:
    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return list(compare_metadata(context, metadata))

    assert asyncio.run(on(database_url, compare)) == []


async def test_every_firms_table_has_its_wall(session: AsyncSession) -> None:
    walled = set(
        await session.scalars(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity")
        )
    )
    policies = set(await session.scalars(text("SELECT tablename FROM pg_policies")))
    wanted = {
        table.name
        for table in metadata.sorted_tables
        if "firm_id" in table.columns or table.name == "firms"
    }
    assert wanted <= walled & policies
    assert {table.name for table in metadata.sorted_tables} == wanted, "a table without a firm"


async def test_the_application_owns_nothing(session: AsyncSession) -> None:
    owners = set(
        await session.scalars(text("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'"))
    )
    assert "invoice_tracker_app" not in owners
    role = (
        await session.execute(
            text(
                "SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles "
                "WHERE rolname = current_user"
            )
        )
    ).one()
    assert tuple(role) == (False, False, False)


@pytest.mark.slow
def test_the_way_back_works(database_server: str) -> None:
    name = f"way_back_{uuid4().hex[:8]}"
    url = make_url(database_server).set(database=name).render_as_string(hide_password=False)
    asyncio.run(recreate_database(database_server, name))
    for direction, target in ((command.upgrade, "head"), (command.downgrade, "base")):
        direction(alembic_config(url), target)

    def tables(connection: Connection) -> list[str]:
        names = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        return [name for name in names if name != "alembic_version"]

    assert asyncio.run(on(url, tables)) == []
    command.upgrade(alembic_config(url), "head")
    asyncio.run(drop_database(database_server, name))
