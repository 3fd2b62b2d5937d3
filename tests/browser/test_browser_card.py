"""The card of a claim: the published number in the suite's figure, and files made of both."""

import csv
import io
from xml.etree import ElementTree

import fake_results as fake
import fake_verdicts
import pytest
from fake_suites import figure

from harness import report
from harness.types import Grounds, Interval

pytestmark = pytest.mark.browser

CARD = "document.getElementById('card')"
SETTLED = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(0), 30)))"
CLAIM = {
    "id": "adam",
    "quote": "Adam reaches 60 %.",
    "source": {"key": "notes", "section": "1"},
    "metric": "test_accuracy",
    "where": {"optimizer": "adam"},
    "expect": {"value": 0.6, "tolerance": 0.02},
}
HEIGHTS = """
(() => {
  const svg = document.querySelector("#card figure svg.drawing");
  const middle = (e) => { const b = e.getBoundingClientRect(); return (b.top + b.bottom) / 2; };
  const texts = [...svg.querySelectorAll("text")];
  const tick = (words) => middle(texts.find((text) => text.textContent === words));
  const line = svg.querySelector(".published .line").getBoundingClientRect();
  return [tick("20 %"), tick("40 %"), (line.top + line.bottom) / 2];
})()
"""
SMALLEST = """
[...document.querySelectorAll("#card svg text")].map((t) => {
  const size = parseFloat(getComputedStyle(t).fontSize);
  const svg = t.ownerSVGElement;
  return size * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
}).reduce((a, b) => Math.min(a, b))
"""
ALONE = "download.alone(document.querySelector('#card figure svg.drawing'))"
ROWS = "download.rows(DATA.rows[0].c[0])"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    maker, values = fake.Maker(), (0.5, 0.52, 0.54)
    for name in ("sgd", "adam"):
        for seed, value in enumerate(values):
            maker.add("demo", "train", {"optimizer": name}, seed, metrics={"test_accuracy": value})
    bars = figure("bars", "bars", "Accuracy by optimizer", x="optimizer", y="test_accuracy")
    suite = fake.suite_of(claims=[CLAIM], figures=[bars])
    found = fake_verdicts.finding(
        "contradicted",
        measured=0.52,
        n=3,
        grounds=Grounds(Interval(0.5, 0.54, 0.95), 0.58, 0.62, 0.6, values),
    )
    verdict = fake_verdicts.verdict(
        "adam", "contradicted", suite="demo", quote=CLAIM["quote"], findings=(found,)
    )
    archive = maker.archive()
    out = tmp_path_factory.mktemp("card") / "index.html"
    commands = {"demo": "harness run demo"}
    found = fake.results_of([suite], archive, "full", [verdict])
    return report.build([suite], found, archive.environments, [verdict], "full", out, commands)


@pytest.fixture
def card(chromium, page):
    def opened(width, scheme="light"):
        chromium.complaints.clear()
        chromium.open(page, width, scheme)
        chromium.evaluate("location.hash = 'claim-demo-adam'")
        chromium.evaluate(SETTLED)
        return chromium

    return opened


@pytest.mark.parametrize("width", [360, 1440])
def test_the_published_number_lies_in_the_figure_where_its_axis_says(card, width):
    browser = card(width)
    twenty, forty, line = browser.evaluate(HEIGHTS)
    assert line == pytest.approx(forty - (twenty - forty), abs=2.0)
    words = browser.evaluate("document.querySelector('#card .published text').textContent")
    assert words == "published 60 %"
    assert browser.evaluate("document.querySelectorAll('#card .published .said').length") == 1
    assert browser.complaints == []


def test_every_text_in_pictures_is_eleven_pixels_high_on_a_phone(card):
    assert card(360).evaluate(SMALLEST) >= 10.9


def test_the_chart_names_the_number_its_axis_and_every_track(card):
    browser = card(1440)
    texts = browser.evaluate(
        "[...document.querySelectorAll('.chart text')].map((t) => t.textContent)"
    )
    assert texts[0] == "published 60 %"
    assert any(text.startswith("✗ numpy/cpu, AMD EPYC") for text in texts)
    assert texts[-1] == "test accuracy"
    dots = browser.evaluate("document.querySelector('.chart .dots').getAttribute('d')")
    assert dots.count("M") == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_taken_away_is_whole_by_itself(card, scheme):
    browser = card(1440, scheme)
    text = browser.evaluate(ALONE)
    ElementTree.fromstring(text)  # noqa: S314 we made it
    assert "var(" not in text
    assert "class=" not in text
    assert "published 60 %" in text
    ink = {"light": "rgb(27, 36, 48)", "dark": "rgb(230, 234, 240)"}[scheme]
    assert ink in text


def test_files_are_written_without_a_network(card, tmp_path):
    browser = card(1440)
    browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    for index in range(3):
        button = f"document.querySelectorAll('#card .files button')[{index}]"
        browser.evaluate(f"{button}.click()")
        browser.evaluate("new Promise((done) => setTimeout(() => done(0), 600))")
    kinds = {path.suffix: path.read_bytes() for path in tmp_path.iterdir()}
    assert kinds[".svg"].startswith(b"<svg")
    assert kinds[".png"].startswith(b"\x89PNG")
    rows = list(csv.DictReader(io.StringIO(kinds[".csv"].decode())))
    assert [float(row["value"]) for row in rows] == [0.5, 0.52, 0.54]
    assert {row["claim"] for row in rows} == {"demo/adam"}
    assert browser.complaints == []


def test_a_chart_is_drawn_anew_when_the_window_narrows(card):
    browser = card(1440)
    wide = "document.querySelector('.chart svg').getBoundingClientRect().width"
    assert browser.evaluate(wide) > 600
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=360,
        height=900,
        deviceScaleFactor=1,
        mobile=True,
    )
    browser.evaluate(SETTLED)
    browser.evaluate(SETTLED)
    assert browser.evaluate(wide) <= 360
    assert browser.evaluate("document.querySelectorAll('.chart svg').length") == 1
    smallest = SMALLEST.replace("#card svg text", "#card .chart text")
    assert browser.evaluate(smallest) == pytest.approx(12.0)
    assert browser.complaints == []
