"""Routes of the thank-you mail."""

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Owner, Reader
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Items
from invoice_tracker.reminder_sets import thank_you, thank_you_preview, writing
from invoice_tracker.reminder_sets.models import MailText
from invoice_tracker.reminder_sets.schemas import (
    TestMailSent,
    ThanksPreview,
    ThanksTextFields,
    ThankYouInput,
    ThankYouOut,
    VariableOut,
)

router = APIRouter(prefix="/thank-you", tags=["thank_you"], responses=PROBLEMS)


def _text(body: ThanksTextFields) -> thank_you.ThanksText:
    return thank_you.ThanksText(body.subject, body.body, body.body_format)


@router.get("", operation_id="thank_you_get", response_model=ThankYouOut)
async def get_thank_you(session: SessionDep, principal: Reader) -> MailText:
    """The mail that thanks for a payment, and whether it is sent."""
    return await thank_you.load_text(session, firm_id=principal.firm_id)


@router.put("", operation_id="thank_you_update", response_model=ThankYouOut)
async def update_thank_you(
    session: SessionDep, principal: Owner, clock: ClockDep, body: ThankYouInput
) -> MailText:
    """Change the text, or switch it on or off; earlier payments are not thanked for."""
    return await thank_you.save_text(
        session,
        firm_id=principal.firm_id,
        text=_text(body),
        is_enabled=body.is_enabled,
        includes_clio=body.includes_clio,
        now=clock.now(),
    )


@router.get("/variables", operation_id="thank_you_list_variables")
async def list_variables(_: Reader) -> Items[VariableOut]:
    """What may stand between double braces in it."""
    return Items(items=writing.variables(of_thanks=True))


@router.post("/preview", operation_id="thank_you_preview")
async def preview(
    session: SessionDep,
    principal: Reader,
    adapters: AdaptersDep,
    clock: ClockDep,
    body: ThanksTextFields,
) -> ThanksPreview:
    """The mail for the latest payment, or for a made-up one. Sends nothing."""
    return await thank_you_preview.preview_thanks(
        session, adapters, firm_id=principal.firm_id, text=_text(body), now=clock.now()
    )


@router.post("/test", operation_id="thank_you_send_test", status_code=202)
async def send_test(
    session: SessionDep,
    principal: Owner,
    adapters: AdaptersDep,
    clock: ClockDep,
    body: ThanksTextFields,
) -> TestMailSent:
    """Mail it to the logged-in person. 409 before the sender's address is verified."""
    await thank_you_preview.send_test(
        session,
        adapters,
        firm_id=principal.firm_id,
        text=_text(body),
        to=principal.email,
        now=clock.now(),
    )
    return TestMailSent(sent_to=principal.email)
