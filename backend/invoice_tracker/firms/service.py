"""A firm's details, its sending rules, its sender."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.database import enter_firm
from invoice_tracker.core.errors import Conflict, FieldError, Invalid, NotFound
from invoice_tracker.firms import public_holidays
from invoice_tracker.firms.links import make_new_link
from invoice_tracker.firms.models import Firm, LinkKind, Sender, SendingRules

VERIFICATION_LIFETIME = timedelta(days=3)


async def create_firm(session: AsyncSession, *, name: str, time_zone: str, now: datetime) -> Firm:
    """A new firm with the product's default rules: Safe Mode on. Enters the firm."""
    firm = Firm(id=uuid4(), name=name, time_zone=time_zone, created_at=now)
    await enter_firm(session, firm.id)
    session.add(firm)
    await session.flush()
    session.add(SendingRules(firm_id=firm.id))
    await session.flush()
    return firm


async def get_firm(session: AsyncSession, firm_id: UUID) -> Firm:
    """The firm itself."""
    firm = await session.get(Firm, firm_id)
    if firm is None:
        raise NotFound("There is no such firm.")
    return firm


async def get_sending_rules(session: AsyncSession, firm_id: UUID) -> SendingRules:
    """The firm's rules; every firm has them from its first day."""
    rules = await session.get(SendingRules, firm_id)
    if rules is None:
        raise NotFound("There is no such firm.")
    return rules


async def get_sender(session: AsyncSession, firm_id: UUID) -> Sender | None:
    """Whom mail comes from, if the firm has said."""
    return await session.get(Sender, firm_id)


async def update_sending_rules(
    session: AsyncSession, *, firm_id: UUID, changes: dict[str, Any], now: datetime
) -> SendingRules:
    """Change some rules. Raises ``Invalid`` for an empty window or holidays nobody knows."""
    rules = await get_sending_rules(session, firm_id)
    for name, value in changes.items():
        setattr(rules, name, value)
    rules.holiday_country = rules.holiday_country or None
    rules.holiday_region = rules.holiday_region or None
    public_holidays.check(rules.holiday_country, rules.holiday_region)
    rules.hints_stale_since = now
    if rules.window_start >= rules.window_end:
        raise Invalid(
            "The sending window must end after it starts.",
            errors=[FieldError(field="window_end", message="Must be after the start")],
        )
    if not rules.safe_mode and rules.sending_since is None:
        rules.sending_since = now
    await session.flush()
    return rules


async def save_sender(
    session: AsyncSession,
    *,
    firm_id: UUID,
    from_name: str,
    from_email: str,
    reply_to: str | None,
    signature: str,
) -> Sender:
    """Whom mail comes from. Another address has to be verified again."""
    sender = await get_sender(session, firm_id)
    if sender is None:
        sender = Sender(firm_id=firm_id, from_name=from_name, from_email=from_email)
        session.add(sender)
    elif sender.from_email.lower() != from_email.lower():
        sender.verified_at = None
        sender.verification_sent_at = None
    sender.from_name = from_name
    sender.from_email = from_email
    sender.reply_to = reply_to
    sender.signature = signature
    await session.flush()
    return sender


async def begin_verification(
    session: AsyncSession, *, firm_id: UUID, now: datetime
) -> tuple[Sender, str]:
    """The sender and the token to mail to its address. Raises ``Conflict`` without a sender."""
    sender = await get_sender(session, firm_id)
    if sender is None:
        raise Conflict("Please save the sender's address first.")
    token = await make_new_link(
        session,
        firm_id=firm_id,
        kind=LinkKind.verify_sender,
        subject_id=firm_id,
        note=sender.from_email,
        now=now,
        expires_at=now + VERIFICATION_LIFETIME,
    )
    sender.verification_sent_at = now
    await session.flush()
    return sender, token


async def finish_verification(
    session: AsyncSession, *, firm_id: UUID, address: str, now: datetime
) -> Sender:
    """The link was opened by whoever reads that address. Raises ``Conflict`` if it has changed."""
    sender = await get_sender(session, firm_id)
    if sender is None or sender.from_email != address:
        raise Conflict(
            "The sender's address has changed since this mail. Please ask for a new one."
        )
    sender.verified_at = sender.verified_at or now
    await session.flush()
    return sender


ALWAYS = frozenset({"sender_verification", "guard_alert"})
ONCE_VERIFIED = ALWAYS | {"test_mail", "attorney_preview", "client_answer", "payment_alert"}
IN_EARNEST = ONCE_VERIFIED | {"reminder", "thank_you", "payment_failed"}


async def may_send(session: AsyncSession, *, firm_id: UUID) -> frozenset[str]:
    """Kinds of mail that may leave now.

    Before the sender's address is verified: only the mail that verifies it. In Safe Mode: also test
    mails to staff. Otherwise everything.
    """
    sender = await get_sender(session, firm_id)
    if sender is None or sender.verified_at is None:
        return ALWAYS
    rules = await get_sending_rules(session, firm_id)
    return ONCE_VERIFIED if rules.safe_mode else IN_EARNEST
