"""The processes of ``make demo``, and a browser that looks at them."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from e2e.chromium import FLAGS, executable
from e2e.demo import Demo, start_demo
from e2e.looking import LOOKS, SHOTS
from e2e.steps import log_in


@pytest.fixture(scope="module")
def fresh_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo whose first run nobody has done yet."""
    yield from start_demo(tmp_path_factory.mktemp("fresh"), "--fresh")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo as ``make demo`` shows it."""
    yield from start_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of one person: own cookies, New York time, reduced motion."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 860},
        timezone_id="America/New_York",
        locale="en-US",
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that fails the test when a script on it does, and leaves a picture if it failed."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    failed = request.session.testsfailed
    yield page
    if request.session.testsfailed > failed:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"failed-{request.node.name}.png")
    assert not errors, "script errors on the page"


@pytest.fixture(scope="module")
def api(demo: Demo) -> Iterator[httpx.Client]:
    """The API as the owner, for ids and links."""
    with httpx.Client(
        base_url=f"{demo.product}/api/v1", headers={"Origin": demo.product}, timeout=30
    ) as client:
        client.post(
            "/sessions", json={"email": demo.email, "password": demo.password}
        ).raise_for_status()
        yield client


@pytest.fixture(scope="module", params=LOOKS)
def look(
    request: pytest.FixtureRequest, browser: Browser, demo: Demo
) -> Iterator[tuple[str, Page]]:
    """A logged-in page of one width and theme."""
    width, theme = LOOKS[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": 860},
        color_scheme=theme,
        timezone_id="America/New_York",
        reduced_motion="reduce",
    )
    page = context.new_page()
    log_in(page, demo)
    yield request.param, page
    context.close()
