"""Files that go with a mail. Made just before it leaves; without them it leaves all the same."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import structlog

from invoice_tracker.core.database import Database
from invoice_tracker.firms.logo import MEDIA_TYPE, load_logo
from invoice_tracker.outbox.layout import LOGO_ID
from invoice_tracker.outbox.schemas import AttachmentReference, one_line
from invoice_tracker.ports import Attachment, BillingSource, NoDocument

Attach = Callable[[UUID, AttachmentReference], Awaitable[Attachment]]
"""Makes one firm's file. Raises ``NoDocument`` in words."""

Files = Mapping[AttachmentReference, Attachment | str]
"""Each file that was asked for, or in words why there is none."""

TIMEOUT = 60.0
"""Seconds that a mail waits for its files."""
MOST_BYTES = 7_000_000
"""Of all files of a mail. A third more on the wire, and many servers refuse more than 10 MB."""
LONGEST_NAME = 60
TOO_SLOW = "It took too long."
TOO_LARGE = "It is too large for a mail."
NOT_MADE = "It could not be made."
_log = structlog.get_logger()


def files_of(database: Database, billing: BillingSource) -> Attach:
    """The firm's logo, and bills as PDFs."""
    bill = bills_of(billing)

    async def attach(firm_id: UUID, reference: AttachmentReference) -> Attachment:
        if reference.kind == "logo":
            return await _logo(database, firm_id)
        return await bill(firm_id, reference)

    return attach


def bills_of(billing: BillingSource) -> Attach:
    """Bills as PDFs, from the billing system."""

    async def attach(firm_id: UUID, reference: AttachmentReference) -> Attachment:
        if reference.invoice_id is None:
            raise NoDocument("It does not say of which invoice.")
        document = await billing.document(firm_id, reference.invoice_id)
        return Attachment(file_name(document.name), "application/pdf", document.pdf)

    return attach


async def _logo(database: Database, firm_id: UUID) -> Attachment:
    async with database.transaction(firm_id) as session:
        logo = await load_logo(session, firm_id=firm_id)
    if logo is None:
        raise NoDocument("There is no logo any more.")
    return Attachment("logo.png", MEDIA_TYPE, logo, content_id=LOGO_ID)


def file_name(name: str) -> str:
    """The name without what no header and no disk takes, and not too long."""
    stem, dot, ending = one_line(name).replace("/", "-").replace("\\", "-").rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{ending}"


async def make_files(
    attach: Attach,
    firm_id: UUID,
    references: Sequence[AttachmentReference],
    *,
    ready: Files | None = None,
) -> Files:
    """Every file, or why there is none; those that are ``ready`` are not made again.

    Never raises.
    """
    until = asyncio.get_running_loop().time() + TIMEOUT
    room = MOST_BYTES
    files: dict[AttachmentReference, Attachment | str] = {}
    for reference in references:
        made = (ready or {}).get(reference)
        made = made or await _make(attach, firm_id, reference, until)
        if isinstance(made, Attachment):
            room -= len(made.content)
            made = made if room >= 0 else TOO_LARGE
        files[reference] = made
    return files


async def _make(
    attach: Attach, firm_id: UUID, reference: AttachmentReference, until: float
) -> Attachment | str:
    try:
        async with asyncio.timeout_at(until):
            return await attach(firm_id, reference)
    except NoDocument as problem:
        return str(problem)
    except TimeoutError:
        return TOO_SLOW
    except Exception:
        _log.exception("attachment_failed", firm_id=str(firm_id), reference=str(reference))
        return NOT_MADE


def what_is_missing(files: Files) -> str | None:
    """One sentence for people; nothing where nothing is missing."""
    # Without its logo a mail shows the firm's name.
    bills = [made for reference, made in files.items() if reference.kind == "bill"]
    reasons = [why for why in bills if isinstance(why, str)]
    if not reasons:
        return None
    what = "The bill was" if len(bills) == 1 else f"{len(reasons)} of {len(bills)} bills were"
    return f"{what} not attached: {' '.join(dict.fromkeys(reasons))}"
