from harness.suite.locate import lines_of, nearest

TEXT = """\
schema = 1            # [not] a = table
title = "a [b] = 'c'"

[data]
dataset = "digits"
list = [
  "one",
  { type = "linear", out = 3 },
]

[[claims]]
id = "first"
[[claims]]
id = "second"
expect = { value = 1 }
[data.synthetic]
noise = 1.0
a.b = 2
"""


def test_keys_tables_and_items_have_their_lines():
    lines = lines_of(TEXT)
    assert lines["schema",] == 1
    assert lines["title",] == 2
    assert lines["data",] == 4
    assert lines["data", "dataset"] == 5
    assert lines["data", "list"] == 6
    assert lines["data", "list", 0] == 7
    assert lines["data", "list", 1] == 8
    assert lines["claims", 0, "id"] == 12
    assert lines["claims", 1, "id"] == 14
    assert lines["data", "synthetic", "noise"] == 17
    assert lines["data", "synthetic", "a", "b"] == 18


def test_a_path_inside_an_inline_table_falls_back_to_its_key():
    assert nearest(lines_of(TEXT), ("claims", 1, "expect", "value")) == 15
    assert nearest(lines_of(TEXT), ("nowhere",)) is None


def test_multiline_strings_hide_what_they_hold():
    lines = lines_of('a = """\n[x]\nb = 1\n"""\nc = 2\n')
    assert lines == {("a",): 1, ("c",): 5}
