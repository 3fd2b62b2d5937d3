from harness.figures.points import merged
from harness.figures.select import Group


def group(**parts):
    label = ", ".join(parts.values())
    return Group(None, tuple(parts.items()), 0, 0, label, (), parts)


def names(groups, numbers):
    return [one.group.short for one in merged(groups, numbers)]


def test_equal_numbers_are_drawn_once_under_both_names():
    groups = [group(backend="NumPy"), group(backend="PyTorch"), group(backend="scikit-learn")]
    assert names(groups, [1, 2, 1]) == ["NumPy = scikit-learn", "PyTorch"]
    assert [one.index for one in merged(groups, [1, 2, 1])] == [0, 1]
    assert names(groups, [1, 2, 3]) == ["NumPy", "PyTorch", "scikit-learn"]


def test_what_they_share_is_said_once():
    groups = [
        group(backend=backend, activation=activation)
        for activation in ("tanh", "ReLU")
        for backend in ("NumPy", "PyTorch")
    ]
    assert names(groups, [1, 1, 2, 3]) == ["NumPy = PyTorch, tanh", "NumPy, ReLU", "PyTorch, ReLU"]


def test_machines_are_named_where_an_implementation_does_not_say_which_group():
    groups = [
        group(backend="NumPy", machine="2-core CPU"),
        group(backend="PyTorch", machine="2-core CPU"),
        group(backend="PyTorch", machine="H100"),
    ]
    assert names(groups, [1, 1, 1]) == ["NumPy = PyTorch"]
    assert names(groups, [1, 2, 1]) == ["NumPy, 2-core CPU = PyTorch, H100", "PyTorch, 2-core CPU"]


def test_a_name_that_does_not_fit_counts_the_others():
    groups = [group(gradients=f"gradients that rise to {n} and fall again") for n in range(3)]
    assert names(groups, [1, 1, 1]) == ["gradients that rise to 0 and fall again and 2 equal"]
