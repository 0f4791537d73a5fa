"""The mail client: conversations on the left, the chosen one on the right."""

import re
from pathlib import Path
from urllib.parse import quote, unquote, urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup, escape

from invoice_tracker.sandbox.mailbox.store import MailStore, Message
from invoice_tracker.sandbox.pages import page_templates, render

TEMPLATES = page_templates(Path(__file__).parent / "templates")
VIEWS = ("html", "text", "raw")
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
CONTENT_ID = re.compile(r"cid:([^\"'\s>)]+)", re.IGNORECASE)
# Links open in a new tab; scripts, forms and frames in a mail do nothing, here or on its own.
POLICY = (
    "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; font-src * data:; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
router = APIRouter()


@router.get("/")
async def show(
    request: Request, to: str = "", q: str = "", c: int = 0, m: int = 0, view: str = ""
) -> HTMLResponse:
    """`to` and `q` filter the list, `c` is the open conversation, `m` the message `view` is for."""
    store: MailStore = request.app.state.store
    opened = store.in_conversation(c, to=to) if c else []
    return render(
        TEMPLATES,
        "mailbox.html",
        to=to,
        q=q,
        chosen=c,
        conversations=store.conversations(to=to, search=q),
        recipients=store.recipients(),
        opened=opened,
        current=m or (opened[-1].id if opened else 0),
        view=view if view in VIEWS else "",
        newest=store.newest_id(),
        link=lambda **more: _link(to, q, **more),
    )


@router.get("/messages/{message_id}/html")
async def show_html(request: Request, message_id: int) -> HTMLResponse:
    """The HTML part alone, under a policy that lets nothing run."""
    message = _find(request, message_id)
    here = f"/messages/{message_id}/inline/"
    html = CONTENT_ID.sub(lambda found: here + quote(found[1], safe=""), message.parsed.html)
    page = f'<meta charset="utf-8"><base target="_blank">{html}'
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page, headers=headers)


@router.get("/messages/{message_id}/raw")
async def show_raw(request: Request, message_id: int) -> Response:
    """The message as it came over the wire."""
    return Response(_find(request, message_id).raw, media_type="text/plain; charset=utf-8")


@router.get("/messages/{message_id}/attachments/{place}")
async def attachment(request: Request, message_id: int, place: int) -> Response:
    """One attached file, to save."""
    found = [a for a in _find(request, message_id).parsed.attachments if a.place == place]
    if not found:
        raise HTTPException(404, "There is no such attachment.")
    name = quote(found[0].name)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found[0].content, media_type=found[0].content_type, headers=headers)


@router.get("/messages/{message_id}/inline/{content_id:path}")
async def inline(request: Request, message_id: int, content_id: str) -> Response:
    """A picture that the HTML part refers to."""
    for part in _find(request, message_id).parsed.attachments:
        if part.content_id == unquote(content_id) and part.content_type.startswith("image/"):
            headers = {"Content-Security-Policy": "sandbox; default-src 'none'"}
            return Response(part.content, media_type=part.content_type, headers=headers)
    raise HTTPException(404, "There is no such picture.")


def linked(text: str) -> Markup:
    """Plain text with its addresses made clickable."""
    parts, end = [], 0
    for found in LINK.finditer(text):
        address = escape(found[0])
        parts.append(escape(text[end : found.start()]))
        anchor = f'<a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a>'
        parts.append(Markup(anchor))  # noqa: S704 - the address is escaped above
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _find(request: Request, message_id: int) -> Message:
    store: MailStore = request.app.state.store
    message = store.get(message_id)
    if message is None:
        raise HTTPException(404, "There is no such message.")
    return message


def _link(to: str, q: str, **more: object) -> str:
    values = {"to": to, "q": q} | more
    kept = {name: str(value) for name, value in values.items() if value}
    return "/?" + urlencode(kept) if kept else "/"


TEMPLATES.filters["linked"] = linked
