import pytest

from harness import sizes


@pytest.mark.parametrize(
    ("text", "amount"),
    [("4G", 4 << 30), ("4 GiB", 4 << 30), ("4gb", 4 << 30), ("500M", 500 << 20), ("1.5k", 1536),
     ("1T", 1 << 40), ("100", 100), ("100 B", 100)],
)  # fmt: skip
def test_amounts_are_read(text, amount):
    assert sizes.parse(text) == amount


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
        sizes.parse(text)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(4 << 30, "4 GiB"), (1536, "1.5 KiB"), (100, "100 bytes"), (3 << 50, "3072 TiB")],
)
def test_amounts_are_shown(amount, text):
    assert sizes.in_words(amount) == text
