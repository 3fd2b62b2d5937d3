import os
from pathlib import Path

import fake_results as fake
import fake_suites
import fake_verdicts
import pytest
from test_report_speed import FOUND, SELFTEST

from harness import report

pytestmark = pytest.mark.browser

OVERFLOW = """
[...document.querySelectorAll("body *")]
  .filter((e) => !e.closest(".scroll, pre, .skip, thead, svg, .aloud, dialog:not([open])"))
  .filter((e) => e.getClientRects().length)
  .filter((e) => e.getBoundingClientRect().right > WIDTH + 0.5)
  .map((e) => e.tagName + "." + e.className)
"""
DRAWN = """
[...document.querySelectorAll(".picture > svg")].map((e) => e.getBoundingClientRect().width)
"""
COLOUR = "getComputedStyle(document.querySelector('.picture text')).fill"
ROWS = (
    "[...document.querySelectorAll('.rows > li')].map((r) => r.querySelector('.quote').innerText)"
)
AXE = """
axe.run({ exclude: [["svg"]] }, {resultTypes: ["violations"]}).then((found) =>
  found.violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 200)}`))
"""
TWICE = """
(() => {
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
})()
"""
UNFOLD = """
document.querySelectorAll(".later").forEach((near) => later.build(near));
document.querySelectorAll("details").forEach((d) => d.open = true);
new Promise((done) => setTimeout(() => {
  document.querySelectorAll("details").forEach((d) => d.open = true);
  setTimeout(() => done(0), 50);
}, 50))
"""
SETTLED = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(0), 30)))"
CONTRAST = """
(() => {
  const numbers = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => {
    const [r, g, b] = numbers(c).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const clear = (c) => numbers(c).length === 4 && numbers(c)[3] === 0;
  const behind = (e) => {
    while (e && clear(getComputedStyle(e).backgroundColor)) e = e.parentElement;
    return e ? getComputedStyle(e).backgroundColor : "rgb(255, 255, 255)";
  };
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((e) => own(e) && e.getClientRects().length && !["SCRIPT", "STYLE"].includes(e.tagName))
    .map((e) => {
      const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), e.tagName + "." + e.className];
    })
    .filter(([ratio]) => ratio < 4.5);
})()
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    suites, archive = fake_suites.everything()
    long = "unbroken" * 24
    hard = fake_verdicts.verdict("long", "inconclusive", quote=long, reason=long, published=long)
    out = tmp_path_factory.mktemp("page") / "index.html"
    return report.build(
        suites,
        fake.results_of(suites, archive, "quick"),
        archive.environments,
        (*fake_verdicts.verdicts(), hard),
        "quick",
        out,
        lambda suite: f"harness run {suite} " + "--flag " * 30,
        history=FOUND,
        selftest=SELFTEST,
    )


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture(params=[360, 768, 1440])
def width(request):
    return request.param


@pytest.fixture
def opened(width, scheme, chromium, page):
    chromium.complaints.clear()
    chromium.requests.clear()
    chromium.open(page, width, scheme)
    # what is folded away must fit too
    chromium.evaluate(UNFOLD)
    return chromium


@pytest.fixture
def at_once(chromium, page):
    chromium.complaints.clear()
    chromium.open(page, 1440, "light")
    return chromium


def go(browser, place):
    """Follow an address of the page, and wait until it is shown."""
    browser.evaluate(f"location.hash = {place!r}")
    browser.evaluate(SETTLED)


def press(browser, key):
    for kind in ("keyDown", "keyUp"):
        browser.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key=key,
            code=key,
            text="\r" if key == "Enter" and kind == "keyDown" else "",
            windowsVirtualKeyCode={"Enter": 13, "Escape": 27}[key],
        )
    browser.evaluate(SETTLED)


def test_the_page_fits_is_complete_and_complains_of_nothing(opened, width, scheme):
    drawn = opened.evaluate(DRAWN)
    figures = sum(len(suite.figures) for suite in fake_suites.everything()[0]) - 1 + len(FOUND)
    assert len(drawn) == figures
    assert all(wide > 200 for wide in drawn)
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    assert opened.evaluate(OVERFLOW.replace("WIDTH", str(width))) == []
    ink = {"light": "rgb(27, 36, 48)", "dark": "rgb(230, 234, 240)"}[scheme]
    assert opened.evaluate(COLOUR) == ink
    assert opened.complaints == []
    asked = [url for url in opened.requests if not url.startswith(("data:", "file:"))]
    assert asked == []


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core: of the package that ships it, or what ``HARNESS_AXE`` names."""
    named = os.environ.get("HARNESS_AXE")
    if named:
        return Path(named).read_text(encoding="utf-8")
    files = pytest.importorskip("axe_core_python").__path__
    return (Path(files[0]) / "axe.min.js").read_text(encoding="utf-8")


def test_axe_finds_nothing(opened, axe):
    opened.evaluate(axe + ";0")
    assert opened.evaluate(AXE) == []
    go(opened, "claim-demo-knn-saturated-despite-10x")
    assert opened.evaluate(AXE) == []
    assert opened.evaluate(TWICE) == []  # within drawings too, which are no one's to read
    opened.evaluate("document.getElementById('card').close()")


def test_little_is_built_before_it_is_wanted(at_once):
    assert at_once.evaluate("document.querySelectorAll('.suite svg').length") == 0
    go(at_once, "suite-demo-knn")
    assert at_once.evaluate("document.querySelectorAll('.suite svg').length") > 0
    assert at_once.evaluate("document.querySelector('#suite-demo-rates svg')") is None


def test_text_has_the_contrast_of_wcag_aa(opened):
    assert opened.evaluate(CONTRAST) == []


def test_the_first_screen_of_a_phone_shows_headline_counts_and_a_finding(chromium, page):
    chromium.open(page, 360, "light", 740)
    for part in ("h1", ".counts", ".findings li .strip svg"):
        bottom = f"document.querySelector('{part}').getBoundingClientRect().bottom"
        assert 0 < chromium.evaluate(bottom) < 740, part


def test_a_count_filters_and_the_address_says_so(at_once):
    assert len(at_once.evaluate(ROWS)) == 4
    at_once.evaluate("document.querySelector('.counts .fails').click()")
    at_once.evaluate(SETTLED)
    (row,) = at_once.evaluate(ROWS)
    assert row == "Accuracy saturated around 33% despite a 10x increase in data."
    assert at_once.evaluate("location.hash") == "#ledger&answer=fails"
    assert at_once.evaluate("document.querySelector('.filters output').value") == "1 of 4"


def test_words_are_searched_and_the_view_can_be_shared(at_once, page):
    at_once.evaluate("""
      document.querySelector("[name=q]").value = "SATURATED 10x";
      document.querySelector("[name=q]").dispatchEvent(new Event("input", {bubbles: true}));
    """)
    assert len(at_once.evaluate(ROWS)) == 1
    shared = at_once.evaluate("location.hash")
    at_once.open(page, 1440, "light")
    go(at_once, shared.removeprefix("#"))
    assert len(at_once.evaluate(ROWS)) == 1
    assert at_once.evaluate("document.querySelector('[name=q]').value") == "SATURATED 10x"
    go(at_once, "ledger&q=nowhere")
    assert at_once.evaluate(ROWS) == []
    assert at_once.evaluate("document.getElementById('nothing-left').hidden") is False


def test_rows_stand_as_in_the_document_or_farthest_off_first(at_once):
    before = at_once.evaluate(ROWS)
    go(at_once, "ledger&sort=distance")
    after = at_once.evaluate(ROWS)
    assert sorted(after) == sorted(before)
    assert after[0].startswith("Accuracy saturated")
    assert not before[0].startswith("Adam") or after != before


def test_a_claim_opens_from_the_keyboard_and_goes_back(at_once):
    go(at_once, "ledger&answer=fails")
    at_once.evaluate("document.querySelector('.rows a').focus()")
    press(at_once, "Enter")
    card = "document.getElementById('card')"
    assert at_once.evaluate(f"{card}.open") is True
    words = at_once.evaluate(f"{card}.innerText")
    for text in ("33%", "5 points ± 4", "on cifar10-jpeg", "The published curves peak", "Repeat it",
                 "harness run demo-knn"):  # fmt: skip
        assert text in words, text
    assert at_once.evaluate(f"{card}.querySelectorAll('.chart svg .strip').length") == 1
    assert at_once.evaluate(f"{card}.querySelectorAll('figure svg').length") == 1
    press(at_once, "Escape")
    assert at_once.evaluate(f"{card}.open") is False
    assert "claim-" not in at_once.evaluate("location.hash")


def test_a_suite_is_found_by_its_name(at_once):
    at_once.evaluate("""
      document.querySelector("#find-suite").value = "optimizers";
      document.querySelector("#find-suite").dispatchEvent(new Event("input"));
    """)
    left = "[...document.querySelectorAll('.suite')].filter((s) => !s.hidden).map((s) => s.id)"
    assert at_once.evaluate(left) == ["suite-demo-optimizers"]


def test_a_suite_is_found_by_its_question(at_once):
    at_once.evaluate("""
      document.querySelector("#find-suite").value = "more accurate";
      document.querySelector("#find-suite").dispatchEvent(new Event("input"));
    """)
    left = "[...document.querySelectorAll('.suite')].filter((s) => !s.hidden).map((s) => s.id)"
    assert at_once.evaluate(left) == ["suite-demo-optimizers"]


def test_a_suite_shows_its_sentences_with_the_finding_told_first(at_once, page):
    words = "document.getElementById('{}').innerText"
    rows = "[...document.querySelectorAll('#{} .rows > li')].map((r) => r.innerText)"
    go(at_once, "suite-demo-optimizers")
    text = at_once.evaluate(words.format("suite-demo-optimizers"))
    parts = ["Is Adam more accurate than SGD?", "sentences", "Adam (lr=0.001)", "Training loss",
             "784-128-64-10 ReLU", "Protocol"]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    shown = at_once.evaluate(rows.format("suite-demo-optimizers"))
    assert len(shown) == 2
    assert not any("Accuracy saturated" in row for row in shown)
    # told above its rows, and not once more among them
    go(at_once, "suite-demo-knn")
    text = at_once.evaluate(words.format("suite-demo-knn"))
    assert text.count("Accuracy saturated around 33% despite") == 1
    assert at_once.evaluate(rows.format("suite-demo-knn")) == []
    # the address may ask for a figure before anything was opened
    at_once.call("Page.navigate", url="about:blank")
    at_once.call("Page.navigate", url=page.resolve().as_uri() + "#figure-demo-optimizers-loss")
    at_once.evaluate("new Promise((done) => setTimeout(() => done(0), 800))")
    assert len(at_once.evaluate(rows.format("suite-demo-optimizers"))) == 2


def test_paper_has_every_sentence_at_hand_and_no_controls(at_once):
    go(at_once, "ledger")
    at_once.call("Emulation.setEmulatedMedia", media="print")
    at_once.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert at_once.evaluate("document.querySelectorAll('#print tbody tr').length") == 4
    assert at_once.evaluate("document.querySelector('.filters').offsetHeight") == 0
    size = "parseFloat(getComputedStyle(document.querySelector('#print {}')).fontSize)"
    assert at_once.evaluate(size.format("small")) <= at_once.evaluate(size.format("td"))
    assert "section " in at_once.evaluate("document.querySelector('#print').textContent")
    go(at_once, "ledger&q=saturated")
    at_once.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert at_once.evaluate("document.querySelector('#print p').textContent").startswith("1 of 4; ")
    go(at_once, "ledger")
    at_once.evaluate("dispatchEvent(new Event('afterprint'))")
    at_once.call("Emulation.setEmulatedMedia", media="")


def test_every_filter_is_within_reach_on_a_phone(chromium, page):
    chromium.open(page, 360, "light")
    widths = "[...document.querySelectorAll('.filters select')].map((e) => e.offsetWidth)"
    assert len(chromium.evaluate(widths)) == 5
    assert min(chromium.evaluate(widths)) > 100


def test_the_page_is_complete_without_scripts(chromium, page):
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(page, 360, "light")
        rows = chromium.evaluate("document.querySelectorAll('.plain tbody tr').length")
        filters = chromium.evaluate("document.querySelector('.filters').offsetHeight")
        figures = chromium.evaluate("document.querySelectorAll('.suite svg.drawing').length")
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
    assert rows == 4
    assert filters == 0
    assert figures == sum(len(suite.figures) for suite in fake_suites.everything()[0]) - 1
