import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import fake_results as fake
import fake_suites
import fake_verdicts
import pytest

from harness import report
from harness.report.build import integrity

EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>{{ 7*7 }}"
VOID = {"meta", "link", "img", "br", "input", "image", "use", "path", "rect"}


class Outline(HTMLParser):
    """Collects tags with attributes, text, and elements that are not closed in order."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.wrong, self.text = [], [], [], []

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


def outline(page):
    parsed = Outline()
    parsed.feed(page.read_text(encoding="utf-8"))
    return parsed


def data_of(page):
    """What the script of a page builds its ledger from."""
    html = page.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])


def build(out, suites, archive, verdicts=(), profile="quick"):
    return report.build(
        suites,
        fake.results_of(suites, archive, profile, verdicts),
        archive.environments,
        verdicts,
        profile,
        out,
        lambda suite: f"harness run {suite} --profile {profile}",
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    suites, archive = fake_suites.everything()
    return build(
        tmp_path_factory.mktemp("page") / "deep" / "index.html",
        suites,
        archive,
        fake_verdicts.verdicts(),
    )


def test_the_page_is_well_formed(page):
    parsed = outline(page)
    assert parsed.wrong == []
    assert parsed.open == []
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = [a["href"][1:] for t, a in parsed.tags if t == "a" and a["href"].startswith("#")]
    targets = [target.partition("&")[0] for target in targets]
    assert set(targets) <= set(ids)


def test_the_page_asks_the_network_for_nothing(page):
    for tag, attrs in outline(page).tags:
        for name in ("src", "srcset", "href", "xlink:href"):
            if name in attrs:
                assert attrs[name].startswith(("data:", "#")), (tag, attrs[name][:60])
    html = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert "@import" not in html
    assert not re.findall(r"url\((?!#)", html.partition("</style>")[0])


def test_only_the_pages_own_script_is_allowed(page):
    html = page.read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 1  # the other is data
    assert integrity(scripts[0]) in html.replace("&#43;", "+")


def test_a_sentence_comes_first_then_findings_suites_and_the_ledger(page):
    html = page.read_text(encoding="utf-8")
    order = ["<h1>", 'class="counts"', 'id="findings"', 'id="documents"', 'id="suite-demo-knn"',
             'id="machines"', 'id="ledger"']  # fmt: skip
    places = [html.index(text) for text in order]
    assert places == sorted(places)
    assert "<h1>1 of 3 sentences did not hold</h1>" in html


def test_a_finding_is_a_sentence_with_both_numbers_and_its_card(page):
    html = page.read_text(encoding="utf-8")
    (found,) = re.findall(r"<li>\s*<p class=\"quote\">.*?</li>", html, re.DOTALL)
    for text in (
        'href="#claim-demo-knn-saturated-despite-10x"',
        'data-claim="claim-demo-knn-saturated-despite-10x"',
        "<strong>33%</strong>",
        "5 points ± 4",
        "The published curves peak",
    ):
        assert text in found, text


def test_every_sentence_is_a_row_of_the_plain_table_and_of_the_data(page):
    parsed, data = outline(page), data_of(page)
    rows = [attrs["id"] for tag, attrs in parsed.tags if tag == "tr" and "id" in attrs]
    assert len(rows) == len(data["rows"]) == 3
    for text in ("Adam (lr=0.001) reaches", "97.38 % ± 0.09", "002 section 14", "infinite"):
        assert text in parsed.words, text


def test_a_card_has_what_was_tested_how_and_why_it_differs(page):
    data = data_of(page)
    claims = {claim["i"]: claim for row in data["rows"] for claim in row["c"]}
    saturates, split = claims["saturated-despite-10x"], claims["tracks-disagree"]
    assert saturates["w"] == "The published curves peak at 28.2 % and 33.6 %."
    assert saturates["f"][0]["s"] == "cifar10-jpeg"
    assert saturates["f"][0]["m"] == "5 points ± 4"
    assert saturates["f"][0]["l"] == "95 %"
    assert split["o"] == "reproduced"
    assert len(split["f"]) == 2
    assert [data["verdicts"][one["v"]][0] for one in split["f"]] == ["reproduced", "contradicted"]
    assert (
        "harness run demo-knn --profile quick" in data["commands"][data["suites"].index("demo-knn")]
    )


def test_the_data_cannot_end_its_element(tmp_path):
    evil = fake_verdicts.verdict("c", "reproduced", quote="</script><script>x", reason="<!--")
    page = build(tmp_path / "page.html", [], fake.FakeArchive(()), [evil])
    assert "&lt;/script&gt;" in data_of(page)["rows"][0]["q"]
    assert page.read_text("utf-8").count("</script>") == 2


def test_a_suite_shows_how_to_repeat_it_and_on_what_it_ran(page):
    words = outline(page).words
    for text in (
        "harness run demo-knn --profile quick",
        "cd34" * 16,
        "x86_64 AMD EPYC, 2 cores",
        "epochs 15 -> 3",
        "standing in for cifar10",
        "openblas, 2 threads",
        "10 cells (torch/cuda)",
        "killed after its budget of 600 s",
        "drawn once, in NumPy",
    ):
        assert text in words, text


def test_machines_in_a_list_are_told_apart(page):
    assert "on AMD EPYC (2 cores)" in outline(page).words


def test_every_figure_is_one_drawing_in_the_colours_of_the_page(page):
    tags = outline(page).tags
    drawings = [attrs for tag, attrs in tags if attrs.get("class") == "drawing"]
    pictures = [attrs for tag, attrs in tags if attrs.get("class") == "picture"]
    drawn = sum(len(suite.figures) for suite in fake_suites.everything()[0]) - 1
    assert len(drawings) == len(pictures) == drawn
    assert all(len(attrs["aria-label"]) > 40 for attrs in pictures)
    html = page.read_text("utf-8")
    assert not re.findall(r"<svg[^>]*>.*?style=", html)
    for name in ("--f-ink", "--f-0"):
        assert len(set(re.findall(rf"{name}:(#\w+);", html))) == 2  # light and dark
    assert "No record matches RMSprop" in outline(page).words


def test_building_twice_gives_equal_bytes(tmp_path):
    suites, archive = fake_suites.everything()
    one, two = (
        build(tmp_path / name, suites[2:3], archive, fake_verdicts.verdicts())
        for name in ("a", "b")
    )
    assert one.read_bytes() == two.read_bytes()


def test_text_from_suites_and_records_is_escaped(tmp_path):
    maker = fake.Maker()
    for backend, status in (("numpy", "ok"), (EVIL, "ok"), ("torch", "failed")):
        maker.add(
            "demo",
            EVIL,
            {"backend": backend, "lr": 0.1},
            status=status,
            reason=EVIL,
            metrics={EVIL: 1.0, "loss": 1.0},
            data=replace(fake.STAND_IN, used=EVIL),
            deviation=EVIL,
        )
    suite = fake.suite_of(
        title=EVIL,
        summary=EVIL,
        protocol=[EVIL],
        source={"key": "notes", "section": EVIL},
        figures=[
            fake_suites.figure("f", "line", EVIL, x="lr", y="loss", hue="backend", caption=EVIL),
            fake_suites.figure("g", "line", EVIL, x="lr", y=EVIL),
        ],
    )
    archive = maker.archive()
    machine = replace(fake.LAPTOP, hardware=EVIL, facts={EVIL: EVIL})
    archive.environments[machine.id] = machine
    texts = dict.fromkeys(
        ("quote", "source", "published", "metric", "rule", "reason", "because", "expected"), EVIL
    )
    verdict = fake_verdicts.verdict(
        "c",
        "reproduced",
        **texts,
        suite="demo",
        findings=(fake_verdicts.finding("reproduced", reason=EVIL, track=EVIL, data=EVIL),),
    )
    parsed = outline(build(tmp_path / "evil.html", [suite], archive, [verdict]))
    assert sum(tag == "script" for tag, _ in parsed.tags) == 2
    assert all("onerror" not in attrs for _, attrs in parsed.tags)
    assert not [tag for tag, _ in parsed.tags if tag == "img"]
    assert parsed.wrong == []
    assert "{{ 7*7 }}" in parsed.words


def test_a_finding_that_moved_is_not_explained_by_what_was_recorded_before(tmp_path):
    marked = {"expected": "reproduced", "because": "It always held.", "highlight": True}
    moved = fake_verdicts.verdict("c", "contradicted", reason="the mean is 3", **marked)
    page = build(tmp_path / "page.html", [], fake.FakeArchive(()), [moved])
    found = page.read_text("utf-8").partition('id="findings"')[2].partition("</section>")[0]
    assert "It always held." not in found
    assert "the mean is 3" in found


def test_an_empty_page_says_so(tmp_path):
    words = outline(build(tmp_path / "empty.html", [], fake.FakeArchive(()))).words
    assert "0 of 0 sentences held" in words
    assert "No claims were judged." in words
    assert "Nothing was measured." in words


def test_a_suite_never_run_says_so(tmp_path):
    _, archive = fake_suites.everything()
    suite = fake.suite_of()
    plan = fake.cases_of(archive.records)[:3]
    nothing = fake.FakeArchive(())
    out = report.build(
        [suite],
        report.results_of([suite], {"demo": plan}, nothing, "quick", ()),
        nothing.environments,
        (),
        "quick",
        tmp_path / "page.html",
        {"demo": "harness run demo"},
    )
    words = outline(out).words
    assert "not run : 3 cases" in words
    assert "0 cells measured" in words


def test_a_page_needs_no_torch(tmp_path):
    code = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "torchvision"):
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Blocked())
sys.path.insert(0, {str(Path(__file__).parent)!r})
import pathlib
import fake_results as fake
import fake_suites
import fake_verdicts
from harness import report
suites, archive = fake_suites.everything()
found = fake.results_of(suites[2:3], archive, "quick")
report.build(suites[2:3], found, archive.environments, fake_verdicts.verdicts(), "quick",
             pathlib.Path({str(tmp_path / "page.html")!r}), str)
assert not [name for name in sys.modules if name.partition(".")[0] == "torch"]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "page.html").stat().st_size > 10_000


def test_data_drawn_for_each_seed_is_one_line(tmp_path):
    maker = fake.Maker()
    for seed in range(5):
        data = replace(fake.MNIST, requested="synthetic", used="synthetic", fingerprint=f"f{seed}")
        maker.add("demo", "train", {"lr": 1}, seed, data=data)
    page = build(tmp_path / "page.html", [fake.suite_of()], maker.archive())
    assert "f0 and 4 more" in outline(page).words
