"""Imports every table, so that Alembic sees them all."""

from invoice_tracker.accounts import models as accounts
from invoice_tracker.answers import models as answers
from invoice_tracker.auto_collect import models as auto_collect
from invoice_tracker.collections import models as collections
from invoice_tracker.core.orm import Base
from invoice_tracker.firms import models as firms
from invoice_tracker.inbox import models as inbox
from invoice_tracker.integrations.clio import models as clio
from invoice_tracker.integrations.stripe import models as stripe
from invoice_tracker.invoices import models as invoices
from invoice_tracker.invoices import note_models as invoice_notes
from invoice_tracker.outbox import models as outbox
from invoice_tracker.payments import models as payments
from invoice_tracker.payments import proof_models as payment_proofs
from invoice_tracker.reminder_sets import models as reminder_sets

metadata = Base.metadata

__all__ = [
    "accounts",
    "answers",
    "auto_collect",
    "clio",
    "collections",
    "firms",
    "inbox",
    "invoice_notes",
    "invoices",
    "metadata",
    "outbox",
    "payment_proofs",
    "payments",
    "reminder_sets",
    "stripe",
]
