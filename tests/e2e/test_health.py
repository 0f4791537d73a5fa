"""Settings → Health: what runs by itself, in words."""

import pytest
from playwright.sync_api import Page, expect

from e2e.demo import Demo
from e2e.looking import examine
from e2e.steps import log_in

pytestmark = pytest.mark.browser


def test_health_is_told_in_words(
    demo: Demo,
    look: tuple[str, Page],
) -> None:
    words, page = look
    page.goto(f"{demo.product}/settings")
    page.get_by_role("link", name="Health").click()
    report = page.get_by_role("region", name="Health")
    worker = report.get_by_role("listitem").filter(has_text="Worker")
    expect(worker.first).to_contain_text("At work")
    expect(report.get_by_role("listitem").filter(has_text="Reading Clio")).to_contain_text("Read")
    examine(page, "settings-health", words)


def test_a_dead_worker_comes_first(page: Page, demo: Demo) -> None:
    """As the API tells it once the worker is gone; that it does is tested there."""
    log_in(page, demo)
    answer = page.request.get(f"{demo.product}/api/v1/health-report").json()
    for line in answer["lines"]:
        if line["key"].startswith("worker"):
            line |= {
                "standing": "bad",
                "sentence": "Not seen for 12 minutes: nothing is read and nothing is sent.",
                "advice": "Ask whoever runs the installation to start the worker again.",
            }
    page.route(
        "**/api/v1/health-report",
        lambda route: route.fulfill(json=answer | {"standing": "bad"}),
    )
    page.goto(f"{demo.product}/settings/health")
    expect(page.get_by_text("Something needs somebody.")).to_be_visible()
    first = page.get_by_role("region", name="Health").get_by_role("listitem").first
    expect(first).to_contain_text("Not seen for 12 minutes")
    expect(first.get_by_role("img", name="Not good")).to_be_visible()
    examine(page, "settings-health-bad", "wide-light")
