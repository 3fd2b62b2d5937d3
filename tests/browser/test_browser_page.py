import chromium_pipe
import fake_results as fake
import fake_suites
import fake_verdicts
import pytest
from test_report_speed import FOUND, SELFTEST

from harness import report

pytestmark = pytest.mark.browser

OVERFLOW = """
[...document.querySelectorAll("body *")]
  .filter((e) => !e.closest(".scroll, pre, .skip, thead") && e.getClientRects().length)
  .filter((e) => e.getBoundingClientRect().right > WIDTH + 0.5)
  .map((e) => e.tagName + "." + e.className)
"""
IMAGES = """
Promise.all([...document.images].map((i) => i.decode().then(() => i.naturalWidth, () => 0)))
"""
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
def chromium(tmp_path_factory):
    path = chromium_pipe.find()
    if path is None:
        pytest.skip(f"no Chromium on the PATH (looked for {', '.join(chromium_pipe.NAMES)})")
    with chromium_pipe.browser(path, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    suites, archive = fake_suites.everything()
    long = "unbroken" * 24
    hard = fake_verdicts.verdict("long", "inconclusive", quote=long, reason=long, published=long)
    out = tmp_path_factory.mktemp("page") / "index.html"
    return report.build(
        suites,
        fake.plans_of(suites, archive),
        archive,
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


@pytest.fixture(params=[360, 1280])
def width(request):
    return request.param


@pytest.fixture
def opened(width, scheme, chromium, page):
    chromium.complaints.clear()
    chromium.requests.clear()
    chromium.open(page, width, scheme)
    # what is folded away must fit too
    chromium.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
    return chromium


def test_the_page_fits_is_complete_and_complains_of_nothing(opened, width, scheme):
    images = opened.evaluate(IMAGES)
    drawn = sum(len(suite.figures) for suite in fake_suites.everything()[0]) - 1 + len(FOUND)
    assert len(images) == drawn
    assert all(natural > 0 for natural in images)
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    assert opened.evaluate(OVERFLOW.replace("WIDTH", str(width))) == []
    dark = opened.evaluate("document.images[0].currentSrc !== document.images[0].src")
    assert dark == (scheme == "dark")
    assert opened.complaints == []
    asked = [url for url in opened.requests if not url.startswith(("data:", "file:"))]
    assert asked == []


def test_text_has_the_contrast_of_wcag_aa(opened):
    assert opened.evaluate(CONTRAST) == []


def test_the_verdicts_can_be_filtered_from_the_keyboard(chromium, page):
    chromium.open(page, 1280, "light")
    count = "[...document.querySelectorAll('tr[data-verdict]')].filter((r) => !r.hidden).length"
    assert chromium.evaluate(count) == 7
    chromium.evaluate("document.querySelector('[data-show=contradicted]').focus()")
    for kind in ("keyDown", "keyUp"):
        chromium.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key="Enter",
            code="Enter",
            text="\r",
            windowsVirtualKeyCode=13,
        )
    assert chromium.evaluate(count) == 1
    pressed = "document.querySelector('[data-show=contradicted]').getAttribute('aria-pressed')"
    assert chromium.evaluate(pressed) == "true"
    chromium.evaluate("document.querySelector('[data-show=\"\"]').click()")
    assert chromium.evaluate(count) == 7


def test_facts_unfold_when_asked_for(chromium, tmp_path):
    """By a verdict that one of them has, and by a link to one of them."""
    suites, archive = fake_suites.everything()
    suites = fake_suites.without_figures(suites)
    wrong = next(v for v in fake_verdicts.verdicts() if v.verdict == "contradicted")
    command, plans = str, fake.plans_of(suites, archive)
    out = report.build(
        suites, plans, archive, fake_verdicts.verdicts(), "quick", tmp_path / "index.html", command,
        facts={wrong.suite},
    )  # fmt: skip
    shown = "[...document.querySelectorAll('details.fold')].map((fold) => fold.open)"
    chromium.open(out, 1280, "light")
    assert chromium.evaluate(shown) == [False, False]
    chromium.evaluate("document.querySelector('[data-show=contradicted]').click()")
    assert chromium.evaluate(shown) == [True, False]
    chromium.evaluate(f"location.hash = 'suite-{wrong.suite}'")
    waited = "new Promise((done) => setTimeout(() => done(0), 50))"
    chromium.evaluate(waited)
    assert chromium.evaluate(shown) == [True, True]


def test_the_page_is_complete_without_scripts(chromium, page):
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.open(page, 360, "light")
        all_rows = "[...document.querySelectorAll('tr[data-verdict]')]"
        rows = chromium.evaluate(f"{all_rows}.filter((r) => r.offsetHeight).length")
        filters = chromium.evaluate("document.querySelector('.filter').offsetHeight")
    finally:
        chromium.call("Emulation.setScriptExecutionDisabled", value=False)
    assert rows == 7
    assert filters == 0
