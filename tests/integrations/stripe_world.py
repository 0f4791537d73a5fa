"""The product and the sandbox Stripe, each on a real port, over a database that commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conftest import log_in
from factories import make_client, make_collection, make_firm, make_invoice, make_user
from fakes import RecordingPoke
from integrations.sandbox_serving import serving, until
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import install_error_handlers
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.inbox.jobs import process_due
from invoice_tracker.inbox.models import WebhookEvent
from invoice_tracker.integrations.stripe import router as stripe_router
from invoice_tracker.integrations.stripe import webhooks
from invoice_tracker.integrations.stripe.events import StripeEvents
from invoice_tracker.integrations.stripe.gateway import StripeGateway
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments import pay_page
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.payments.models import Payment
from invoice_tracker.sandbox.stripe.app import create_app as create_sandbox
from invoice_tracker.sandbox.stripe.store import Store
from invoice_tracker.sandbox.stripe.webhooks import WebhookSender
from stripe_sdk import held_against_the_sdk

FIRST, SECOND = "acct_1SandboxLawLLP01", "acct_1SecondSandbox02"


@dataclass
class StripeWorld:
    """One firm with one invoice of 1,200.00, its owner's browser, and Stripe."""

    adapters: Adapters
    gateway: StripeGateway
    sandbox: FastAPI
    stripe: httpx.AsyncClient
    browser: httpx.AsyncClient
    firm: Firm
    invoice: Invoice
    pay_path: str
    calls: set[str]
    """Methods of the SDK that were called, each held against its own types."""

    @property
    def books(self) -> dict[str, Any]:
        """What the sandbox holds, by account."""
        found: dict[str, Any] = self.sandbox.state.world.store.books
        return found

    def objects(self, table: str, account: str = FIRST) -> list[Any]:
        """Objects of the sandbox, oldest first."""
        return list(self.books[account].table(table).values())

    async def connect(self, key: str = "rk_test_sandbox", **more: object) -> dict[str, Any]:
        """Connect to Stripe by the API, as the owner."""
        answer = await self.browser.post(
            "/api/v1/stripe/connection",
            json={"api_key": key, "pays_operating_account": True} | more,
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def press(self) -> str:
        """Press the button of the pay page; the session's id."""
        answer = await self.browser.post(self.pay_path)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].rpartition("/")[2]

    async def do(self, where: str, /, **body: object) -> Any:
        """Make something happen at Stripe."""
        answer = await self.stripe.post(f"/sandbox/{where}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def pay(self) -> str:
        """Press, and pay by card at once; the payment intent's id."""
        paid = await self.do(f"sessions/{await self.press()}/pay")
        return str(paid["id"])

    async def delivered(self) -> None:
        """Wait until every webhook under way has arrived."""
        deliveries = self.sandbox.state.world.store.deliveries
        await until(lambda: all(d["state"] != "pending" for d in deliveries.values()))

    async def work(self) -> list[str]:
        """Wait for the webhooks and handle what came; the outcomes of all events so far."""
        await self.delivered()
        handlers = {"stripe": StripeEvents(self.adapters)}
        await process_due(self.adapters, self.firm.id, handlers=handlers)
        return [event.outcome or "" for event in await self.events()]

    async def events(self) -> list[WebhookEvent]:
        async with self.transaction() as session:
            rows = await session.scalars(
                select(WebhookEvent).order_by(WebhookEvent.received_at, WebhookEvent.id)
            )
            return list(rows)

    async def payments(self) -> list[Payment]:
        async with self.transaction() as session:
            rows = await session.scalars(select(Payment).order_by(Payment.created_at))
            return list(rows)

    async def payment(self) -> Payment:
        (only,) = await self.payments()
        return only

    async def balance(self) -> int:
        async with self.transaction() as session:
            found = await effective_balances(
                session, firm_id=self.firm.id, invoice_ids=[self.invoice.id]
            )
        return found[self.invoice.id]

    async def rows(self, model: Any) -> list[Any]:
        """All of the firm's rows of a table."""
        async with self.transaction() as session:
            return list((await session.scalars(select(model))).all())

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self.adapters.database.transaction(self.firm.id) as session:
            yield session

    async def set_invoice(self, **values: Any) -> None:
        """Change columns of the invoice, as a sync would."""
        async with self.transaction() as session:
            row = await session.get_one(Invoice, self.invoice.id)
            for name, value in values.items():
                setattr(row, name, value)


@asynccontextmanager
async def stripe_world(adapters: Adapters) -> AsyncIterator[StripeWorld]:
    """Start both; ``adapters`` are over a database that commits."""
    sender = WebhookSender(Store(None), back_off=(0.05, 0.05), reorder_pause=0.1)
    sandbox = create_sandbox(sender.store, adapters.clock, settle_days=None, sender=sender)
    product = _product()
    async with serving(sandbox) as stripe_url, serving(product) as product_url:
        sandbox.state.world.public_url = stripe_url
        settings = adapters.settings.model_copy(
            update={"public_url": product_url, "stripe_api_base": stripe_url}
        )
        gateway = StripeGateway(settings=settings, database=adapters.database, vault=adapters.vault)
        ours = replace(adapters, settings=settings, gateway=gateway)
        product.state.adapters = ours
        firm, invoice, token = await _begin(ours)
        async with (
            httpx.AsyncClient(base_url=product_url, headers={"Origin": product_url}) as browser,
            httpx.AsyncClient(base_url=stripe_url) as stripe,
        ):
            await _log_in_owner(ours, firm, browser)
            with held_against_the_sdk() as calls:
                yield StripeWorld(
                    ours, gateway, sandbox, stripe, browser, firm, invoice, f"/pay/{token}", calls
                )
        await gateway.close()


def _product() -> FastAPI:
    """The routes that matter here. Building all of the product's takes longer than most tests."""
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(stripe_router.router, prefix="/api/v1")
    app.include_router(webhooks.router)
    app.include_router(pay_page.pages_router)
    return app


async def _begin(adapters: Adapters) -> tuple[Firm, Invoice, str]:
    now = adapters.clock.now()
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=now)
        client = await make_client(session, firm=firm)
        invoice = await make_invoice(
            session, firm=firm, client=client, now=now, due_on=date(2026, 4, 1)
        )
        await make_collection(session, firm=firm, invoice=invoice, now=now)
        token = await make_link(
            session,
            adapters.vault,
            firm_id=firm.id,
            kind=LinkKind.pay,
            subject_id=invoice.id,
            now=now,
        )
    return firm, invoice, token


async def _log_in_owner(adapters: Adapters, firm: Firm, browser: httpx.AsyncClient) -> None:
    async with adapters.database.transaction(firm.id) as session:
        owner = await make_user(session, firm=firm, now=adapters.clock.now())
    await log_in(browser, adapters, owner)


def pokes(world: StripeWorld) -> list[tuple[str, UUID]]:
    """Which jobs were asked for."""
    assert isinstance(world.adapters.poke, RecordingPoke)
    return world.adapters.poke.pokes
