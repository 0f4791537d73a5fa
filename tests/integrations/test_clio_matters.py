"""Attorney and practice area of matters: read once, again when they change, never in vain."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from fakes import MovableClock
from integrations.clio_firm import connect, point_at, sync
from integrations.clio_stub import ClioStub, a_bill, broken, running_stub
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import access as clio_access
from invoice_tracker.integrations.clio import jobs
from invoice_tracker.invoices.models import Matter

DANA = {"id": 5, "name": "Dana Hale", "email": "dana@example.com"}


def a_matter(clio_id: int, attorney: dict[str, Any] | None, area: str | None) -> dict[str, Any]:
    return {
        "id": clio_id,
        "responsible_attorney": attorney,
        "practice_area": {"id": 1, "name": area} if area else None,
    }


@pytest.fixture
async def stub(clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ClioStub]:
    monkeypatch.setattr(clio_access, "SYNC_PATIENCE", 0.0)
    async with running_stub() as stub:
        stub.now = clock.now()
        stub.bills[1] = a_bill(1)
        stub.matters = [a_matter(9, DANA, "Family"), a_matter(77, DANA, "Nobody's bill")]
        stub.users = [DANA]
        yield stub


@pytest.fixture
async def product(adapters: Adapters, firm: Firm, stub: ClioStub) -> Adapters:
    product = point_at(adapters, stub)
    await connect(product, firm)
    return product


async def matters_of(product: Adapters, firm: Firm) -> dict[int, tuple[Any, ...]]:
    async with product.database.transaction(firm.id) as session:
        rows = await session.scalars(select(Matter).execution_options(populate_existing=True))
        return {
            row.clio_id: (row.attorney_name, row.attorney_email, row.practice_area) for row in rows
        }


def asked(stub: ClioStub) -> list[dict[str, str]]:
    return [params for _, path, params in stub.asked if path.endswith("/matters.json")]


async def test_a_new_bill_brings_its_matters_and_a_change_is_seen_within_the_hour(
    product: Adapters, firm: Firm, stub: ClioStub, clock: MovableClock
) -> None:
    await sync(product, firm)
    assert await matters_of(product, firm) == {9: ("Dana Hale", "dana@example.com", "Family")}
    stub.matters[0] = a_matter(9, {"id": 6, "name": "Marco"}, "Corporate")
    for _ in range(4):
        clock.move(minutes=15)
        stub.now = clock.now()
        await sync(product, firm)
    assert await matters_of(product, firm) == {9: ("Marco", None, "Corporate")}
    assert [set(params) & {"ids[]", "updated_since"} for params in asked(stub)] == [
        {"ids[]"},
        {"updated_since"},
    ]
    other = [{"id": 10, "display_number": "00010", "description": None}]
    stub.bills[2] = a_bill(2, matters=other, updated_at="2026-03-02T16:01:00Z")
    stub.matters.append(a_matter(10, DANA, None))
    clock.move(minutes=15)
    stub.now = clock.now()
    await sync(product, firm)
    assert (await matters_of(product, firm))[10] == ("Dana Hale", "dana@example.com", None)
    assert asked(stub)[-1]["ids[]"] == "10"


async def test_without_the_permission_bills_are_read_and_the_night_tries_again(
    product: Adapters, firm: Firm, stub: ClioStub, clock: MovableClock
) -> None:
    stub.fail(broken(403, {"error": {"type": "x", "message": "no"}}), after=4)
    run = await sync(product, firm)
    assert (run.error, run.invoices_updated) == (None, 1)
    assert await matters_of(product, firm) == {9: (None, None, None)}
    clock.move(minutes=15)
    stub.now = clock.now()
    assert (await sync(product, firm)).requests_used == 1, "not asked in vain"
    clock.move(hours=24)
    stub.now = clock.now()
    await jobs.reconcile_if_due(product, firm.id)
    assert await matters_of(product, firm) == {9: ("Dana Hale", "dana@example.com", "Family")}


async def test_at_night_a_colleagues_new_address_is_read(
    product: Adapters, firm: Firm, stub: ClioStub, clock: MovableClock
) -> None:
    await sync(product, firm)
    stub.users = [DANA | {"name": "Dana Hale-Moreno", "email": "dhm@example.com"}]
    clock.move(hours=24)
    stub.now = clock.now()
    await jobs.reconcile_if_due(product, firm.id)
    assert await matters_of(product, firm) == {9: ("Dana Hale-Moreno", "dhm@example.com", "Family")}
