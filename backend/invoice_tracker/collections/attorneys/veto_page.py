"""Where an attorney holds a client. Looking changes nothing: mail scanners open every link."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse

from invoice_tracker.collections.attorneys.veto import (
    Veto,
    find_pause,
    hold_client,
    list_planned,
    open_veto,
)
from invoice_tracker.collections.models import HoldRow
from invoice_tracker.core.deps import AdaptersDep, SessionDep
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.money import format_money
from invoice_tracker.domain.plain_dates import with_weekday
from invoice_tracker.firms.public_pages import PublicPages, message_page

pages_router = APIRouter(prefix="/veto", include_in_schema=False)
_pages = PublicPages(Path(__file__).parent / "templates")


@pages_router.get("/{token}")
async def show_veto(session: SessionDep, adapters: AdaptersDep, token: str) -> HTMLResponse:
    """What is planned for the client, and one button."""
    now = adapters.clock.now()
    try:
        veto = await open_veto(session, token=token, now=now)
    except NotFound:
        return _too_late()
    pause = await find_pause(session, veto=veto, now=now)
    if pause is not None:
        return _held(veto, pause)
    planned = await list_planned(session, veto=veto, now=now)
    if not planned:
        return message_page(
            firm=veto.firm,
            title=f"Nothing is planned for {veto.client.name}",
            message=f"No reminder on your matters is planned for {with_weekday(veto.day)} now.",
        )
    return _pages.render(
        "veto.html",
        title=f"Hold {veto.client.name}?",
        firm=veto.firm,
        client=veto.client.name,
        day=with_weekday(veto.day),
        mails=[(number, format_money(owed)) for number, owed in planned],
    )


@pages_router.post("/{token}")
async def post_veto(
    session: SessionDep,
    adapters: AdaptersDep,
    token: str,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> HTMLResponse:
    """The button: no reminder goes to this client until somebody lets them go on."""
    now = adapters.clock.now()
    try:
        veto = await open_veto(session, token=token, now=now)
    except NotFound:
        return _too_late()
    return _held(veto, await hold_client(session, veto=veto, reason=reason, now=now))


def _held(veto: Veto, pause: HoldRow | None) -> HTMLResponse:
    by = f" by {pause.author}" if pause is not None and pause.author else ""
    return message_page(
        firm=veto.firm,
        title=f"Reminders to {veto.client.name} are held",
        tone="good",
        message=f"No reminder goes to {veto.client.name} for now. It was held{by}.",
        detail="Somebody in billing can let them go on, in Invoice Tracker on the client's page.",
    )


def _too_late() -> HTMLResponse:
    return message_page(
        firm=None,
        title="This link does not work any more",
        message="It was for the reminders of one day, and that day is over; or it was cut off.",
        detail="To hold a client now, open the client in Invoice Tracker, or ask billing.",
        status=404,
    )
