"""JUnit XML: counted, complete, and free of what XML forbids."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from harness.junit import NotPassed, Row, Table, render

ended = st.none() | st.builds(
    NotPassed, st.sampled_from(["failure", "error", "skipped"]), st.text(), st.just("t"), st.text()
)
tests = st.lists(
    st.builds(Row, st.text(), st.text(), st.floats(0, 9), ended, file=st.text(max_size=3)),
    max_size=5,
)


@given(st.text(), tests, st.dictionaries(st.just("a"), st.text()))
def test_any_table_is_well_formed_and_counted(title, rows, properties):
    text = render(Table(title, rows, properties))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", text)
    suite = ET.fromstring(text.encode()).find("testsuite")  # noqa: S314 our own
    assert int(suite.get("tests")) == len(suite.findall("testcase")) == len(rows)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(name)) == len(suite.findall(f"testcase/{tag}"))


def test_a_test_has_its_place_only_where_it_is_known():
    rows = [Row("g", "a", file="s.toml", line=7), Row("g", "b")]
    suite = ET.fromstring(render(Table("t", rows)).encode()).find("testsuite")  # noqa: S314
    first, second = suite.findall("testcase")
    assert (first.get("file"), first.get("line")) == ("s.toml", "7")
    assert "file" not in second.attrib
