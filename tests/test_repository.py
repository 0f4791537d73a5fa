"""What a clone must be like, whatever it was made on."""

import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
ALLOWED_AT_THE_TOP = {
    "backend", "frontend", "openapi", "migrations", "tests",
    "docker-compose.yml", "Makefile", "README.md", "LICENSE",
}  # fmt: skip
LOCKS = ("backend/requirements.lock", "frontend/package-lock.json")


def tracked() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return listing.stdout.splitlines()


def test_nothing_new_stands_at_the_top() -> None:
    names = {path.split("/")[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= ALLOWED_AT_THE_TOP


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_no_addresses(lock: str) -> None:
    text = (TOP / lock).read_text()
    assert "sha256:" in text or "sha512-" in text
    assert '"resolved"' not in text
    assert not re.search(r"^\s*--(index|extra-index|find-links)", text, re.MULTILINE)


def test_every_setting_is_explained() -> None:
    from invoice_tracker.settings import Settings

    # Set by the image or by `make demo`, not by who runs the product.
    not_for_operators = {"WEB_DIST", "CLOCK", "CLOCK_FILE"}
    explained = (TOP / ".env.example").read_text()
    names = {name.upper() for name in Settings.model_fields} - not_for_operators
    assert {name for name in names if name not in explained} == set()


def test_the_readme_names_commands_that_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (TOP / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`(?:\w+=\w+ )?make ([a-z0-9-]+)", (TOP / "README.md").read_text()))
    assert named
    assert named <= targets
