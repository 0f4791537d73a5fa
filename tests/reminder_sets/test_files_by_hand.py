"""`invoice-tracker sets`: files from the command line."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from typer.testing import CliRunner, Result

from factories import make_firm
from invoice_tracker import cli
from invoice_tracker.core.deps import Adapters

FILE = """\
format: 1
name: Polite
steps:
  - kind: email
    anchor: due
    offset_days: 7
    subject: Invoice {{ invoice.number }}
    body: |-
      {{ invoice.balance }} is open.
      {{ pay.link }}
"""
Run = Callable[..., Any]


@pytest.fixture
async def run(committed_adapters: Adapters, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line over the test's database."""

    @asynccontextmanager
    async def build(_: object) -> AsyncIterator[Adapters]:
        yield committed_adapters

    monkeypatch.setattr(cli, "build_adapters", build)
    monkeypatch.setattr(cli, "get_settings", lambda: None)
    async with committed_adapters.database.transaction() as session:
        await make_firm(session, now=committed_adapters.clock.now(), name="Hale & Moreno")

    async def invoke(*words: str, text: str | None = None) -> Result:
        # The command has an event loop of its own, so it runs in a thread.
        call = partial(CliRunner().invoke, cli.app, ["sets", *words], input=text)
        return await anyio.to_thread.run_sync(call)

    return invoke


async def test_in_out_and_the_difference(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "polite.yaml"
    path.write_text(FILE)
    saved = await run("import", str(path))
    assert (saved.exit_code, saved.stdout) == (0, "Polite is saved as version 1.\n")
    out = await run("export", "polite")
    assert out.exit_code == 0
    assert (await run("diff", "Polite", "-", text=out.stdout)).exit_code == 0
    changed = out.stdout.replace("offset_days: 7", "offset_days: 9")
    differs = await run("diff", "Polite", "-", text=changed)
    assert differs.exit_code == 1
    assert "-    offset_days: 7\n+    offset_days: 9" in differs.stdout
    next_one = await run("import", "-", "--over", "Polite", text=changed)
    assert next_one.stdout == "Polite is saved as version 2.\n"
    assert (await run("export", "Polite")).stdout == changed


async def test_faults_go_to_the_error_output(run: Run) -> None:
    wrong = FILE.replace("offset_days", "ofset_days").replace("kind: email", "kind: fax")
    answer = await run("import", "-", text=wrong)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert [line.split(":")[0] for line in answer.stderr.splitlines()] == ["line 4", "line 6"]
    missing = await run("export", "Nobody's")
    assert missing.exit_code == 2
    assert "no reminder set called “Nobody's”" in missing.stderr


async def test_one_of_several_firms_is_named(run: Run, committed_adapters: Adapters) -> None:
    async with committed_adapters.database.transaction() as session:
        await make_firm(session, now=committed_adapters.clock.now(), name="Other LLP")
    which = await run("import", "-", text=FILE)
    assert which.exit_code == 2
    assert "Hale & Moreno, Other LLP" in which.stderr
    assert (await run("import", "-", "--firm", "Other LLP", text=FILE)).exit_code == 0
    assert (await run("export", "Polite", "--firm", "Hale & Moreno")).exit_code == 2
