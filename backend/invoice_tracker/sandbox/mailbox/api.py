"""Messages and faults as JSON, under `/api`: for tests and scripts."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from invoice_tracker.sandbox.mailbox.faults import Fault, Faults, Kind
from invoice_tracker.sandbox.mailbox.store import MailStore, Message

router = APIRouter(prefix="/api")


class FaultIn(BaseModel):
    """A fault to queue; what the kinds do is said at `faults.Fault`."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    count: int = Field(default=1, ge=1)
    recipient: str = ""
    keep: bool = True
    seconds: float = Field(default=5.0, ge=0, le=600)


@router.get("/messages")
async def list_messages(
    request: Request, to: str = "", q: str = "", after: int = 0, limit: int = 1000
) -> list[dict[str, Any]]:
    """Messages to an address (or all), newest first; `after` an id leaves out the older."""
    store: MailStore = request.app.state.store
    found = store.messages(to=to, search=q, after=after, limit=limit)
    return [message_json(message) for message in found]


@router.get("/messages/{message_id}")
async def get_message(request: Request, message_id: int) -> dict[str, Any]:
    """One message."""
    message = request.app.state.store.get(message_id)
    if message is None:
        raise HTTPException(404, "There is no such message.")
    return message_json(message)


@router.delete("/messages")
async def delete_messages(request: Request, to: str = "") -> dict[str, int]:
    """Forget the messages to an address, or all."""
    store: MailStore = request.app.state.store
    return {"deleted": store.clear(to=to)}


@router.get("/newest")
async def newest(request: Request) -> dict[str, int]:
    """The number of the newest message, for pages that watch."""
    store: MailStore = request.app.state.store
    return {"id": store.newest_id()}


@router.get("/faults")
async def list_faults(request: Request) -> list[dict[str, Any]]:
    """Faults still to come."""
    faults: Faults = request.app.state.faults
    return faults.waiting()


@router.post("/faults")
async def add_fault(request: Request, wanted: FaultIn) -> list[dict[str, Any]]:
    """Queue a fault; answers all that wait."""
    faults: Faults = request.app.state.faults
    faults.add(Fault(**wanted.model_dump()))
    return faults.waiting()


@router.delete("/faults")
async def clear_faults(request: Request) -> list[dict[str, Any]]:
    """Forget all faults."""
    faults: Faults = request.app.state.faults
    faults.clear()
    return faults.waiting()


def message_json(message: Message) -> dict[str, Any]:
    """A message as JSON: `received_at` by the sandbox's clock, `received_real_at` by the real one.

    `headers` has the first of each name; `all_headers` has every one, in order.
    """
    parsed = message.parsed
    first: dict[str, str] = {}
    for name, value in parsed.headers:
        first.setdefault(name, value)
    return {
        "id": message.id,
        "conversation": message.conversation,
        "received_at": message.received_at.isoformat(),
        "received_real_at": message.received_real_at.isoformat(),
        "envelope": {"mail_from": message.mail_from, "rcpt_to": message.rcpt_to},
        "headers": first,
        "all_headers": parsed.headers,
        "subject": parsed.header("subject"),
        "message_id": parsed.message_id,
        "in_reply_to": parsed.header("in-reply-to"),
        "references": parsed.references,
        "text": parsed.text,
        "html": parsed.html,
        "attachments": [
            {"name": a.name, "content_type": a.content_type, "size": len(a.content)}
            for a in parsed.attachments
        ],
    }
