"""The import order of the tree. Each package may import what stands before it, never after."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

PACKAGE = "invoice_tracker"
ROOT = Path(__file__).resolve().parent.parent / "backend" / PACKAGE

# Each line may import the lines above it. What shares a line may not import one another.
ORDER = (
    {"domain", "settings"},
    {"ports"},
    {"core"},
    {"accounts"},
    {"firms"},
    {"outbox", "inbox", "events"},
    {"invoices"},
    {"payments"},
    {"reminder_sets"},
    {"collections"},
    {"auto_collect", "answers"},
    {"reports"},
    {"integrations.clio", "integrations.stripe", "integrations.mail"},
    {"models"},
    {"first_run", "health", "wiring"},
    {"api", "worker"},
    {"main"},
    {"cli"},
)
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
# They stand for the outside world, and the supervisor of `make demo` starts everything.
APART = {"sandbox", "embedded"}
MAY_IMPORT_ARQ = {"worker", "wiring"}
PURE = {"domain"}


def room_of(module: str) -> str:
    """The room a dotted name below the package lies in."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "integrations" and len(parts) > 1 else parts[0]


def modules() -> Iterator[tuple[Path, str]]:
    """Every source file with its dotted name below the package."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        if parts:
            yield path, ".".join(parts)


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, wherever in the file the import stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            yield module
            if module in {PACKAGE, f"{PACKAGE}.integrations"}:
                yield from (f"{module}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> set[str]:
    """Rooms of the package that a file imports."""
    names = (name.removeprefix(f"{PACKAGE}.") for name in imports_of(path) if PACKAGE in name)
    return {room_of(name) for name in names if name not in {PACKAGE, "integrations"}}


@pytest.mark.parametrize(("path", "module"), list(modules()))
def test_imports_point_leftwards(path: Path, module: str) -> None:
    room = room_of(module)
    if room in APART or room == "integrations":
        return
    assert room in RANK, f"{room} has no place in the order: add it to ORDER"
    for other in own_imports(path) - {room}:
        assert other not in APART, f"{module} imports {other}, which stands outside the product"
        assert RANK[other] < RANK[room], f"{module} imports {other}, which stands to its right"


def test_the_sandbox_knows_nothing_of_the_product() -> None:
    for path, module in modules():
        if room_of(module) == "sandbox" and not module.startswith("sandbox.demo"):
            assert own_imports(path) <= {"sandbox"}, module


def test_the_domain_is_pure() -> None:
    forbidden = {"sqlalchemy", "pydantic", "httpx", "fastapi", "asyncio", "structlog", "stripe"}
    for path, module in modules():
        if room_of(module) in PURE:
            assert not {name.split(".")[0] for name in imports_of(path)} & forbidden, module
            text = path.read_text()
            assert not re.search(r"\b(now|today)\(", text), f"{module} reads a clock"


def test_only_the_worker_and_its_wiring_know_the_queue() -> None:
    for path, module in modules():
        if any(name.split(".")[0] == "arq" for name in imports_of(path)):
            assert module in MAY_IMPORT_ARQ, module


def test_only_clocks_tell_the_time() -> None:
    for path, module in modules():
        if room_of(module) in APART or module == "core.clock":
            continue
        text = path.read_text()
        assert "datetime.now(" not in text, module
        assert "time.time(" not in text, module


@pytest.mark.parametrize("process", ["invoice_tracker.worker", "invoice_tracker.main"])
def test_each_process_knows_every_table(process: str) -> None:
    # In a process of its own: this one has imported them all.
    check = (
        f"import {process}; from invoice_tracker.core.orm import Base; "
        "known = len(Base.metadata.sorted_tables); import invoice_tracker.models; "
        "assert known == len(Base.metadata.sorted_tables), known"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


def test_no_room_is_a_drawer() -> None:
    names = {path.name for path, _ in modules()}
    assert not names & {"utils.py", "helpers.py", "common.py", "misc.py"}


def test_the_order_names_each_room_once() -> None:
    assert all(not left & right for left, right in pairwise(ORDER))
    assert len(RANK) == sum(len(rooms) for rooms in ORDER)
