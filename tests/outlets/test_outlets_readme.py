"""Documents held to the records, in whatever encoding they are."""

from dataclasses import replace

import outlets_verdicts as fake
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.outlets import readme

TEXT = "Reaches <!-- claim: forest/accuracy -->97 %<!-- /claim --> \u2014 so.\r\nEnd\r"
VERDICTS = {f"{one.suite}/{one.claim}": one for one in fake.EVERY}


def compared(text, encoding="utf-8"):
    document, flaws = readme.read("README.md", text.encode(encoding))
    assert flaws == ()
    return readme.compare(document, VERDICTS)


def test_what_differs_is_shown_and_can_be_written():
    found = compared(TEXT)
    (one,) = found.stale
    assert str(one) == "README.md:1: forest/accuracy: '97 %' must be '97.38 %'"
    assert found.document.with_texts(found.texts) == TEXT.replace("97 %", "97.38 %").encode()
    assert compared(TEXT.replace("97 %", "97.38 %")).stale == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
def test_the_encoding_is_kept(encoding):
    text = TEXT.replace("\u2014", "\u00fc")
    text = "\ufeff" + text if encoding == "utf-16-be" else text
    found = compared(text, encoding)
    data = found.document.with_texts(found.texts)
    assert data == text.replace("97 %", "97.38 %").encode(encoding)


def test_what_an_encoding_lacks_is_an_error():
    found = compared(TEXT.replace("\u2014", "\u00fc").replace("97 %", "97"), "latin-1")
    with pytest.raises(UnicodeEncodeError):
        found.document.with_texts(dict.fromkeys(found.texts, "\u2212"))


def test_a_claim_without_a_number_and_one_of_another_unit_are_named():
    found = compared("<!-- claim: forest/not-run -->1<!-- /claim -->\n")
    (problem,) = found.unmeasured
    assert str(problem) == (
        "README.md:1: forest/not-run: nothing was measured (no record); run `harness run forest`"
    )
    found = compared(TEXT.replace("97 %", "97 ms"))
    assert "can be in %" in str(found.other_unit[0])
    assert found.texts == {}


def test_a_mark_that_names_no_claim_has_the_nearest_name():
    document, _ = readme.read("a.md", TEXT.replace("accuracy", "acuracy").encode())
    (problem,) = readme.unknown_claims(document, list(VERDICTS))
    assert "unknown claim 'forest/acuracy'. Did you mean 'forest/accuracy'?" in str(problem)


def test_differences_of_shares_are_points():
    points = replace(fake.HOLDS, rule="difference")
    document, _ = readme.read("a.md", TEXT.replace("97 %", "9 points").encode())
    found = readme.compare(document, {"forest/accuracy": points})
    assert found.stale[0].records == "97.38 points"


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: (TEXT + text).encode()))
def test_any_bytes_are_kept(data):
    document, _ = readme.read("a.md", data)
    assert document.with_texts({}) == data
