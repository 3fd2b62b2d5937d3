from hypothesis import given
from hypothesis import strategies as st

from harness.execute.cases import ENOUGH, Timeouts


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans())))
def test_a_case_is_given_up_when_enough_are_late_and_none_is_not(ends):
    timeouts = Timeouts()
    for case, late in ends:
        timeouts.note(case, late=late)
    for case in "ab":
        own = [late for name, late in ends if name == case]
        assert timeouts.gives_up(case) is (all(own) and len(own) >= ENOUGH)
