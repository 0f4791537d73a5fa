"""The pages people see without a log-in: rendered here, without a line of JavaScript.

Whoever has such a page keeps a folder of templates that extend ``page.html``, and makes one
``PublicPages`` of it; the frame, the style, the headers and the firm's logo come from here.
"""

import base64
import hashlib
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from invoice_tracker.firms.models import Firm

_FOLDER = Path(__file__).parent / "templates"
# Safe to mark as markup: a file of the product, without any value in it.
_CSS = Markup((_FOLDER / "page.css").read_text())  # noqa: S704 - our own file
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()


class PublicPages:
    """Renders the templates of a folder."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._templates = Environment(
            loader=FileSystemLoader([folder, _FOLDER]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(
        self,
        name: str,
        *,
        firm: Firm | None,
        title: str,
        status: int = 200,
        form_targets: str = "",
        **values: Any,
    ) -> HTMLResponse:
        """The page of a template. The firm's logo is shown where it was loaded.

        ``form_targets``: hosts a form may lead on to, besides the product itself.
        """
        template = self._templates.get_template(name)
        html = template.render(css=_CSS, logo=_logo_of(firm), firm=firm, title=title, **values)
        return HTMLResponse(html, status_code=status, headers=headers(form_targets))


_messages = PublicPages()


def message_page(
    *,
    firm: Firm | None,
    title: str,
    message: str,
    tone: str = "",
    detail: str = "",
    amount: str = "",
    back: str = "",
    back_label: str = "",
    status: int = 200,
) -> HTMLResponse:
    """A sentence or two, and perhaps a way back."""
    return _messages.render(
        "message.html",
        status=status,
        title=title,
        firm=firm,
        message=message,
        tone=tone,
        detail=detail,
        amount=amount,
        back=back,
        back_label=back_label,
    )


def headers(form_targets: str = "") -> dict[str, str]:
    """Not kept, not indexed, no referrer, and nothing loaded from anywhere."""
    targets = f"'self' {form_targets}".strip()
    return {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "Content-Security-Policy": (
            f"default-src 'none'; img-src data:; style-src 'sha256-{_CSS_HASH}'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action {targets}"
        ),
    }


def _logo_of(firm: Firm | None) -> str | None:
    """The picture as an address, where it was loaded."""
    picture = vars(firm).get("logo") if firm else None
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}" if picture else None
