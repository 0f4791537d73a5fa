"""The command line: ``invoice-tracker --help``."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, TypeVar

import typer

from invoice_tracker.collections.previewing import preview_day
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import ProductError
from invoice_tracker.main import create_app
from invoice_tracker.reminder_sets import files_by_hand
from invoice_tracker.reminder_sets.files_schema import FileDifference
from invoice_tracker.settings import Environment, Settings, get_settings
from invoice_tracker.wiring import build_adapters

Result = TypeVar("Result")

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


sets = typer.Typer(no_args_is_help=True, help="Reminder sets as YAML files.")
app.add_typer(sets, name="sets")

OfFirm = Annotated[str | None, typer.Option("--firm", help="Its name, where there are several")]
SetName = Annotated[str, typer.Argument(help="The set's name")]
SetFile = Annotated[typer.FileText, typer.Argument(help="A YAML file; - reads from the input")]


@sets.command("export")
def export_reminder_set(name: SetName, firm: OfFirm = None) -> None:
    """Print a set's newest version."""

    async def work(adapters: Adapters) -> str:
        firm_id = await files_by_hand.find_firm(adapters, name=firm)
        return await files_by_hand.export_by_name(adapters, firm_id=firm_id, name=name)

    print(_carried_out(work), end="")


@sets.command("import")
def import_reminder_set(
    file: SetFile,
    over: Annotated[
        str | None, typer.Option(help="Save as the next version of the set of this name")
    ] = None,
    firm: OfFirm = None,
) -> None:
    """Save a file as a new set, or as the next version of one."""
    text = file.read()

    async def work(adapters: Adapters) -> str:
        firm_id = await files_by_hand.find_firm(adapters, name=firm)
        name, version = await files_by_hand.import_by_name(
            adapters, firm_id=firm_id, text=text, over=over
        )
        return f"{name} is saved as version {version}."

    print(_carried_out(work))


@sets.command("diff")
def compare_reminder_set(name: SetName, file: SetFile, firm: OfFirm = None) -> None:
    """Print what a file would change in a set; ends with 1 if that is anything, like diff."""
    text = file.read()

    async def work(adapters: Adapters) -> FileDifference:
        firm_id = await files_by_hand.find_firm(adapters, name=firm)
        return await files_by_hand.compare_by_name(adapters, firm_id=firm_id, text=text, name=name)

    found = _carried_out(work)
    for finding in found.findings:
        print(f"line {finding.line}: {finding.level}: {finding.message}", file=sys.stderr)
    if found.difference:
        print(found.difference)
        raise typer.Exit(1)


def _carried_out(work: Callable[[Adapters], Awaitable[Result]]) -> Result:
    """The result; an error that a person can act on is printed, and ends the command with 2."""

    async def run() -> Result:
        async with build_adapters(get_settings()) as adapters:
            return await work(adapters)

    try:
        return asyncio.run(run())
    except ProductError as error:
        said = [each.message for each in error.errors] or [error.detail]
        print("\n".join(said), file=sys.stderr)
        raise typer.Exit(2) from error


if __name__ == "__main__":
    app()
