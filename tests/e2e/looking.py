"""Looking at a screen: a picture of it, what axe finds, and whether it is too wide."""

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

from e2e.demo import TOP

Theme = Literal["light", "dark"]

SHOTS = TOP / ".state" / "screenshots"
AXE = (TOP / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS: dict[str, tuple[int, Theme]] = {"wide-light": (1280, "light"), "phone-dark": (390, "dark")}


def problems(page: Page) -> list[str]:
    """What axe finds, a line each."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{item['id']}: {item['help']}: {node['target']}"
        for item in found["violations"]
        for node in item["nodes"]
    ]


def settle(page: Page) -> None:
    """Wait until nothing is loading. The stream of events, always open, does not count."""
    page.wait_for_load_state("load")
    page.wait_for_function(
        """() => {
            const now = performance.getEntriesByType("resource").length;
            const busy = document.querySelector("[aria-busy=true]") !== null;
            const before = window.settled ?? {count: -1, since: performance.now()};
            const same = before.count === now && !busy;
            window.settled = {count: now, since: same ? before.since : performance.now()};
            return same && performance.now() - before.since > 500;
        }""",
        polling=100,
    )


def examine(page: Page, name: str, look: str) -> None:
    """Wait until the screen is there, photograph it, and look for problems."""
    settle(page)
    folder: Path = SHOTS / look
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{wider} pixels too wide"
    assert problems(page) == []
