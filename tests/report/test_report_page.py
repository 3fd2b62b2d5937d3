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
from harness.report.build import emphasis, integrity

EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>{{ 7*7 }}"
VOID = {"meta", "link", "img", "source", "br"}


class Outline(HTMLParser):
    """Collects tags with attributes, text, and elements that are not closed in order."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.wrong, self.text = [], [], [], []

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


def build(out, suites, archive, verdicts=(), profile="quick", facts=()):
    plans = fake.plans_of(suites, archive)
    return report.build(
        suites,
        plans,
        archive,
        verdicts,
        profile,
        out,
        lambda suite: f"harness run {suite} --profile {profile}",
        facts=facts,
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
    assert set(targets) <= set(ids)


def test_the_page_asks_the_network_for_nothing(page):
    for tag, attrs in outline(page).tags:
        for name in ("src", "srcset", "href"):
            if name in attrs:
                assert attrs[name].startswith(("data:", "#")), (tag, attrs[name][:60])
    html = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert "@import" not in html
    assert "url(" not in html.partition("</style>")[0]


def test_only_the_pages_own_script_is_allowed(page):
    html = page.read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 1
    assert integrity(scripts[0]) in html.replace("&#43;", "+")


def test_counts_come_first_then_verdicts_then_suites(page):
    html = page.read_text(encoding="utf-8")
    order = ['class="counts"', 'id="verdicts"', 'id="suite-demo-knn"', 'id="machines"']
    places = [html.index(text) for text in order]
    assert places == sorted(places)


def test_facts_come_last_and_folded_and_are_counted(tmp_path):
    suites, archive = fake_suites.everything()
    suites = fake_suites.without_figures(suites)
    verdicts = fake_verdicts.verdicts()
    facts = {verdicts[0].suite}
    html = build(tmp_path / "index.html", suites, archive, verdicts, facts=facts).read_text(
        encoding="utf-8"
    )
    assert f"{len(verdicts)} claims, " in html
    assert f"all {len(verdicts)}</button>" in html
    folded = html.index('<details class="fold" id="facts">')
    for suite in suites:
        assert (html.index(f'id="suite-{suite.id}"') > folded) == (suite.id in facts)
    table = html.index('<details class="fold">')
    for verdict in verdicts:
        place = html.index(f'id="claim-{verdict.suite}-{verdict.claim}"')
        assert (table < place) == (verdict.suite in facts)
    alone = [suite for suite in suites if suite.id in facts]
    own = [verdict for verdict in verdicts if verdict.suite in facts]
    html = build(tmp_path / "alone.html", alone, archive, own, facts=facts).read_text("utf-8")
    assert '<details class="fold" open>' in html


def test_the_table_shows_every_part_of_a_claim(page):
    words = outline(page).words
    for text in (
        "97.92% on the test images",
        "97.38 % ± 0.09",
        "97.29 to 97.47 %",
        "10 seeds",
        "002 section 14",
        "on cifar10-jpeg",
        "moved: expected reproduced",
        "The published curves peak",
        "5 points ± 4",
        "infinite",
        "not measured",
        "no CUDA device was found",
    ):
        assert text in words, text


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


def test_every_figure_has_a_light_and_a_dark_picture_with_words(page):
    tags = outline(page).tags
    pictures = [attrs for tag, attrs in tags if tag == "img"]
    sources = [attrs for tag, attrs in tags if tag == "source"]
    drawn = sum(len(suite.figures) for suite in fake_suites.everything()[0]) - 1
    assert len(pictures) == len(sources) == drawn
    assert all(len(attrs["alt"]) > 40 for attrs in pictures)
    assert all("dark" in attrs["media"] for attrs in sources)
    assert all(a["src"] != b["srcset"] for a, b in zip(pictures, sources, strict=True))
    assert "No record matches rmsprop" in outline(page).words


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
    assert sum(tag == "script" for tag, _ in parsed.tags) == 1
    assert all("onerror" not in attrs for _, attrs in parsed.tags)
    assert all(a["src"].startswith("data:") for tag, a in parsed.tags if tag == "img")
    assert parsed.wrong == []
    assert "{{ 7*7 }}" in parsed.words


def test_an_empty_page_says_so(tmp_path):
    words = outline(build(tmp_path / "empty.html", [], fake.FakeArchive(()))).words
    assert "0 of 0 sentences hold" in words
    assert "No claims were judged." in words
    assert "Nothing was measured." in words


def test_a_suite_never_run_says_so(tmp_path):
    _, archive = fake_suites.everything()
    suite = fake.suite_of()
    plan = fake.cases_of(archive.records)[:3]
    out = report.build(
        [suite],
        {"demo": plan},
        fake.FakeArchive(()),
        (),
        "quick",
        tmp_path / "page.html",
        {"demo": "harness run demo"},
    )
    words = outline(out).words
    assert "not run : 3 cases" in words
    assert "0 cells measured" in words


def test_emphasis_is_the_only_markup_of_a_quote():
    assert emphasis("a **b** <i>") == "a <strong>b</strong> &lt;i&gt;"
    assert emphasis("2 ** 3") == "2 ** 3"


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
plans = fake.plans_of(suites, archive)
report.build(suites[2:3], plans, archive, fake_verdicts.verdicts(), "quick",
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
