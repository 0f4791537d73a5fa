"""Every router of the product, one line each."""

from typing import Any

from fastapi import FastAPI

from invoice_tracker import first_run
from invoice_tracker.accounts import router as sessions
from invoice_tracker.answers import page as answer_page
from invoice_tracker.answers import router as answers
from invoice_tracker.auto_collect import router as auto_collect
from invoice_tracker.collections import changes_router as collection_changes
from invoice_tracker.collections import payments_by_hand_router as payments_by_hand
from invoice_tracker.collections import router as collections
from invoice_tracker.collections import set_standings_router as set_standings
from invoice_tracker.collections.attorneys import veto_page
from invoice_tracker.collections.blast_guard import router as blast_guard
from invoice_tracker.collections.holds import router as holds
from invoice_tracker.collections.promises import router as promises
from invoice_tracker.collections.reminders import router as reminders
from invoice_tracker.collections.set_changes import router as set_changes
from invoice_tracker.collections.upcoming import router as upcoming
from invoice_tracker.core.errors import Problem
from invoice_tracker.events import router as events
from invoice_tracker.firms import calendar_router as firm_calendar
from invoice_tracker.firms import logo_router as logo
from invoice_tracker.firms import router as firm
from invoice_tracker.firms import sign_up_router as accounts
from invoice_tracker.health import router as health_report
from invoice_tracker.integrations.clio import router as clio
from invoice_tracker.integrations.clio import sync_runs_router as sync_runs
from invoice_tracker.integrations.clio import tasks_router as clio_tasks
from invoice_tracker.integrations.clio import webhook_router as clio_webhooks
from invoice_tracker.integrations.mail import sender_router as sender
from invoice_tracker.integrations.stripe import router as stripe
from invoice_tracker.integrations.stripe import webhooks as stripe_webhooks
from invoice_tracker.invoices import clients_router as clients
from invoice_tracker.invoices import notes_router as invoice_notes
from invoice_tracker.invoices import router as invoices
from invoice_tracker.payments import pay_page
from invoice_tracker.payments import pay_page_rules_router as pay_page_rules
from invoice_tracker.payments import proofs_router as payment_proofs
from invoice_tracker.payments import refunds_router as refunds
from invoice_tracker.payments import router as payments
from invoice_tracker.reminder_sets import files_router as set_files
from invoice_tracker.reminder_sets import router as reminder_sets
from invoice_tracker.reminder_sets import thank_you_router as thank_you
from invoice_tracker.reports import router as reports

V1 = "/api/v1"

ROUTERS = (
    accounts.router,
    sessions.router,
    events.router,
    firm.router,
    firm_calendar.router,
    logo.router,
    first_run.router,
    sender.router,
    invoices.router,
    invoice_notes.router,
    clients.router,
    payments.router,
    payment_proofs.router,
    refunds.router,
    pay_page_rules.router,
    reminder_sets.router,
    set_files.router,
    thank_you.router,
    auto_collect.router,
    collections.router,
    collection_changes.router,
    set_changes.router,
    set_standings.router,
    holds.router,
    promises.router,
    answers.router,
    payments_by_hand.router,
    reminders.router,
    upcoming.router,
    blast_guard.router,
    reports.router,
    clio.router,
    sync_runs.router,
    clio_tasks.router,
    stripe.router,
    health_report.router,
)

PAGES = (
    pay_page.pages_router,
    answer_page.pages_router,
    veto_page.pages_router,
    sender.pages_router,
    stripe_webhooks.router,
    clio_webhooks.router,
)


def include_routers(app: FastAPI) -> None:
    """The API under its version; what clients and Stripe call, without."""
    for router in ROUTERS:
        app.include_router(router, prefix=V1)
    for router in PAGES:
        app.include_router(router)
    _describe_problems(app)


def _describe_problems(app: FastAPI) -> None:
    """Routers refer to the shape of a problem by name, so the document has to hold it."""
    original = app.openapi

    def openapi() -> dict[str, object]:
        document = original()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs", {}))
        schemas["Problem"] = problem
        _describe_streams(document)
        return document

    # FastAPI documents this very assignment as the way to extend the contract.
    app.openapi = openapi  # type: ignore[method-assign]


def _describe_streams(document: dict[str, Any]) -> None:
    """FastAPI says what an event of a stream holds in words of OpenAPI 3.2; this is 3.1."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                stream = answer.get("content", {}).get("text/event-stream", {})
                if "itemSchema" in stream:
                    stream["schema"] = {"type": "string"}
                    stream["x-itemSchema"] = stream.pop("itemSchema")
