"""A reminder set leaves as a file, is changed there, and comes back as the next version."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.demo import Demo
from e2e.looking import SHOTS
from e2e.steps import log_in

pytestmark = pytest.mark.browser


def test_a_set_goes_out_and_comes_back(demo: Demo, page: Page, tmp_path: Path) -> None:
    log_in(page, demo)
    page.goto(f"{demo.product}/reminder-sets")
    page.get_by_role("link", name="Standard").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as file").click()
    assert download.value.suggested_filename == "standard.yaml"
    path = tmp_path / "standard.yaml"
    download.value.save_as(path)
    # Not its days: other stories live on this set.
    text = re.sub("^description: .*\n", "", path.read_text(), flags=re.MULTILINE)
    path.write_text(text.replace("steps:\n", "description: For most clients.\nsteps:\n"))

    page.goto(f"{demo.product}/reminder-sets")
    page.get_by_role("button", name="Import from a file").click()
    dialog = page.get_by_role("dialog")
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(path)
    expect(dialog.get_by_text("+description: For most clients.")).to_be_visible()
    for look, width in (("wide", 1280), ("phone", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light" if look == "wide" else "dark")
        page.wait_for_timeout(500)  # colours fade over
        page.screenshot(path=SHOTS / f"import-{look}.png")
    dialog.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text("is saved as version 2.")).to_be_visible()
