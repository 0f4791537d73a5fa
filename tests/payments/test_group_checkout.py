"""Pages for invoices that overlap: an invoice is in one open page at most."""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from factories import make_client, make_firm, make_invoice
from fakes import FakeGateway, MovableClock
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.payments.checkout import Opening, open_checkout
from invoice_tracker.payments.groups import make_group_link
from invoice_tracker.payments.models import Checkout, CheckoutLine, CheckoutState
from invoice_tracker.payments.pay_page_rules import change_rules
from invoice_tracker.payments.payability import Payability
from invoice_tracker.ports import CheckoutStatus, GatewayProblem


class Office:
    """A firm with three invoices of one client, on a database that really commits."""

    def __init__(self, adapters: Adapters, firm_id: UUID, invoice_ids: Sequence[UUID]) -> None:
        self.adapters, self.firm_id = adapters, firm_id
        self.a, self.b, self.c = invoice_ids

    @property
    def gateway(self) -> FakeGateway:
        assert isinstance(self.adapters.gateway, FakeGateway)
        return self.adapters.gateway

    async def group_of(self, ids: Sequence[UUID]) -> UUID:
        now = self.adapters.clock.now()
        async with self.adapters.database.transaction(self.firm_id) as session:
            token = await make_group_link(
                session, self.adapters.vault, firm_id=self.firm_id, invoice_ids=ids, now=now
            )
            link = await open_link(session, token=token, kind=LinkKind.pay_group, now=now)
        return link.subject_id

    async def press(self, *ids: UUID, part_minor: int | None = None) -> Opening:
        group = await self.group_of(ids) if len(ids) > 1 else None
        return await open_checkout(
            self.adapters,
            firm_id=self.firm_id,
            invoice_ids=ids,
            pay_group_id=group,
            part_minor=part_minor,
        )

    async def accept_parts(self) -> None:
        async with self.adapters.database.transaction(self.firm_id) as session:
            await change_rules(session, firm_id=self.firm_id, changes={"accepts_parts": True})

    async def open_lines(self) -> list[tuple[UUID, UUID]]:
        """Of every open page: which invoice on which checkout."""
        async with self.adapters.database.transaction(self.firm_id) as session:
            rows = await session.execute(
                select(CheckoutLine.invoice_id, CheckoutLine.checkout_id).where(
                    CheckoutLine.state == CheckoutState.open
                )
            )
            return [(row.invoice_id, row.checkout_id) for row in rows]

    def open_at_stripe(self) -> list[str]:
        return [key for key, status in self.gateway.statuses.items() if status == "open"]


@pytest.fixture
async def office(committed_adapters: Adapters) -> Office:
    now = committed_adapters.clock.now()
    async with committed_adapters.database.transaction() as session:
        firm = await make_firm(session, now=now)
        client = await make_client(session, firm=firm)
        invoices = [
            await make_invoice(
                session, firm=firm, client=client, now=now, due_on=date(2026, 4, day)
            )
            for day in (1, 2, 3)
        ]
    return Office(committed_adapters, firm.id, [invoice.id for invoice in invoices])


async def test_the_same_invoices_end_on_the_same_page(office: Office) -> None:
    openings = await asyncio.gather(*(office.press(office.a, office.b) for _ in range(4)))
    assert len({opening.url for opening in openings}) == 1
    assert openings[0].standing.due.amount_minor == 240_000
    assert len(office.gateway.opened) == 1


async def test_two_browsers_on_overlapping_groups_end_with_one_page(office: Office) -> None:
    asked = ([office.a, office.b], [office.b, office.c])
    answers = await asyncio.gather(*(office.press(*ids) for ids in asked), return_exceptions=True)
    assert all(isinstance(a, Opening | GatewayProblem) for a in answers), answers
    assert any(isinstance(a, Opening) and a.url for a in answers), answers
    assert len(office.open_at_stripe()) == 1
    held = await office.open_lines()
    assert len(held) == 2, "one page with two invoices"
    assert len({checkout for _, checkout in held}) == 1


async def test_parts_the_whole_and_a_group_at_once_end_with_one_page(office: Office) -> None:
    await office.accept_parts()
    await office.group_of([office.a, office.b])
    answers = await asyncio.gather(
        office.press(office.a),
        office.press(office.a, part_minor=30_000),
        office.press(office.a, office.b, part_minor=130_000),
        return_exceptions=True,
    )
    assert all(isinstance(a, Opening | GatewayProblem) for a in answers), answers
    assert any(isinstance(a, Opening) and a.url for a in answers), answers
    assert len(office.open_at_stripe()) == 1
    assert len({checkout for _, checkout in await office.open_lines()}) == 1


async def test_a_group_takes_the_place_of_the_pages_of_its_invoices(office: Office) -> None:
    for alone in (office.a, office.b):
        await office.press(alone)
    opening = await office.press(office.a, office.b)
    assert office.open_at_stripe() == [str(opening.url).rpartition("/")[2]]
    again = await office.press(office.a)
    assert office.open_at_stripe() == [str(again.url).rpartition("/")[2]]
    assert {invoice for invoice, _ in await office.open_lines()} == {office.a}


async def test_what_does_not_overlap_stays_open(office: Office) -> None:
    await office.press(office.c)
    await office.press(office.a, office.b)
    assert len(office.open_at_stripe()) == 2


async def test_no_group_is_opened_while_one_of_its_invoices_is_being_paid(office: Office) -> None:
    await office.press(office.a)
    (alone,) = office.gateway.opened
    office.gateway.statuses[alone] = CheckoutStatus.paid
    opening = await office.press(office.a, office.b)
    assert (opening.url, opening.standing.state) == (None, Payability.processing)
    assert list(office.gateway.opened) == [alone]


async def test_a_page_nobody_has_heard_of_is_closed_before_the_group_opens(
    office: Office,
) -> None:
    office.gateway.problem = "Stripe does not answer at the moment."
    with pytest.raises(GatewayProblem):
        await office.press(office.a, office.b)
    office.gateway.problem = None
    opening = await office.press(office.b, office.c)
    assert len(office.gateway.opened) == 2, "the first was asked for again, to be closed"
    assert office.open_at_stripe() == [str(opening.url).rpartition("/")[2]]


async def test_a_page_whose_time_is_over_is_in_nobodys_way(
    office: Office, clock: MovableClock
) -> None:
    await office.press(office.a)
    clock.move(days=2)
    office.gateway.statuses.clear()
    assert (await office.press(office.a, office.b)).url is not None


async def write_another_page(office: Office) -> None:
    """As code that has forgotten to look would do it."""
    now = office.adapters.clock.now()
    async with office.adapters.database.transaction(office.firm_id) as session:
        other = Checkout(
            firm_id=office.firm_id,
            amount_minor=1,
            currency="USD",
            state=CheckoutState.open,
            created_at=now,
            expires_at=now,
        )
        session.add(other)
        await session.flush()
        line = CheckoutLine(
            checkout_id=other.id,
            invoice_id=office.b,
            firm_id=office.firm_id,
            position=0,
            amount_minor=1,
            state=CheckoutState.open,
        )
        session.add(line)


async def test_the_database_lets_no_invoice_into_two_open_pages(office: Office) -> None:
    await office.press(office.a, office.b)
    with pytest.raises(IntegrityError, match="uq_checkout_lines_open_invoice"):
        await write_another_page(office)
