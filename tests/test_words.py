import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import words
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


@pytest.mark.parametrize(
    ("text", "amount"),
    [("4G", 4 << 30), ("4 GiB", 4 << 30), ("4gb", 4 << 30), ("500M", 500 << 20), ("1.5k", 1536),
     ("1T", 1 << 40), ("100", 100), ("100 B", 100)],
)  # fmt: skip
def test_amounts_are_read(text, amount):
    assert words.bytes_of(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0G",
        "-4G",
        "4X",
        "G",
        "nan",
        "inf",
        "1e9",
        "4G4",
        "4 G x",
        "\N{ARABIC-INDIC DIGIT FOUR}G",
    ],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match="must be an amount of memory such as"):
        words.bytes_of(text)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(4 << 30, "4 GiB"), (1536, "1.5 KiB"), (100, "100 bytes"), (3 << 50, "3072 TiB")],
)
def test_amounts_are_shown(amount, text):
    assert words.memory(amount) == text
