import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
import fake_verdicts
import pytest

from harness.cli import claims
from harness.cli.claims import FEW, Filter, chosen
from harness.errors import UsageError
from harness.workspace.suites import Workspace

NONE = Workspace((), ())
KNOWN = {"expected": "contradicted", "because": "x"}
MANY = (
    *(fake_verdicts.verdict(f"c{index}", "reproduced") for index in range(FEW)),
    fake_verdicts.verdict("known", "contradicted", **KNOWN),
    fake_verdicts.verdict("new", "contradicted"),
    fake_verdicts.verdict("moved", "reproduced", **KNOWN),
    fake_verdicts.verdict("doubt", "inconclusive"),
    fake_verdicts.verdict("known-doubt", "inconclusive", expected="inconclusive", because="x"),
)


def names(filters):
    return [verdict.claim for verdict in chosen(MANY, filters, NONE)]


def test_what_needs_attention_is_shown_unless_something_is_asked_for():
    assert names(Filter()) == ["new", "moved", "doubt"]
    assert len(names(Filter(everything=True))) == len(MANY)
    assert names(Filter(verdicts=("contradicted",))) == ["known", "new"]
    assert names(Filter(claims=("known*",), verdicts=("inconclusive",))) == ["known-doubt"]
    assert names(Filter(claims=("demo-optimizers/new",))) == ["new"]


def test_of_a_few_claims_all_are_shown():
    assert chosen(MANY[:FEW], Filter(), NONE) == MANY[:FEW]


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filter(verdicts=("contradict",)), "--verdict must be a verdict, .*Did you mean"),
        (Filter(verdicts=("nope",)), "a verdict, got 'nope'. Known: contradicted, [^.]*ed[.]$"),
        (Filter(claims=("nothing-like-it",)), "--claim must name a claim of these suites"),
        (Filter(documents=("nowhere",)), "--document must name a document .*none, got 'nowhere'"),
    ],
)
def test_what_there_is_not_is_refused(filters, words):
    with pytest.raises(UsageError, match=words):
        names(filters)


def test_counts_stand_first():
    first, second = claims.opening(MANY)
    assert first == "35 claims: 31 reproduced, 2 contradicted, 2 inconclusive"
    assert second.startswith("1 sentence: ")
    assert "--all" in claims.left_out(32, asked=False)
