"""A photograph of the firm's books at the instant a mail is claimed for sending.

A trigger in the proof's database takes it, inside the product's own transaction and under its
locks, and keeps whole rows as JSON. So the proof sees what the ledger knew at that instant without
asking the product, and a new column, or a new kind of hold, is in it without a change here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

TABLES = "CREATE SCHEMA proof; CREATE TABLE proof.photographs" + (
    " (id bigserial PRIMARY KEY, message_id text NOT NULL, photo jsonb NOT NULL)"
)

FUNCTION = """
CREATE FUNCTION proof.take_photograph() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    firm uuid := NEW.firm_id;
    reminder_ids uuid[];
    own_ids uuid[];
    invoice_ids uuid[];
BEGIN
    SELECT coalesce(array_agg(id), '{}'), coalesce(array_agg(DISTINCT invoice_id), '{}')
    INTO reminder_ids, own_ids FROM public.reminders
    WHERE outbox_message_id = NEW.id AND state = 'queued';
    SELECT coalesce(array_agg(id), '{}') INTO invoice_ids FROM public.invoices
    WHERE id = ANY (own_ids) OR client_id IN (
        SELECT client_id FROM public.invoices WHERE id = ANY (own_ids));
    INSERT INTO proof.photographs (message_id, photo) VALUES (NEW.message_id, jsonb_build_object(
        'message', to_jsonb(NEW),
        'firm', (SELECT to_jsonb(t) FROM public.firms t WHERE id = firm),
        'rules', (SELECT to_jsonb(t) FROM public.sending_rules t WHERE firm_id = firm),
        'sender', (SELECT to_jsonb(t) FROM public.senders t WHERE firm_id = firm),
        'closures', (SELECT jsonb_agg(to_jsonb(t)) FROM public.firm_closures t
            WHERE firm_id = firm),
        'reminders', (SELECT jsonb_agg(to_jsonb(t) ORDER BY id) FROM public.reminders t
            WHERE id = ANY (reminder_ids)),
        'is_statement', EXISTS (SELECT FROM public.reminders r
            JOIN public.reminder_steps s ON s.id = r.step_id
            WHERE r.id = ANY (reminder_ids) AND s.is_statement),
        'collections', (SELECT jsonb_agg(to_jsonb(t) || jsonb_build_object(
                'reminder_set_id', v.reminder_set_id))
            FROM public.collections t JOIN public.reminder_set_versions v ON v.id = t.version_id
            WHERE t.id IN (SELECT collection_id FROM public.reminders
                WHERE id = ANY (reminder_ids))),
        'invoices', (SELECT jsonb_agg(to_jsonb(t)) FROM public.invoices t
            WHERE id = ANY (invoice_ids)),
        'payments', (SELECT jsonb_agg(to_jsonb(t)) FROM public.payments t
            WHERE invoice_id = ANY (invoice_ids)),
        'promises', (SELECT jsonb_agg(to_jsonb(t)) FROM public.promises t
            WHERE invoice_id = ANY (invoice_ids) AND state = 'open'),
        'checkouts', (SELECT jsonb_agg(to_jsonb(t) || jsonb_build_object(
                'invoice_id', l.invoice_id))
            FROM public.checkouts t JOIN public.checkout_lines l ON l.checkout_id = t.id
            WHERE l.invoice_id = ANY (invoice_ids)),
        'holds', (SELECT jsonb_agg(to_jsonb(t)) FROM public.holds t
            WHERE firm_id = firm AND released_at IS NULL)));
    RETURN NULL;
END $$
"""

TRIGGER = """
CREATE TRIGGER take_photograph AFTER UPDATE OF state ON public.outbox_messages
FOR EACH ROW WHEN (NEW.state = 'sending' AND OLD.state IS DISTINCT FROM NEW.state)
EXECUTE FUNCTION proof.take_photograph()
"""

QUIET = """
DO $$ DECLARE t record; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE public.%I SET (autovacuum_enabled = false)', t.tablename);
    END LOOP;
END $$
"""
"""Vacuuming in the background would change the order of rows nobody asked to be ordered."""


HASTY = """
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET synchronous_commit TO off', current_database());
END $$
"""
"""It is the worker's death that is simulated, not the database's."""


async def install(owner: AsyncEngine) -> None:
    """Set the camera up; ``owner`` connects as the owner of the tables."""
    async with owner.begin() as connection:
        for statement in (*TABLES.split(";"), FUNCTION, TRIGGER, QUIET, HASTY):
            await connection.execute(text(statement))


async def latest(owner: AsyncEngine, message_id: str) -> dict[str, Any]:
    """The newest photograph of this mail. Raises where none was taken: it left unclaimed."""
    async with owner.connect() as connection:
        found = await connection.scalar(
            text(
                "SELECT photo FROM proof.photographs WHERE message_id = :message_id"
                " ORDER BY id DESC LIMIT 1"
            ),
            {"message_id": message_id},
        )
    assert found is not None, f"{message_id} was handed over without a claim"
    photo: dict[str, Any] = found
    return photo


def instant(value: str | None) -> datetime | None:
    """An instant as PostgreSQL writes it into JSON."""
    return datetime.fromisoformat(value) if value else None
