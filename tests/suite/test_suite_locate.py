import tomllib
import tracemalloc

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


def test_inline_tables_and_lists_are_entered():
    lines = lines_of(TEXT)
    assert lines["claims", 1, "expect", "value"] == 15
    assert lines["data", "list", 1, "type"] == 8
    nested = lines_of('a = { b = [ { c = 1 },\n  { d.e = [[2],\n [3]] } ] }\n"x.y" . z = 1\n')
    assert nested["a", "b", 0, "c"] == 1
    assert nested["a", "b", 1, "d", "e", 0, 0] == 2
    assert nested["a", "b", 1, "d", "e", 1, 0] == 3
    assert nested["x.y", "z"] == 4


def test_a_table_below_a_list_of_tables_is_that_of_its_last_entry():
    lines = lines_of("[[a]]\n[[a]]\n[a.b]\nc = 1\n[[a.d]]\ne = 2\n")
    assert lines["a", 1, "b", "c"] == 4
    assert lines["a", 1, "d", 0, "e"] == 6


def test_what_has_no_line_has_that_of_what_holds_it():
    assert nearest(lines_of(TEXT), ("claims", 1, "expect", "nothing")) == 15
    assert nearest(lines_of(TEXT), ("nowhere",)) is None


def test_multiline_strings_hide_what_they_hold():
    lines = lines_of('a = """\n[x]\nb = 1\n"""\nc = 2\n')
    assert lines == {("a",): 1, ("c",): 5}
    assert lines_of("a = '''\nb = 1'''''\nc = 2\n") == {("a",): 1, ("c",): 3}


def test_a_long_text_takes_no_memory_of_its_own():
    text = 'a = "' + "x" * 2_000_000 + '"\nb = """' + 'y"\n' * 500_000 + '"""\nc = 1\n'
    assert tomllib.loads(text)["c"] == 1
    tracemalloc.start()
    assert lines_of(text) == {("a",): 1, ("b",): 2, ("c",): 500_003}
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
