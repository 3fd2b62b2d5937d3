import pytest
from suite_texts import DIGITS, load_suite, suite_text

from harness import figures
from harness.errors import SuiteError
from harness.plan.check import check
from harness.plan.expand import expand

GOOD = suite_text(
    "tiny",
    """\
[data]
dataset = "digits"
[model]
layers = [
  { type = "flatten" },
  { type = "linear", out = 10 },
]
[train]
loss = "cross_entropy"
lr = 0.1
epochs = 1
[[grid]]
backend = ["numpy"]
device = ["cpu"]
batch_size = [16, 32]
[[claims]]
id = "works"
quote = "it works"
metric = "test_accuracy"
where = { batch_size = 16 }
expect = { at_least = 0.5 }
[[figures]]
id = "loss"
kind = "curve"
title = "Loss"
y = "train_loss"
""",
)


@pytest.fixture
def checked(tmp_path):
    def checked(text):
        check(expand(load_suite(tmp_path, text)), ["notes"], figures.KINDS)

    return checked


def test_a_good_suite_passes(checked):
    checked(GOOD)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"train"', '"trian"', 5, "unknown experiment 'trian'. Did you mean 'train'?"),
        ('"digits"', '"digit"', 7, "unknown data set 'digit'. Did you mean 'digits'?"),
        ('["numpy"]', '["numpi"]', 18, "unknown backend 'numpi'. Did you mean 'numpy'?"),
        ('["cpu"]', '["gpu"]', 19, "unknown device 'gpu'. Did you mean 'cpu'?"),
        ("[16, 32]", "[]", 20, "must list at least one value"),
        ("out = 10", "out = 3", 11, "must end in 10 outputs"),
        ('  { type = "flatten" },\n', "", 10, "must get flat input"),
        ("lr = 0.1\n", "", None, "must be given exactly once"),
        ("epochs = 1\n", "epochs = 1\nsteps = 2\n", 16, "exactly one of epochs and steps"),
        ('"digits"', '"digits"\nn_train = 99999', 8, "must be at most"),
        ('"digits"', '"synthetic"', 6, "must be given for dataset"),
        ('key = "notes"', 'key = "nodes"', None, "unknown source 'nodes'. Did you mean 'notes'?"),
        ('"test_accuracy"', '"test_acuracy"', 24, "Did you mean 'test_accuracy'?"),
        ("{ batch_size = 16 }", "{ batch_size = 17 }", 25, "must select at least one case"),
        ("{ batch_size = 16 }", "{ bach_size = 16 }", 25, "Did you mean 'batch_size'?"),
        ('kind = "curve"', 'kind = "curv"', 29, "Did you mean 'curve'?"),
        ("at_least = 0.5", "at_least = 0.5, value = 1.0", 26, ""),
        ("[[figures]]", '[quick]\nepoch = 1\n[[figures]]', 28, "Did you mean 'epochs'?"),
        ("[[grid]]", '[[grid]]\nexperiment = ["knn"]', None, "[knn]"),
        ("[[grid]]", "[params]\nsize = 3\n[[grid]]", 18, "unknown key of [params] 'size'"),
        ("[[grid]]", '[kinds]\ntest_acuracy = "share"\n[[grid]]', 18, "'test_accuracy'?"),
        ("[[grid]]", "[seeds]\ncount = 5\nmost = 4\n[[grid]]", 19, "count = 5 or more, got 4"),
        ("[[grid]]", '[kinds]\ndiverged = "share"\n[[grid]]', 18, "diverged is 0 or 1"),
    ],
)  # fmt: skip
def test_a_bad_suite_is_refused_by_line(checked, old, new, line, words):
    assert old in GOOD
    with pytest.raises(SuiteError) as caught:
        checked(GOOD.replace(old, new, 1))
    assert words in str(caught.value)
    if line is not None:
        assert line in [problem.line for problem in caught.value.problems], str(caught.value)


@pytest.mark.parametrize("name", ["test_accuracy", "train_loss"])
def test_whatever_a_cell_leaves_may_have_a_kind(checked, name):
    checked(GOOD.replace("[[grid]]", f'[kinds]\n{name} = "positive"\n[[grid]]'))


def test_a_module_of_a_user_may_leave_anything(checked, tmp_path, monkeypatch):
    (tmp_path / "somewhere.py").write_text("VERSION = 1\ndef run(context): ...\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    own = GOOD.replace("[[grid]]", '[kinds]\nanything = "count"\n[[grid]]')
    checked(own.replace('["numpy"]', '["numpy"]\nexperiment = ["somewhere:run"]'))


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_a_model_without_a_layer_is_refused(checked, loss):
    layers = GOOD[GOOD.index("layers = [") : GOOD.index("[train]")]
    with pytest.raises(SuiteError, match="must end in 10 outputs"):
        checked(GOOD.replace(layers, "layers = []\n").replace("cross_entropy", loss))


def test_claims_of_one_id_twice_are_refused(checked):
    claim = GOOD[GOOD.index("[[claims]]") : GOOD.index("[[figures]]")]
    with pytest.raises(SuiteError, match="must be unique within the suite"):
        checked(GOOD.replace("[[figures]]", claim + "[[figures]]"))


FIGURE = '[[figures]]\nid = "loss"\n'


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('y = "train_loss"', 'y = "train_loss"\nhue = "batchsize"', 32, "mean 'batch_size'?"),
        ('kind = "curve"', 'kind = "bars"\nx = "epoch"', 30, "figures[0].x: unknown axis 'epoch'"),
        ('y = "train_loss"', "", 27, "figures[0].y: must be given"),
        (FIGURE, f'{FIGURE}kind = "curve"\ntitle = "L"\ny = "x"\n{FIGURE}', 33, "'loss' twice"),
        (
            'y = "train_loss"',
            'y = "train_loss"\ncompare = { better = { batch_size = 8 }, than = { lrr = 1 } }',
            32,
            "figures[0].compare.than: unknown axis 'lrr'",
        ),
    ],
)  # fmt: skip
def test_a_figure_that_could_never_be_drawn_is_named(checked, old, new, line, words):
    with pytest.raises(SuiteError) as caught:
        checked(GOOD.replace(old, new, 1))
    assert words in str(caught.value)
    assert line in [problem.line for problem in caught.value.problems]


@pytest.mark.parametrize("hue", ["machine", "deviation", "batch_size", ""])
def test_a_figure_may_be_coloured_by_what_records_have(checked, hue):
    checked(GOOD.replace('y = "train_loss"', f'y = "train_loss"\nhue = "{hue}"', 1))


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("batch_size = 8", "got none for batch_size = 8; batch_size is 16 or 32"),
        ('backend = "numpi"', "got none for backend = \"numpi\"; backend is \"numpy\""),
        ("batch_size = true", "got none for batch_size = true; batch_size is 16 or 32"),
    ],
)  # fmt: skip
def test_a_selection_of_nothing_says_what_there_is(checked, where, words):
    with pytest.raises(SuiteError) as caught:
        checked(GOOD.replace("batch_size = 16", where, 1))
    assert words in str(caught.value)


def test_a_source_that_all_claims_share_is_told_once_where_it_stands(tmp_path):
    claim = GOOD[GOOD.index("[[claims]]") : GOOD.index("[[figures]]")]
    text = GOOD + claim.replace('"works"', '"too"')
    with pytest.raises(SuiteError) as caught:
        check(expand(load_suite(tmp_path, text)), ["paper"], figures.KINDS)
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (4, "source.key")


def test_a_claim_cannot_select_what_is_there_for_a_picture(checked):
    drawn = GOOD.replace("[16, 32]", "[16]\n[[grid]]\nbatch_size = [32]\nclaims = false")
    checked(drawn)
    checked(drawn.replace('y = "train_loss"', 'y = "train_loss"\nwhere = { batch_size = 32 }'))
    with pytest.raises(SuiteError, match=r"claims\[0\]\.where: must select at least one case"):
        checked(drawn.replace("{ batch_size = 16 }", "{ batch_size = 32 }"))


def test_what_is_wrong_with_a_reading_is_named_where_it_stands(checked):
    claim = GOOD[GOOD.index("[[claims]]") : GOOD.index("[[figures]]")]
    quote = '[[quotes]]\ntext = "it works"\nsource = { key = "nodes", section = "2" }\n'
    readings = claim.replace('quote = "it works"\n', "").replace("[[claims]]", "[[quotes.claims]]")
    bad = readings.replace("works", "again").replace("= 16", "= 17")
    with pytest.raises(SuiteError) as caught:
        checked(GOOD.replace(claim, quote + readings + bad))
    assert [(problem.key, problem.line) for problem in caught.value.problems] == [
        ("quotes[0].source", 23),
        ("quotes[0].claims[1].where", 32),
    ]


TEXT = suite_text(
    "tiny",
    DIGITS,
    """\
[model]
hidden = [16]
[train]
loss = "cross_entropy"
optimizer = { name = "sgd", lr = 0.1 }
epochs = 3
[[grid]]
backend = ["numpy"]
batch_size = [16, 32]
""",
)
OWN = '[kinds]\ntest_accuracy = "count"\n'
TORCH = '[seeds]\nrng = "torch"\nstep = {}\n'


@pytest.fixture
def cases(tmp_path):
    return lambda text: expand(load_suite(tmp_path, text)).full.cases


def test_an_experiment_says_what_its_metrics_are(cases):
    for case in cases(TEXT):
        assert case.kind("train_loss") == "positive"
        assert case.kind("parameters") == "fixed"
        assert case.kind("test_accuracy") == "real"  # of 360 pictures


def test_an_accuracy_over_few_pictures_is_a_share(cases):
    few = TEXT.replace('dataset = "digits"', 'dataset = "digits"\nn_test = 200')
    assert few != TEXT
    assert [case.kind("test_accuracy") for case in cases(few)] == ["share"] * 2


def test_the_suite_has_the_last_word_on_what_it_names(cases):
    for plain, own in zip(cases(TEXT), cases(TEXT + OWN), strict=True):
        assert own.kind("test_accuracy") == "count" != plain.kind("test_accuracy")
        assert {**own.kinds, "test_accuracy": plain.kind("test_accuracy")} == plain.kinds


def test_what_nobody_knows_is_a_real_number_and_diverging_is_a_bit(cases):
    case, _ = cases(TEXT)
    assert case.kind("unheard_of") == "real"
    assert case.kind("diverged") == "binary"


def test_where_every_run_repeats_its_draws_all_is_fixed(cases):
    for case in cases(TEXT + TORCH.format(0)):
        assert set(case.kinds.values()) == {"fixed"}
        assert case.kind("diverged") == "binary"
    for case in cases(TEXT + TORCH.format(1)):
        assert case.kind("train_loss") == "positive"


def test_even_there_the_suite_has_the_last_word(cases):
    for case in cases(TEXT + TORCH.format(0) + OWN):
        assert case.kind("test_accuracy") == "count"
        assert case.kind("train_loss") == "fixed"


def test_a_kind_is_no_part_of_an_id(cases):
    ids = [case.id for case in cases(TEXT)]
    assert [case.id for case in cases(TEXT + OWN)] == ids
    assert [case.id for case in cases(TEXT + OWN.replace("count", "share"))] == ids
