import os
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from suite_texts import sources_text, suite_text

from harness.errors import SuiteError, UsageError
from harness.suite.documents import library
from harness.suite.load import find, load, passed_over
from harness.suite.locate import lines_of

GOOD = suite_text(
    "tiny",
    """\

[data]
dataset = "digits"
scale = "unit"

[model]
layers = [
  { type = "flatten" },
  { type = "linear", out = 10 },
]

[train]
loss = "cross_entropy"
lr = 0.1
epochs = 1
batch_size = 32

[grid]
backend = ["numpy"]
device = ["cpu"]
seeds = 2

[[claims]]
id = "works"
quote = "it works"
metric = "test_accuracy"
expect = { at_least = 0.5 }
""",
    title="Tiny",
)


@pytest.fixture
def write(tmp_path):
    def write(text, name="tiny.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def problems(write, old, new):
    assert old in GOOD
    with pytest.raises(SuiteError) as caught:
        load(write(GOOD.replace(old, new, 1)))
    return caught.value.problems


def test_a_good_suite_loads(write):
    suite = load(write(GOOD))
    assert suite.grid[0].axes == {"backend": ["numpy"], "device": ["cpu"]}
    assert suite.grid[0].seeds == 2
    assert suite.claims[0].expect.at_least == 0.5


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ('scale = "unit"', 'scael = "unit"', 9, "data.scael", "Did you mean 'scale'?"),
        ("lr = 0.1", 'lr = "big"', 19, "train.lr", "must be a number, got 'big' (a string)"),
        ("epochs = 1", "epochs = 0", 20, "train.epochs", "must be greater than 0, got 0"),
        ("epochs = 1", "epochs = 1.5", 20, "train.epochs", "must be an integer, got 1.5"),
        ("epochs = 1", "epochs = true", 20, "train.epochs", "must be an integer, got true"),
        ('"linear", out', '"lineer", out', 14, "model.layers[1]", "Did you mean 'linear'?"),
        ("out = 10", "out = -1", 14, "model.layers[1].out", "must be greater than 0"),
        ('"cross_entropy"', '"cross_entropi"', 18, "train.loss", "Did you mean 'cross_entropy'?"),
        ('backend = ["numpy"]', 'backend = "numpy"', 24, "grid[0].backend", "must be a list"),
        ('id = "tiny"', 'id = "Tiny!"', 2, "id", "got 'Tiny!'"),
        ("schema = 1", "schema = 2", 1, "schema", "must be 1, got 2"),
        ("at_least = 0.5", "at_leest = 0.5", 32, "claims[0].expect.at_leest", "'at_least'"),
        ("batch_size = 32", 'batch_size = "ful"', 21, "train.batch_size", "Did you mean 'full'?"),
        ("[grid]", '[kinds]\nacc = "shares"\n[grid]', 24, "kinds.acc", "Did you mean 'share'?"),
        ("[grid]", "[kinds]\nacc = 1\n[grid]", 24, "kinds.acc", "got 1"),
        ("[grid]", "[gird]", 23, "gird", "Did you mean 'grid'?"),
        ('quote = "it works"\n', "", 28, "claims[0].quote", "must be given"),
        ('scale = "unit"', 'path = "a\\u0000b"', 9, "data.path", "no control codes"),
        ('scale = "unit"', f'path = "{"x" * 256}"', 9, "data.path", "must be a path that a system"),
        ("lr = 0.1", "lr = inf", 19, "train.lr", "must be a finite number, got inf"),
        ("at_least = 0.5", "at_least = nan", 32, "claims[0].expect.at_least", "got nan"),
        ("epochs = 1", f"epochs = {10**30}", 20, "train.epochs", "of at most 64 bits"),
        ("epochs = 1", f"epochs = {10**12}", 20, "train.epochs", "at most 1000000000"),
        ("epochs = 1", "epochs = 2020-01-02", 20, "train.epochs", 'put "2020-01-02" in quotes'),
        ("seeds = 2", "lr = [[0.1, [inf]]]", 26, "grid.lr[0][1][0]", "must be a finite number"),
        ('id = "works"', 'id = "[/x]"', 29, "claims[0].id", "must be letters, digits, dots"),
        ('id = "works"', f'id = "{"x" * 101}"', 29, "claims[0].id", "at most 100 characters"),
        ('"flatten"', '"max_pool2d", size = 2', 13, "model.layers[0].size", "Known: kernel, type."),
        ('id = "works"', 'expected = "no"', 29, "claims[0].expected", "one of reproduced, c"),
        ('quote = "it', 'bool = 1\nquote = "it', 30, "claims[0].bool", "unknown key 'bool'"),
        ('quote = "it', '"a\\nb" = 1\nquote = "it', 30, 'claims[0]."a\\nb"', "unknown key"),
    ],
)
def test_a_bad_key_is_named_by_line_and_key(write, old, new, line, key, words):
    found = {problem.key: problem for problem in problems(write, old, new)}
    assert key in found, sorted(found)
    assert found[key].line == line
    assert words in found[key].message
    assert "tiny.toml" in str(found[key])


def test_every_problem_is_reported_at_once(write):
    bad = GOOD.replace("lr = 0.1", 'lr = "x"').replace("epochs = 1", 'epochs = "y"')
    with pytest.raises(SuiteError) as caught:
        load(write(bad))
    assert {problem.key for problem in caught.value.problems} >= {"train.lr", "train.epochs"}


def test_malformed_toml_names_its_line(write):
    with pytest.raises(SuiteError, match=r"tiny\.toml:7: must be TOML"):
        load(write(GOOD.replace("[data]", "[data")))


@pytest.mark.parametrize(
    "value", ["[" * 3000 + "]" * 3000, "9" * 5000, "{a=" * 40 + "1" + "}" * 40]
)
def test_what_the_parser_cannot_read_is_a_problem_of_the_file(write, value):
    with pytest.raises(SuiteError, match=r"tiny\.toml:9: "):
        load(write(GOOD.replace('scale = "unit"', f"scale = {value}")))


def test_a_byte_order_mark_means_nothing(write):
    assert load(write("\ufeff" + GOOD)).id == "tiny"


def test_an_empty_choice_is_no_empty_word(write):
    (problem,) = problems(write, 'id = "works"', 'id = "works"\nexpected = "no"')
    assert "must be one of reproduced, contradicted, inconclusive or left out" in problem.message


def test_a_missing_file_and_a_file_that_is_not_text(write, tmp_path):
    with pytest.raises(SuiteError, match="cannot be read: No such file"):
        load(tmp_path / "none.toml")
    path = write("")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SuiteError, match="must be UTF-8"):
        load(path)


def test_suites_are_found_by_id_or_path(write, tmp_path):
    path = write(GOOD)
    write(sources_text(), "sources.toml")
    assert find([], tmp_path) == [path]
    assert find(["tiny"], tmp_path) == [path]
    assert find([str(path)], tmp_path) == [path]
    with pytest.raises(UsageError, match="Did you mean 'tiny'"):
        find(["tinny"], tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no suite file"):
        find([], tmp_path / "empty")
    assert library(tmp_path).documents["notes"].number == "001"


def test_a_suite_whose_file_is_called_otherwise_is_found_by_its_id(write, tmp_path):
    (tmp_path / "broken.toml").write_text("id = ")
    path = write('id = "called"\n', "file.toml")
    assert find(["called"], tmp_path) == find(["file"], tmp_path) == [path]
    write('id = "called"\n', "again.toml")
    with pytest.raises(UsageError, match=r"called is the name of .*again.toml and .*file.toml"):
        find(["called"], tmp_path)


keys = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
values = st.one_of(
    st.integers(-9, 9).map(str),
    st.text("ab [=#]{}", max_size=8).map(lambda text: f'"{text}"'),
    st.lists(st.integers(0, 9), min_size=1, max_size=3).map(
        lambda items: "[\n" + "".join(f"  {item},\n" for item in items) + "]"
    ),
)


@given(st.dictionaries(keys, values, min_size=1, max_size=5))
def test_lines_agree_with_the_toml_parser(table):
    text = "".join(f"{key} = {value}\n" for key, value in table.items())
    lines = lines_of(text)
    assert {path[0] for path in lines} == set(tomllib.loads(text))
    for key in table:
        assert text.split("\n")[lines[key,] - 1].startswith(f"{key} =")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds = 2", "seeds = [2]", "grid[0].seeds: must be an integer"),
        ("seeds = 2", "lr = 0.1", "grid[0].lr: must be a list"),
    ],
)
def test_a_list_with_a_bad_item_is_not_said_to_be_too_short(write, old, new, words):
    (found,) = problems(write, old, new)
    assert words in str(found)


def test_an_empty_list_is_said_to_be_too_short(write):
    grid = GOOD[GOOD.index("[grid]") : GOOD.index("[[claims]]")]
    with pytest.raises(SuiteError, match=r"3: grid: must have at least 1 item, got \[\]"):
        load(write(GOOD.replace(grid, "").replace("title =", "grid = []\ntitle =", 1)))


def test_what_was_got_is_said_once(write):
    (found,) = problems(write, "title", 'memory = "1Q"\ntitle')
    assert str(found).count("got '1Q'") == 1


def test_a_table_of_dotted_keys_is_where_its_first_key_is(write):
    (found,) = problems(write, 'title = "Tiny"', 'title.short = "Tiny"')
    assert (found.line, found.key) == (3, "title")


@pytest.mark.parametrize("name", ["tiny.toml", "sources.toml"])
def test_a_pipe_or_a_device_in_place_of_a_file_is_refused_at_once(write, tmp_path, name):
    write(GOOD)
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        (tmp_path / name).unlink(missing_ok=True)
        make(tmp_path / name)
        with pytest.raises(SuiteError, match=f"{name}: cannot be read: it is a pipe or a device"):
            load(tmp_path / name) if name == "tiny.toml" else library(tmp_path)


def test_a_file_of_any_size_is_refused_before_it_is_read(write, monkeypatch):
    monkeypatch.setattr("harness.suite.text.LARGEST_FILE", 1000)
    with pytest.raises(SuiteError, match="must have at most 1,000 bytes, got more"):
        load(write(GOOD + "#" * 1000))


def test_text_that_is_no_utf8_is_named_by_line(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_bytes(GOOD.replace("Tiny", "Winzig f\xfcr").encode("latin-1"))
    with pytest.raises(SuiteError, match=r"tiny\.toml:3: must be UTF-8, got byte 0xfc"):
        load(path)


def test_a_link_that_leads_nowhere_is_no_missing_bibliography(tmp_path):
    (tmp_path / "sources.toml").symlink_to("elsewhere.toml")
    with pytest.raises(SuiteError, match="cannot be read: No such file"):
        library(tmp_path)


def test_a_suite_named_twice_is_one(write, tmp_path):
    path = write(GOOD)
    assert find(["tiny", str(path), "tiny"], tmp_path) == [path]


def test_suites_in_folders_that_are_no_documents_are_named(tmp_path):
    top = tmp_path / "suites"
    for place in ("own/b.toml", "paper/c.toml"):
        (top / place).parent.mkdir(parents=True)
        (top / place).write_text('experiment = "x.py:f"\n')
    (top / "own" / "broken.toml").write_text("[[claims]]\nquote = \n")
    (top / "own" / "pyproject.toml").write_text('[project]\nname = "experiment"\n')
    (top / "paper" / "document.toml").write_text("")
    os.mkfifo(top / "own" / "pipe.toml")  # is not waited for
    told = passed_over(top)
    assert [line.partition(" reads like")[0] for line in told] == [
        str(top / "own" / name) for name in ("b.toml", "broken.toml")
    ]
    (top / "paper" / "c.toml").unlink()
    with pytest.raises(UsageError, match=r"b\.toml reads like .* has no document\.toml; name"):
        find([], top)


def test_a_folder_that_is_none_is_told_apart_from_one_without_suites(write, tmp_path):
    path = write(GOOD)
    for folder, words in (
        (tmp_path / "nosuch", "there is no folder"),
        (path, "is no folder"),
    ):
        with pytest.raises(UsageError, match=words):
            find([], folder)
    with pytest.raises(UsageError, match="must be an id or a file, got the folder"):
        find([str(tmp_path)], tmp_path)


def test_a_message_shows_some_of_very_many_problems(write):
    keys = "".join(f"unknown{number} = 1\n" for number in range(200))
    with pytest.raises(SuiteError) as caught:
        load(write(keys + GOOD))
    assert len(caught.value.problems) == 200
    assert str(caught.value).count("\n") == SuiteError.MOST_SHOWN
    assert str(caught.value).endswith("... and 150 more; `harness check --json -` has all")


def test_grids_may_be_rows_each_named_by_its_line(write):
    grid = GOOD[GOOD.index("[grid]") : GOOD.index("[[claims]]")]
    rows = 'grid = [\n  { backend = ["numpy"], device = ["cpu"], seeds = 2 },\n  { lr = 0.2 },\n]\n'
    text = GOOD.replace(grid, "").replace("title =", f"{rows}title =", 1)
    with pytest.raises(SuiteError, match=r"tiny\.toml:5: grid\[1\]\.lr: must be a list"):
        load(write(text))
    first, second = load(write(text.replace("0.2", "[0.2]"))).grid
    assert first == load(write(GOOD)).grid[0]
    assert second.axes == {"lr": [0.2]}


@pytest.mark.parametrize(
    "question", ["How fast is it.", "Fast?\\nOr slow?", "a" * 200 + "?", "?", " ?", "A?\\u001bB?"]
)
def test_a_question_is_one_and_ends_in_its_mark(write, question):
    told = problems(write, 'title = "Tiny"\n', f'title = "Tiny"\nquestion = "{question}"\n')
    assert [problem.key for problem in told] == ["question"]


@pytest.mark.parametrize("question", ["Does it work?", "動きますか？", "هل يعمل؟"])  # noqa: RUF001
def test_a_suite_may_ask_a_question(write, question):
    asked = GOOD.replace('title = "Tiny"\n', f'title = "Tiny"\nquestion = "{question}"\n')
    assert load(write(asked)).question == question
    assert load(write(GOOD, "other.toml")).question == ""
