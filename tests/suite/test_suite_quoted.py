"""A sentence stands once, with its readings; where it stands comes from what is around it."""

import pytest
from suite_texts import document_text, load_suite, suite_text

from harness.config.claim import Source
from harness.errors import SuiteError
from harness.suite.schema import json_schema

HEAD = suite_text("line-fit", source=None)
GRID = '[[grid]]\nbackend = ["numpy"]\n'
ONE = """\
[[claims]]
id = "falls"
quote = "the loss falls"
metric = "train_loss"
expect = { at_most = 1.0 }
"""
MANY = """\
[[quotes]]
text = "fast and exact"
[[quotes.claims]]
id = "fast"
metric = "train_loss"
expect = { at_most = 2.0 }
[[quotes.claims]]
id = "exact"
metric = "train_loss"
expect = { exactly = 0.0 }
"""


@pytest.fixture
def loaded(tmp_path):
    def loaded(text, *, document=True):
        if document:
            (tmp_path / "document.toml").write_text(document_text())
        return load_suite(tmp_path, text, "line-fit")

    return loaded


def sources(suite):
    return {claim.id: claim.source for claim in suite.claims}


def at(section, key="notes"):
    return Source(key=key, section=section)


def test_claims_come_in_the_order_of_the_file_with_their_quote(loaded):
    suite = loaded(HEAD + 'section = "3"\n' + GRID + MANY + ONE)
    assert [(claim.id, claim.quote) for claim in suite.claims] == [
        ("fast", "fast and exact"),
        ("exact", "fast and exact"),
        ("falls", "the loss falls"),
    ]
    assert [claim.place for claim in suite.claims] == [
        ("quotes", 0, "claims", 0),
        ("quotes", 0, "claims", 1),
        ("claims", 0),
    ]
    assert suite.claims[1].expect.exactly == 0.0


def test_one_reading_says_the_same_in_both_forms(loaded):
    both = (
        ONE
        + '[[quotes]]\ntext = "the loss falls"\n'
        + ONE.replace("[[claims]]", "[[quotes.claims]]").replace('quote = "the loss falls"\n', "")
    )
    one, other = (
        claim.model_dump(exclude={"place"}) for claim in loaded(HEAD + GRID + both).claims
    )
    assert one == other


def test_a_section_is_of_the_document_and_a_source_of_another(loaded):
    suite = loaded(
        HEAD
        + 'section = "3"\n'
        + GRID
        + MANY.replace('text = "fast', 'section = "4"\ntext = "fast').replace(
            'id = "exact"', 'id = "exact"\nsource = { key = "book", section = "9" }'
        )
        + ONE
        + ONE.replace('"falls"', '"again"\nsection = "5"')
    )
    assert suite.source == at("3")
    assert sources(suite) == {
        "fast": at("4"),
        "exact": at("9", "book"),
        "falls": at("3"),
        "again": at("5"),
    }


def test_a_section_is_of_the_source_around_it(loaded):
    text = HEAD + 'source = { key = "book", section = "1" }\n' + GRID
    suite = loaded(text + ONE + ONE.replace('"falls"', '"again"\nsection = "2"'), document=False)
    assert sources(suite) == {"falls": at("1", "book"), "again": at("2", "book")}


def test_outside_every_document_a_suite_needs_no_source(loaded):
    suite = loaded(HEAD + GRID + ONE + MANY, document=False)
    assert suite.source is None
    assert set(sources(suite).values()) == {None}


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ("exactly = 0.0", 'exactly = "x"', 16, "quotes[0].claims[1].expect.exactly", "a number"),
        ("exactly", "exactli", 16, "quotes[0].claims[1].expect.exactli", "Did you mean 'exactly'"),
        ('id = "exact"', 'quote = "x"\nid = "exact"', 14, "quotes[0].claims[1].quote", "unknown"),
        ('text = "fast', 'txt = "fast', 8, "quotes[0].txt", "Did you mean 'text'"),
        ('text = "fast and exact"\n', "", 7, "quotes[0].text", "must be given"),
        (
            'id = "exact"',
            'id = "exact"\nsection = "2"\nsource = { key = "b", section = "1" }',
            15,
            "quotes[0].claims[1].section",
            "must not stand beside a source",
        ),
    ],
)
def test_what_is_wrong_with_a_reading_is_named(loaded, old, new, line, key, words):
    text = HEAD + GRID + MANY
    with pytest.raises(SuiteError) as caught:
        loaded(text.replace(old, new, 1))
    found = {problem.key: problem for problem in caught.value.problems}
    assert key in found, sorted(found)
    assert words in found[key].message
    assert found[key].line == line


def test_a_quote_has_a_reading(loaded):
    with pytest.raises(SuiteError, match=r"quotes\[0\]\.claims: must have at least 1 item"):
        loaded(HEAD + GRID + '[[quotes]]\ntext = "x"\nclaims = []\n')


@pytest.mark.parametrize("level", ["suite", "quote", "claim"])
def test_a_section_of_no_document_is_refused(loaded, level):
    section = 'section = "2"\n'
    text = HEAD + section * (level == "suite") + GRID
    text += MANY.replace('id = "fast"\n', 'id = "fast"\n' + section * (level == "claim"))
    text = text.replace('exact"\n[[', 'exact"\n' + section * (level == "quote") + "[[", 1)
    with pytest.raises(SuiteError) as caught:
        loaded(text, document=False)
    key = {"suite": "section", "quote": "quotes[0].section", "claim": "quotes[0].claims[0].section"}
    assert caught.value.problems[0].key == key[level]
    assert "lies in no document's folder" in str(caught.value)


def test_the_json_schema_knows_both_forms():
    schema = json_schema()
    assert {"claims", "quotes", "section", "source"} <= schema["properties"].keys()
    assert "source" not in schema["required"]
    assert schema["$defs"]["ClaimTable"]["required"] == ["quote"]
    assert set(schema["$defs"]["QuoteTable"]["required"]) == {"text", "claims"}
    assert "quote" not in schema["$defs"]["ReadingTable"]["properties"]
