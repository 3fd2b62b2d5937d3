"""Take the pictures of the page that README and docs show, in a headless Chromium.

``python reports/pictures/take.py reports/reference/index.html``
"""

from __future__ import annotations

import sys
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "browser"))

from chromium_pipe import browser, find  # noqa: E402 found where the line above says

SHOTS = (
    ("report.png", 1280, 1100, "", ""),
    ("report-ledger.png", 1280, 800, "ledger&answer=fails&document=1", ""),
    ("report-claim.png", 1280, 1000, "claim-mnist-optimizers-accuracy-increase", ""),
    ("report-figure.png", 640, 560, "claim-mnist-optimizers-accuracy-increase", "#card figure"),
    ("report-gate.png", 960, 640, "selftest", "#selftest"),
    ("report-phone.png", 360, 740, "", ""),
)
"""File, width and height in CSS pixels, the place on the page, and what to scroll to."""


def main(page: Path) -> None:
    """Write every picture beside this file."""
    path = find()
    if path is None:
        sys.exit("there must be a Chromium on the PATH, got none; install one")
    with TemporaryDirectory() as profile, browser(path, Path(profile)) as chromium:
        for name, width, height, place, seen in SHOTS:
            chromium.open(page, width, "light", height)
            chromium.evaluate(f"location.hash = {place!r}; document.activeElement.blur()")
            chromium.evaluate("new Promise((done) => setTimeout(() => done(0), 500))")
            if seen:
                chromium.evaluate(f"document.querySelector({seen!r}).scrollIntoView()")
            shot = chromium.call("Page.captureScreenshot", format="png")
            (HERE / name).write_bytes(b64decode(shot["data"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
