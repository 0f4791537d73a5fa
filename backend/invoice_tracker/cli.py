"""The command line: ``invoice-tracker --help``."""

import asyncio
import json
from datetime import date
from typing import Annotated

import typer

from invoice_tracker.collections.previewing import preview_day
from invoice_tracker.main import create_app
from invoice_tracker.settings import Environment, Settings, get_settings
from invoice_tracker.wiring import build_adapters

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.callback()
def root() -> None:
    """Tools beside the API and the worker."""


@app.command("export-openapi")
def export_openapi() -> None:
    """Print the API's contract, independent of this machine's settings."""
    settings = Settings(_env_file=None, environment=Environment.test, web_dist=None)
    document = create_app(settings=settings).openapi()
    print(json.dumps(document, indent=2, ensure_ascii=False))


@app.command("preview-reminders")
def preview_reminders(
    on: Annotated[str, typer.Option(help="A day of the firms, such as 2026-03-02")],
) -> None:
    """Print the mails and calls of a day, firm by firm, as the worker would decide them."""
    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise typer.BadParameter("Please write the day as 2026-03-02.") from error
    asyncio.run(_preview(day))


async def _preview(day: date) -> None:
    async with build_adapters(get_settings()) as adapters:
        async for line in preview_day(adapters, on=day):
            print(line)


if __name__ == "__main__":
    app()
