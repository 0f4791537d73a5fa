"""A headless Chromium without root: an installed one, or the one an npm package carries."""

import os
import shutil
import subprocess
from pathlib import Path

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
UNPACK = (
    "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))"
)
# Own flags: the package's defaults switch web security off.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--no-zygote",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--font-render-hinting=none",
]


def executable() -> str:
    """``CHROMIUM_PATH``, else an installed browser, else the package's, unpacked."""
    given = os.environ.get("CHROMIUM_PATH")
    if given:
        return given
    installed = next((path for name in NAMES if (path := shutil.which(name))), None)
    if installed:
        return installed
    unpacked = subprocess.run(
        ["node", "-e", UNPACK], cwd=FRONTEND, capture_output=True, text=True, check=True
    )
    return unpacked.stdout.strip()
