"""A reminder set is written on its timeline: by mouse, finger and keys, the mail beside it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.demo import Demo
from e2e.looking import SHOTS
from e2e.steps import log_in

pytestmark = pytest.mark.browser


def step(page: Page, number: int) -> Locator:
    return page.get_by_role("slider", name=re.compile(f"^Step {number},"))


def drag(page: Page, what: Locator, *, right: int = 0, down: int = 0) -> None:
    box = what.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2, steps=3)
    page.mouse.move(x + right, y + down, steps=3)
    page.mouse.up()


def day_of(what: Locator) -> int:
    return int(what.get_attribute("aria-valuenow") or "")


def test_a_step_is_moved_on_the_timeline(demo: Demo, page: Page) -> None:
    log_in(page, demo)
    page.goto(f"{demo.product}/reminder-sets/new?from=gentle")
    page.get_by_role("textbox", name="Name", exact=True).fill("Moved by hand")
    expect(step(page, 1)).to_have_attribute("aria-valuenow", "7")

    drag(page, step(page, 2), right=120)
    later = day_of(step(page, 2))
    assert later > 21
    expect(page.get_by_role("heading", name="Step 2 of 3")).to_be_visible()
    expect(page.get_by_role("textbox", name="Number")).to_have_value(str(later))

    # Past its neighbour, it takes the neighbour's place; Escape takes a drag back.
    drag(page, step(page, 1), right=700)
    expect(page.get_by_role("heading", name="Step 3 of 3")).to_be_visible()
    assert [day_of(step(page, number)) for number in (1, 2)] == [later, 45]
    last = day_of(step(page, 3))
    box = step(page, 3).bounding_box()
    assert box
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] - 300, box["y"] + 9, steps=3)
    assert day_of(step(page, 3)) < last
    page.keyboard.press("Escape")
    page.mouse.up()
    assert day_of(step(page, 3)) == last

    # By keys: one day, then a week; the page does not scroll away under it.
    step(page, 1).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(step(page, 1)).to_have_attribute("aria-valuenow", str(later - 8))
    expect(step(page, 1)).to_be_focused()

    page.keyboard.press("Control+s")
    expect(page.get_by_text("Moved by hand is saved.")).to_be_visible()
    page.reload()
    expect(step(page, 3)).to_have_attribute("aria-valuenow", str(last))


def test_the_mail_beside_it_is_the_clients(demo: Demo, page: Page) -> None:
    log_in(page, demo)
    page.goto(f"{demo.product}/reminder-sets/new?from=standard")
    mail = page.frame_locator("iframe[title='Preview of the e-mail']")
    expect(page.get_by_text(re.compile(r"^With invoice \d+"))).to_be_visible()
    expect(mail.get_by_role("link", name=re.compile(r"^Pay \$")).first).to_be_visible()
    page.get_by_role("textbox", name="Subject").fill("A word about {{ invoice.number }}")
    expect(page.get_by_text(re.compile(r"^A word about \d+"))).to_be_visible()
    page.get_by_role("radiogroup", name="How it is shown").get_by_text("Text").click()
    expect(page.get_by_role("region", name="Plain text of the e-mail")).to_contain_text("/pay/")

    # What the linter says stands beside the field it is about.
    page.get_by_role("textbox", name="Subject").fill("{{ nothing.like_this }}")
    expect(page.get_by_role("alert").filter(has_text="nothing.like_this").first).to_be_visible()
    expect(step(page, 1)).to_have_attribute("aria-valuetext", re.compile("note"))

    page.get_by_role("link", name="Invoices", exact=True).click()
    dialog = page.get_by_role("dialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Stay here").click()
    expect(page).to_have_url(re.compile("/reminder-sets/new"))


def test_a_step_is_moved_by_finger_on_a_phone(demo: Demo, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    log_in(page, demo)
    page.goto(f"{demo.product}/reminder-sets/new?from=gentle")
    expect(step(page, 1)).to_have_attribute("aria-orientation", "vertical")
    before = day_of(step(page, 3))
    step(page, 3).scroll_into_view_if_needed()
    box = step(page, 3).bounding_box()
    assert box
    x, y = box["x"] + 20, box["y"] + 16
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for moved in (10, 25, 40):
        touch("touchMove", {"x": x, "y": y - moved})
    touch("touchEnd")
    expect(step(page, 3)).not_to_have_attribute("aria-valuenow", str(before))
    assert day_of(step(page, 3)) < before
    (SHOTS / "phone-dark").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "phone-dark" / "set-timeline.png")
