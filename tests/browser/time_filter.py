"""How long a filter of the ledger takes, from the key pressed to the rows laid out.

``python tests/browser/time_filter.py reports/reference/index.html``
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from chromium_pipe import browser, find

WORDS = ("adam", "loss", "", "33", "gradient of the", "h", "he", "nowhere", "numpy", "e")
TIMED = """
(async () => {
  const field = document.querySelector("[name=q]");
  const found = [];
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  document.getElementById("ledger").scrollIntoView();
  await frame();
  for (let round = 0; round < 20; round++)
    for (const words of WORDS) {
      const from = performance.now();
      field.value = words;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      document.body.offsetHeight;
      const done = performance.now();
      await frame();
      found.push([done - from, performance.now() - from]);
    }
  return found;
})()
"""


def main(page: Path) -> None:
    """Print medians and the slowest of 200 filters."""
    path = find()
    if path is None:
        sys.exit("there must be a Chromium on the PATH, got none; install one")
    with TemporaryDirectory() as profile, browser(path, Path(profile)) as chromium:
        for width in (1440, 360):
            chromium.open(page, width, "light")
            timed = chromium.evaluate(TIMED.replace("WORDS", json.dumps(WORDS)))
            for index, name in enumerate(("laid out", "next frame")):
                ordered = sorted(both[index] for both in timed)
                sys.stdout.write(
                    f"{width} px, until {name}: median {statistics.median(ordered):.1f} ms, "
                    f"95 % within {ordered[int(0.95 * len(ordered))]:.1f} ms, n = {len(ordered)}\n"
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
