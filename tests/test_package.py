"""What is installed: small enough to be fetched in a moment."""

import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
WHEEL = 1_000_000
"""Bytes that the wheel must not have."""
RECORDED = 50
"""Bytes that the list of digests has for a file, packed: a digest is as long as it is."""


def test_the_wheel_stays_below_a_megabyte(tmp_path):
    files = [
        p for p in (ROOT / "harness").rglob("*") if p.is_file() and "__pycache__" not in p.parts
    ]
    with zipfile.ZipFile(tmp_path / "wheel", "w", zipfile.ZIP_DEFLATED) as packed:
        for path in [*files, ROOT / "README.md", ROOT / "LICENSE"]:
            packed.write(path, path.relative_to(ROOT))
    assert (tmp_path / "wheel").stat().st_size + RECORDED * len(files) < WHEEL
