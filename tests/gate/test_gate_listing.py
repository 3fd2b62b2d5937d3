"""What two sides have, and why the rest cannot be compared."""

from dataclasses import replace

from harness.gate.listing import EVERYTHING, SideCases, Uncollected, compared, listed, notes


def reasons(base, head):
    both, apart = compared({"base": base, "head": head})
    return both, {one.case: (one.verdict, one.reason) for one in apart}


def test_what_both_have_is_compared_in_the_order_of_head():
    assert reasons(SideCases(("a", "b", "c")), SideCases(("c", "b", "d"))) == (
        ("c", "b"),
        {"a": ("missing", "only base has it"), "d": ("missing", "only head has it")},
    )


def test_a_module_that_fails_on_one_side_is_told_once_and_hides_no_other():
    failed = Uncollected("t/a.py", "ModuleNotFoundError: No module named 'x'")
    base = SideCases(("t/a.py::one", "t/a.py::two", "t/b.py::one"))
    both, apart = reasons(base, SideCases(("t/b.py::one",), (failed,)))
    assert both == ("t/b.py::one",)
    said = (
        "could not be collected: ModuleNotFoundError: No module named 'x' (head); 2 benchmarks of "
        "base not compared"
    )
    assert apart == {"t/a.py": ("broken", said)}


def test_a_module_that_fails_alike_on_both_sides_is_told_once():
    side = SideCases((), (Uncollected("a.py", "NameError: x"),))
    said = "could not be collected: NameError: x (both sides)"
    assert reasons(side, side) == ((), {"a.py": ("broken", said)})
    other = SideCases((), (Uncollected("a.py", "NameError: y"),))
    said = "could not be collected: NameError: x (base); NameError: y (head)"
    assert reasons(side, other)[1] == {"a.py": ("broken", said)}


def test_a_module_that_skips_itself_is_a_reason_and_no_fault():
    skipped = Uncollected("a.py", "skipped: no numba", skipped=True)
    _, apart = reasons(SideCases(("a.py::one",)), SideCases((), (skipped,)))
    assert apart == {"a.py::one": ("missing", "skipped: no numba (head)")}


def test_what_one_side_deselects_is_told_with_the_options():
    head = SideCases(("b",), deselected=("a", "c"), deselected_by="-m 'not slow'")
    base = SideCases(("a", "b"), deselected=("c",), deselected_by="-m 'not slow'")
    assert reasons(base, head)[1] == {"a": ("missing", "head deselects it by -m 'not slow'")}
    sides = {"base": base, "head": head}
    note = "1 benchmark is deselected by -m 'not slow' on both sides"
    assert notes(sides) == (note,)
    undone = replace(head, taken_back_by="--option=-m=")
    assert notes({**sides, "head": undone}) == (f"{note}; --option=-m= takes that back",)
    assert notes({"base": SideCases(), "head": head}) == ()


def test_a_folder_holds_what_lies_in_it():
    assert Uncollected("t", "").holds("t/a.py::one")
    assert Uncollected("t/a.py", "").holds("t/a.py::C::one")
    assert not Uncollected("t/a", "").holds("t/a.py::one")
    assert Uncollected(EVERYTHING, "").holds("t/a.py::one")


def test_an_older_harness_says_only_the_names():
    assert listed({"event": "cases", "names": ["a"]}) == SideCases(("a",))
