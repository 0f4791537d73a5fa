"""A round of the outbox for one firm: claim, look again, confirm, send, record.

No step depends on the one after it being reached. A worker that dies before ``sending`` is
committed leaves a message that will wait again; one that dies after it leaves an uncertain one.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from invoice_tracker.core.database import Database
from invoice_tracker.outbox.attachments import Attach, Files, make_files, what_is_missing
from invoice_tracker.outbox.claim import Rules, claim
from invoice_tracker.outbox.handlers import Cancel, Handlers, Later, Send
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.recover import recover
from invoice_tracker.outbox.schemas import DueMessage, Outcome
from invoice_tracker.outbox.settle import ClaimLost, Round, end, record, try_again, wait
from invoice_tracker.outbox.transitions import BACK_OFF, finish, mark_sending, put_back
from invoice_tracker.ports import (
    Attachment,
    Clock,
    MailDeferred,
    Mailer,
    MailRefused,
    MailServerUnavailable,
    MailUncertain,
    OutgoingMail,
)

ROUND_SECONDS = 120.0
"""No further mail is begun after this; what is left of the batch waits for the next round."""
NOT_CHECKED = "It could not be checked before sending."
_log = structlog.get_logger()


async def deliver_due(
    *,
    database: Database,
    firm_id: UUID,
    handlers: Handlers,
    rules: Rules,
    mailer: Mailer,
    attach: Attach,
    clock: Clock,
    batch_size: int = 50,
    lanes: int = 1,
) -> Counter[MessageState]:
    """Send what is due and allowed; returns how many messages reached which state.

    ``lanes`` mails are under way at a time, each with its own database connection.
    """
    await recover(database=database, firm_id=firm_id, handlers=handlers, clock=clock)
    async with database.transaction(firm_id) as session:
        claim_id, messages = await claim(
            session, firm_id=firm_id, rules=rules, now=clock.now(), limit=batch_size
        )
    this = Round(database, firm_id, handlers, clock, claim_id)
    queue = deque(await _look_again(this, messages))
    stop_at = asyncio.get_running_loop().time() + ROUND_SECONDS
    # A lane that fails must not cancel another in the middle of a mail: no task group.
    ends = await asyncio.gather(
        *(_work_off(this, mailer, attach, queue, stop_at) for _ in range(lanes)),
        return_exceptions=True,
    )
    for problem in ends:
        if problem is not None:
            raise problem
    return this.tally


async def _look_again(this: Round, messages: Sequence[DueMessage]) -> list[DueMessage]:
    """Hand each kind's messages to its handler; what is left is to be confirmed."""
    by_kind: dict[str, list[DueMessage]] = defaultdict(list)
    for message in messages:
        by_kind[message.kind].append(message)
    wanted: list[DueMessage] = []
    for kind, batch in by_kind.items():
        try:
            later = await this.handlers[kind].look_again(this.firm_id, batch)
        except Exception:
            _log.exception("outbox_look_again_failed", firm_id=str(this.firm_id), kind=kind)
            for message in batch:
                await try_again(this, message, NOT_CHECKED)
            continue
        for message in batch:
            if message.id in later:
                await wait(this, message, later[message.id])
            else:
                wanted.append(message)
    return wanted


async def _work_off(
    this: Round, mailer: Mailer, attach: Attach, queue: deque[DueMessage], stop_at: float
) -> None:
    while queue:
        message = queue.popleft()
        if asyncio.get_running_loop().time() > stop_at:
            await wait(this, message, Later("The mail server is slow.", this.clock.now()))
            continue
        # Before the last look: a worker that dies over a file leaves no uncertain mail.
        files = await make_files(attach, this.firm_id, message.content.attachments)
        try:
            confirmed = await _begin_sending(this, message)
        except ClaimLost:
            continue
        except Exception:
            _log.exception("outbox_confirm_failed", message_id=message.message_id)
            await try_again(this, message, NOT_CHECKED)
            continue
        if confirmed is not None:
            wanted = confirmed.content.attachments
            files = await make_files(attach, this.firm_id, wanted, ready=files)
            await _send(this, mailer, confirmed, files, queue)


async def _begin_sending(this: Round, message: DueMessage) -> DueMessage | None:
    """The message as it is to leave, marked as sending; None if it is not to leave now."""
    handler = this.handlers[message.kind]
    async with this.database.transaction(this.firm_id) as session:
        decision = await handler.confirm(session, message)
        now = this.clock.now()
        claim_id = this.claim_id
        match decision:
            case Send(content=content):
                held = await mark_sending(
                    session, message=message, claim_id=claim_id, now=now, content=content
                )
            case Later(reason=reason, until=until):
                held = await put_back(
                    session, message=message, claim_id=claim_id, reason=reason, until=until
                )
            case Cancel(reason=reason):
                outcome = Outcome(state=MessageState.cancelled, at=now, reason=reason)
                held = await finish(session, message=message, claim_id=claim_id, outcome=outcome)
                if held:
                    await handler.record(session, message, outcome)
        if not held:
            raise ClaimLost
    if isinstance(decision, Send):
        return replace(message, content=decision.content or message.content)
    ended = isinstance(decision, Cancel)
    this.tally[MessageState.cancelled if ended else MessageState.waiting] += 1
    return None


async def _send(
    this: Round, mailer: Mailer, message: DueMessage, files: Files, queue: deque[DueMessage]
) -> None:
    attachments = [file for file in files.values() if isinstance(file, Attachment)]
    content = dict(message.content) | {"attachments": attachments}
    mail = OutgoingMail(message_id=message.message_id, to=message.recipient, **content)
    try:
        response = await mailer.send(mail, at=this.clock.now())
    except MailServerUnavailable as error:
        await try_again(this, message, str(error))
        until = this.clock.now() + BACK_OFF[0]
        while queue:
            await wait(this, queue.popleft(), Later(str(error), until))
    except MailDeferred as error:
        await try_again(this, message, str(error))
    except MailRefused as error:
        await end(this, message, MessageState.failed, str(error))
    except MailUncertain as error:
        await end(this, message, MessageState.uncertain, str(error))
    except Exception as error:
        # Nothing proves that it was not accepted.
        _log.exception("outbox_send_failed", message_id=message.message_id)
        await end(this, message, MessageState.uncertain, f"Unexpected: {type(error).__name__}")
    else:
        outcome = Outcome(
            state=MessageState.sent,
            at=this.clock.now(),
            reason=what_is_missing(files),
            smtp_response=response[:500],
        )
        await record(this, message, outcome)
