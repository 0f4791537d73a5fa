"""What a kind of message must know, so that the outbox need not: is it still wanted?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.outbox.schemas import DueMessage, MailContent, Outcome


@dataclass(frozen=True, slots=True)
class Send:
    """It is wanted now.

    ``content`` replaces the mail when the facts it states have changed since it was written; it is
    stored in the same transaction, before it leaves, so that the row always shows the mail as sent.
    """

    content: MailContent | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """It is wanted no longer; ``reason`` is for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: look again at ``until``; ``reason`` is for people."""

    reason: str
    until: datetime


Decision = Send | Cancel | Later


class Handler(Protocol):
    """Knows one kind of message."""

    @property
    def automatic(self) -> bool:
        """Whether nobody asked for this very mail: then the pace holds it back."""
        ...

    async def look_again(
        self, firm_id: UUID, messages: Sequence[DueMessage]
    ) -> Mapping[UUID, Later]:
        """Read the facts again from outside, for a whole batch, outside any transaction.

        What cannot be looked at now comes back as ``Later``, by the message's ``id``; what is
        missing in the answer goes on to ``confirm``. An exception puts the whole batch off.
        """
        ...

    async def confirm(self, session: AsyncSession, message: DueMessage) -> Decision:
        """Lock the rows that a payment also locks, check the facts, and decide.

        Runs in the transaction that marks the message as being sent, before the message's own row
        is locked: rows are always locked in the order invoice, then message.
        """
        ...

    async def record(self, session: AsyncSession, message: DueMessage, outcome: Outcome) -> None:
        """Note how the message ended, in the transaction that ends it.

        Called once for each end: sent, cancelled, failed, uncertain. A message that was uncertain
        may still be recorded as sent afterwards, when the answer came late.
        """
        ...


Handlers = Mapping[str, Handler]


class AlwaysWanted:
    """A mail that a person asked for: no fact can make it unwanted, no row follows its end."""

    automatic = False

    async def look_again(
        self,
        firm_id: UUID,  # noqa: ARG002
        messages: Sequence[DueMessage],  # noqa: ARG002
    ) -> Mapping[UUID, Later]:
        """Nothing to look at."""
        return {}

    async def confirm(
        self,
        session: AsyncSession,  # noqa: ARG002
        message: DueMessage,  # noqa: ARG002
    ) -> Decision:
        """Always."""
        return Send()

    async def record(self, session: AsyncSession, message: DueMessage, outcome: Outcome) -> None:
        """The message's own row says it all."""
