"""What the verbs do to every suite, `nox -s page` does without torch; one suite shows it."""

from test_imports import without_torch

SMALL = "mlp-device-timing"


def test_a_suite_is_checked_judged_and_reported_without_torch(tmp_path):
    records = ["--results", "results/reference/x86_64-h100"]
    page = [*records, "--profile", "full", "--out", str(tmp_path)]
    without_torch(
        ["list"],
        ["check", SMALL],
        ["claims", SMALL, *records],
        ["report", SMALL, *page],
    )
    assert (tmp_path / "index.html").is_file()
