"""Whom a firm's mail comes from, and the proof that the address is theirs."""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from jinja2 import Environment, FileSystemLoader

from invoice_tracker.accounts.deps import Owner, Reader
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS, NotFound, ProductError
from invoice_tracker.firms import service
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import LinkKind, Sender
from invoice_tracker.firms.schemas import SenderInput, SenderOut, VerificationSent
from invoice_tracker.integrations.mail.sender_mail import compose_verification
from invoice_tracker.outbox.service import enqueue

router = APIRouter(prefix="/firm/sender", tags=["sender"], responses=PROBLEMS)
pages_router = APIRouter(prefix="/verify-sender", tags=["pages"], include_in_schema=False)

_pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)


@router.get("", operation_id="sender_get")
async def get_sender(session: SessionDep, principal: Reader) -> SenderOut:
    """Whom mail comes from; until the firm has said, its own name and no address."""
    sender = await service.get_sender(session, principal.firm_id)
    if sender is None:
        return SenderOut.nobody_yet(principal.firm_name)
    return SenderOut.model_validate(sender)


@router.put("", operation_id="sender_update", response_model=SenderOut)
async def update_sender(session: SessionDep, principal: Owner, body: SenderInput) -> Sender:
    """Say whom mail comes from. Another address has to be verified again."""
    return await service.save_sender(session, firm_id=principal.firm_id, **body.model_dump())


@router.post("/verification", operation_id="sender_verification_create", status_code=202)
async def create_verification(
    session: SessionDep, principal: Owner, adapters: AdaptersDep, clock: ClockDep
) -> VerificationSent:
    """Mail a link to the sender's address. Opening it proves that the firm reads that mailbox."""
    now = clock.now()
    sender, token = await service.begin_verification(session, firm_id=principal.firm_id, now=now)
    await enqueue(
        session,
        firm_id=principal.firm_id,
        kind="sender_verification",
        dedupe_key=f"sender_verification:{token}",
        subject_id=None,
        recipient=sender.from_email,
        content=compose_verification(
            mail_from=adapters.settings.mail_from,
            firm_name=principal.firm_name,
            address=sender.from_email,
            link=f"{adapters.public_url}/verify-sender/{token}",
        ),
        now=now,
    )
    return VerificationSent(sent_to=sender.from_email)


@pages_router.get("/{token}")
async def show_verification(
    token: str, session: SessionDep, clock: ClockDep, request: Request
) -> Response:
    """A page with one button. Mail scanners open links, so opening it changes nothing."""
    try:
        link = await open_link(session, token=token, kind=LinkKind.verify_sender, now=clock.now())
    except NotFound:
        return _page("This link no longer works", "Ask for a new one in Settings.", status=404)
    return _page(
        "Is this your address?",
        f"Confirm that mail to clients may be sent from {link.note}.",
        action=str(request.url.path),
    )


@pages_router.post("/{token}")
async def confirm_verification(token: str, session: SessionDep, clock: ClockDep) -> Response:
    """The button: the address is verified."""
    now = clock.now()
    try:
        link = await open_link(session, token=token, kind=LinkKind.verify_sender, now=now)
        await service.finish_verification(session, firm_id=link.firm_id, address=link.note, now=now)
    except ProductError as error:
        return _page("This link no longer works", error.detail, status=error.status)
    return _page("Thank you", f"{link.note} is verified. You can close this page.")


def _page(title: str, text: str, *, action: str | None = None, status: int = 200) -> Response:
    html = _pages.get_template("verify_sender.html").render(title=title, text=text, action=action)
    return Response(
        html,
        status_code=status,
        media_type="text/html",
        headers={"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"},
    )
