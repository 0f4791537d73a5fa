"""The view ``invoice_overview``, for queries. Its text is in ``migrations/sql``, the latest."""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    MetaData,
    String,
    Table,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

# Metadata of its own: the view is no table that a migration should make.
overview = Table(
    "invoice_overview",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("firm_id", Uuid),
    Column("clio_id", BigInteger),
    Column("number", String),
    Column("clio_state", String),
    Column("clio_url", String),
    Column("client_id", Uuid),
    Column("client_name", String),
    Column("recipient", String),
    Column("matter_id", Uuid),
    Column("matter_ids", ARRAY(Uuid)),
    Column("is_trust", Boolean),
    Column("matter_display_number", String),
    Column("subject", String),
    Column("issued_on", Date),
    Column("due_on", Date),
    Column("currency", String),
    Column("total_minor", BigInteger),
    Column("clio_paid_minor", BigInteger),
    Column("clio_balance_minor", BigInteger),
    Column("clio_pending_minor", BigInteger),
    Column("effective_balance_minor", BigInteger),
    Column("local_paid_minor", BigInteger),
    Column("payment_state", String),
    Column("record_state", String),
    Column("section", String),
    Column("collection_id", Uuid),
    Column("collection_state", String),
    Column("collection_version_id", Uuid),
    Column("collection_end_reason", String),
    Column("reminder_set_name", String),
    Column("next_action_at", DateTime(timezone=True)),
    Column("last_reminder_at", DateTime(timezone=True)),
    Column("hold_kind", String),
    Column("hold_reason", String),
    Column("hold_until", DateTime(timezone=True)),
    Column("hold_reach", String),
    Column("last_read_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True)),
)


async def set_now(session: AsyncSession, now: datetime) -> None:
    """Tell the view what time it is for the product, to the end of the transaction."""
    await session.execute(
        text("SELECT set_config('app.now', :now, true)"), {"now": now.isoformat()}
    )
