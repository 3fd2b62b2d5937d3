"""What a suite may leave out, and what it is then."""

import pytest
from suite_texts import document_text

from harness.config.experiments import IMPLIED
from harness.errors import SuiteError
from harness.suite.documents import library
from harness.suite.load import in_full, load
from harness.suite.schema import Seeds, json_schema
from harness.suite.text import Text

SHORT = """\
experiment = "bench/forest.py:accuracy"
seeds = 10

[[claims]]
quote = "A forest of 100 trees reaches 97 %."
expect = { value = 0.97, tolerance = 0.01 }
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="my-forest.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_suite_of_a_few_lines_is_whole(write):
    suite = load(write(SHORT))
    assert (suite.id, suite.title) == ("my-forest", "My forest")
    assert suite.seeds == Seeds(count=10)
    assert [grid.axes for grid in suite.grid] == [{}]
    (claim,) = suite.claims
    assert (claim.id, claim.metric, claim.source) == ("value", "value", None)


def test_what_is_given_counts(write):
    text = 'schema = 1\nid = "forest"\ntitle = "Trees"\n' + SHORT
    suite = load(write(text.replace('quote = "A', 'id = "best"\nmetric = "accuracy"\nquote = "A')))
    assert (suite.id, suite.title) == ("forest", "Trees")
    assert (suite.claims[0].id, suite.claims[0].metric) == ("best", "accuracy")


def test_claims_without_an_id_are_called_as_their_metric(write):
    claim = SHORT.partition("\n\n")[2]
    metrics = ["value", "F1 (macro)", "value", "value", "%"]
    named = [claim.replace("quote", f'metric = "{metric}"\nquote') for metric in metrics]
    named.insert(3, claim.replace("quote", 'id = "value-2"\nquote'))
    suite = load(write(SHORT.partition("\n\n")[0] + "\n" + "".join(named)))
    found = [claim.id for claim in suite.claims]
    assert found == ["value", "F1-macro", "value-3", "value-2", "value-4", "claim"]


def test_a_file_whose_name_is_no_id_is_named(write):
    with pytest.raises(SuiteError) as caught:
        load(write(SHORT, "My_Forest.toml"))
    message = str(caught.value)
    assert "My_Forest.toml: id: must be given, because the file's name, 'My_Forest'," in message
    assert "lower-case letters and digits" in message
    assert "rename the file" in message
    assert load(write('id = "forest"\n' + SHORT, "My_Forest.toml")).id == "forest"
    with pytest.raises(SuiteError, match="at most 100 characters"):
        load(write(SHORT, f"{'x' * 101}.toml"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds = 10", "seeds = 0", "my-forest.toml:2: seeds.count: must be greater than 0, got 0"),
        ("seeds = 10", "seeds = 1.5", ":2: seeds: must be a table, got 1.5"),
        ("seeds = 10", "seeds = true", ":2: seeds: must be a table, got true"),
        ("seeds = 10", "id = ''", ":2: id: must be lower-case letters and digits"),
        ("seeds = 10", "grid = []", ":2: grid: must have at least 1 item"),
        ("seeds = 10", "schema = 2", ":2: schema: must be 1, got 2"),
        ('experiment = "bench/forest.py:accuracy"\n', "", "experiment: must be given"),
        (
            'experiment = "bench/forest.py:accuracy"',
            'command = "Rscript fit.R"',
            ':1: command: must be the list of its words, as no shell reads them: ["Rscript", "fit.',
        ),
        ('quote = "A forest of 100 trees reaches 97 %."', "", ":4: claims[0].quote: must be given"),
    ],
)
def test_short_forms_are_held_to_the_same_rules(write, old, new, words):
    assert old in SHORT
    with pytest.raises(SuiteError) as caught:
        load(write(SHORT.replace(old, new)))
    assert words in str(caught.value)


def test_the_schema_for_editors_asks_for_no_more(write):
    schema = json_schema()
    assert schema["required"] == []
    assert {"required": ["experiment"]} in schema["anyOf"]
    assert schema["$defs"]["ClaimTable"]["required"] == ["quote"]
    assert {"type": "integer"} in schema["properties"]["seeds"]["anyOf"]


def test_outside_of_documents_the_readme_is_quoted(write, tmp_path):
    readme = tmp_path / "README.md"
    tree = library(tmp_path, readme)
    path = write(SHORT.replace("[[claims]]", '[[claims]]\nsection = "3"'))
    suite = load(path, tree.of(path))
    assert tree.cited == {"README": "README.md"}
    assert suite.claims[0].source.words(tree.cited["README"]) == "README.md section 3"
    suite = load(write(SHORT), tree.of(path))
    assert suite.claims[0].source.words(tree.cited["README"]) == "README.md"


def test_a_document_comes_before_the_readme(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "document.toml").write_text(document_text("notes"))
    tree = library(tmp_path, tmp_path / "README.md")
    assert tree.of(tmp_path / "notes" / "x.toml").key == "notes"
    assert tree.of(tmp_path / "x.toml").key == "README"
    assert list(tree.documents) == ["notes", "README"]


@pytest.mark.parametrize("key", IMPLIED)
def test_a_table_says_what_the_experiment_is(key):
    meant = IMPLIED[key]
    written = in_full(Text("x.toml", {key: {}}), "x").values
    assert written["experiment"] == meant.experiment
    assert written.get("seeds", {"count": 1}) == {"count": meant.seeds}
    own = {key: {}, "experiment": "own", "seeds": {"root": 3}}
    written = in_full(Text("x.toml", own), "x").values
    assert written["experiment"] == "own"
    assert written["seeds"] == {"count": meant.seeds, "root": 3}
    assert in_full(Text("x.toml", {key: {}, "seeds": 7}), "x").values["seeds"] == {"count": 7}
