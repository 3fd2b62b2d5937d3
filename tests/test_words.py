import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.words import plain

ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jred", "\\x1b[2Jred"),
        ("\x9b31m", "\\x9b31m"),
        ("caf\udce9", "caf\\udce9"),
        ("a\r\n\tb", "a\\r\n\tb"),
        ("\u202egnp", "\\u202egnp"),
        ("[bold]é 漢", "[bold]é 漢"),
    ],
)
def test_controls_and_lone_surrogates_are_spelled_out(text, shown):
    assert plain(text) == shown


@given(ANY)
def test_plain_text_can_be_encoded_and_stays_as_it_is(text):
    shown = plain(text)
    shown.encode("utf-8")
    assert plain(shown) == shown
