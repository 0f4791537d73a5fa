"""The command line: ``invoice-tracker --help``."""

import json

import typer

from invoice_tracker.main import create_app
from invoice_tracker.settings import Environment, Settings

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


if __name__ == "__main__":
    app()
