"""How one message of a round goes back or ends, each in a transaction of its own."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from invoice_tracker.core.database import Database
from invoice_tracker.outbox.handlers import Handlers, Later
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.schemas import DueMessage, Outcome
from invoice_tracker.outbox.transitions import BACK_OFF, finish, put_back
from invoice_tracker.ports import Clock

_log = structlog.get_logger()


class ClaimLost(Exception):
    """The lease ran out, or the message was cancelled: it is no longer this worker's."""


@dataclass(frozen=True, slots=True)
class Round:
    """One worker's round over the messages it has claimed."""

    database: Database
    firm_id: UUID
    handlers: Handlers
    clock: Clock
    claim_id: UUID
    tally: Counter[MessageState] = field(default_factory=Counter)
    """How many messages reached which state in this round."""


async def wait(this: Round, message: DueMessage, later: Later) -> None:
    """It was not tried; it waits."""
    async with this.database.transaction(this.firm_id) as session:
        await put_back(
            session,
            message=message,
            claim_id=this.claim_id,
            reason=later.reason,
            until=later.until,
        )
    this.tally[MessageState.waiting] += 1


async def try_again(this: Round, message: DueMessage, reason: str) -> None:
    """A try that counts has failed: wait longer each time, then give up."""
    tries = message.attempts + 1
    if tries > len(BACK_OFF):
        given_up = f"Given up after {tries} tries. The last: {reason}"
        await end(this, message, MessageState.failed, given_up)
        return
    until = this.clock.now() + BACK_OFF[tries - 1]
    async with this.database.transaction(this.firm_id) as session:
        await put_back(
            session,
            message=message,
            claim_id=this.claim_id,
            reason=reason,
            until=until,
            attempts=tries,
        )
    this.tally[MessageState.waiting] += 1


async def end(this: Round, message: DueMessage, state: MessageState, reason: str) -> None:
    """It has ended, for this reason."""
    await record(this, message, Outcome(state=state, at=this.clock.now(), reason=reason))


async def record(this: Round, message: DueMessage, outcome: Outcome) -> None:
    """Write the end down. If that fails, the lease runs out and a person is asked."""
    try:
        async with this.database.transaction(this.firm_id) as session:
            # The handler first: rows are locked in the order invoice, then message.
            await this.handlers[message.kind].record(session, message, outcome)
            if not await finish(session, message=message, claim_id=this.claim_id, outcome=outcome):
                raise ClaimLost
        this.tally[outcome.state] += 1
    except ClaimLost:
        return
    except Exception:
        _log.exception("outbox_record_failed", message_id=message.message_id, state=outcome.state)
