"""What the sandbox's server-rendered pages share: a stylesheet, a base template, a few filters."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
ZERO_DECIMAL_WORDS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
ZERO_DECIMAL = frozenset(ZERO_DECIMAL_WORDS.split())
SYMBOLS = {"usd": "$", "cad": "CA$", "aud": "A$", "gbp": "£", "eur": "€"}


def add_style(app: FastAPI) -> None:
    """Serve the shared stylesheet at `/sandbox.css`."""

    @app.get("/sandbox.css", include_in_schema=False)
    async def style() -> FileResponse:
        return FileResponse(HERE / "pages.css", media_type="text/css")


def page_templates(folder: Path) -> Environment:
    """Templates of one sandbox service, with the shared base behind them."""
    environment = Environment(
        loader=FileSystemLoader([folder, HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = money
    environment.filters["moment"] = moment
    return environment


def render(
    environment: Environment, name: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """One page, never cached."""
    html = environment.get_template(name).render(**values)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})


def money(amount_minor: int, currency: str) -> str:
    """Minor units as people write them: `money(123456, "usd")` is `$1,234.56`."""
    code = currency.lower()
    sign = "−" if amount_minor < 0 else ""
    whole, cents = divmod(abs(amount_minor), 100)
    number = f"{abs(amount_minor):,}" if code in ZERO_DECIMAL else f"{whole:,}.{cents:02d}"
    return f"{sign}{SYMBOLS[code]}{number}" if code in SYMBOLS else f"{sign}{number} {code.upper()}"


def moment(value: datetime | int | str) -> str:
    """An instant (datetime, Unix seconds or ISO text) as `23 Nov 2026, 14:05 UTC`."""
    if isinstance(value, int):
        value = datetime.fromtimestamp(value, UTC)
    elif isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{value.astimezone(UTC):%-d %b %Y, %H:%M} UTC"
