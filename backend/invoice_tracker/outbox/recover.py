"""Pick up what a dead worker left."""

from collections import Counter
from uuid import UUID

from invoice_tracker.core.database import Database
from invoice_tracker.outbox.claim import find_expired_sendings, release_expired_claims
from invoice_tracker.outbox.handlers import Handlers
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.settle import Round, end
from invoice_tracker.ports import Clock

STOPPED = "The worker stopped while the mail was on its way to the mail server."


async def recover(
    *, database: Database, firm_id: UUID, handlers: Handlers, clock: Clock
) -> Counter[MessageState]:
    """Where the lease has run out, claimed waits again and sending becomes uncertain.

    Nothing is sent from here, and an uncertain message is never sent again by itself.
    """
    async with database.transaction(firm_id) as session:
        await release_expired_claims(session, firm_id=firm_id, now=clock.now())
        left = await find_expired_sendings(
            session, firm_id=firm_id, kinds=list(handlers), now=clock.now()
        )
    tally: Counter[MessageState] = Counter()
    for claim_id, message in left:
        this = Round(database, firm_id, handlers, clock, claim_id, tally)
        await end(this, message, MessageState.uncertain, STOPPED)
    return tally
