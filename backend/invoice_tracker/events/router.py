"""The stream of changes."""

from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Request
from fastapi.sse import EventSourceResponse

from invoice_tracker.accounts.deps import COOKIE, Principal, principal_of
from invoice_tracker.core.deps import Adapters, AdaptersDep
from invoice_tracker.core.errors import PROBLEMS, Unauthorized
from invoice_tracker.core.schemas import Output
from invoice_tracker.events.hub import Hub, Noun, Subscription

router = APIRouter(prefix="/events", tags=["events"], responses=PROBLEMS)

LOOK_AGAIN = 30.0
"""Seconds of quiet after which the session is looked at once more: it may have run out."""


class ChangesOut(Output):
    """Kinds of things that have changed in the firm. None: the stream stands, nothing is new."""

    nouns: list[Noun]


@dataclass(frozen=True, slots=True)
class Watch:
    """One open stream and who reads it."""

    adapters: Adapters
    token: str
    subscription: Subscription

    async def may_go_on(self) -> bool:
        """Whether the person is still logged in."""
        if self.subscription.is_over:
            return False
        try:
            await _reader(self.adapters, self.token)
        except Unauthorized:
            return False
        return not self.subscription.is_over


async def _reader(adapters: Adapters, token: str) -> Principal:
    """Every role may read. A transaction of its own, so that none stays open with the stream."""
    async with adapters.database.transaction() as session:
        return await principal_of(session, token=token, now=adapters.clock.now())


async def watch(
    request: Request,
    adapters: AdaptersDep,
    token: Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)] = "",
) -> AsyncGenerator[Watch]:
    """A place among the streams, until the answer has ended."""
    principal = await _reader(adapters, token)
    hub: Hub = request.app.state.hub
    async with hub.subscribe(
        adapters.database, firm_id=principal.firm_id, session=token
    ) as subscription:
        yield Watch(adapters, token, subscription)


@router.get("", operation_id="events_stream", response_class=EventSourceResponse)
async def stream_events(watched: Annotated[Watch, Depends(watch)]) -> AsyncIterable[ChangesOut]:
    """Server-sent events: what has changed in the firm, as it changes. Read it again then.

    The first event, and one after each half minute of quiet, names nothing. Nothing is kept for
    later: after a break, everything that is shown is to be read again. The stream ends with the
    session. 429 where one session has too many.
    """
    yield ChangesOut(nouns=[])
    while not watched.subscription.is_over:
        nouns = await watched.subscription.wait(seconds=LOOK_AGAIN)
        looks = Noun.sessions in nouns or not nouns
        if looks and not await watched.may_go_on():
            return
        yield ChangesOut(nouns=sorted(nouns))
