"""Routes of the firm's logo."""

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Owner, Reader
from invoice_tracker.core.deps import SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.firms import logo
from invoice_tracker.firms.schemas import LogoInput, LogoOut

router = APIRouter(prefix="/firm/logo", tags=["firm"], responses=PROBLEMS)


@router.get("", operation_id="logo_get")
async def get_logo(session: SessionDep, principal: Reader) -> LogoOut:
    """The logo of mails and the payment page, if there is one."""
    return LogoOut.of(await logo.load_logo(session, firm_id=principal.firm_id))


@router.put("", operation_id="logo_update")
async def update_logo(session: SessionDep, principal: Owner, body: LogoInput) -> LogoOut:
    """Upload a PNG, JPEG, GIF or WebP picture of at most 200 KB; it is kept as a small PNG."""
    kept = await logo.save_logo(session, firm_id=principal.firm_id, file=body.file)
    return LogoOut.of(kept)


@router.delete("", operation_id="logo_delete", status_code=204)
async def delete_logo(session: SessionDep, principal: Owner) -> None:
    """Mails show the firm's name again."""
    await logo.remove_logo(session, firm_id=principal.firm_id)
