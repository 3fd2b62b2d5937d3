"""What ``claims`` and ``report`` do first: read every record of a store."""

import made

from harness.lines import text_of
from harness.store.codec import encode, encode_environment
from harness.store.provenance import key_of, log_of, of_record
from harness.store.store import Store


def test_read_a_store(benchmark, tmp_path):
    records = made.records(made.plan(tmp_path, penalties=15))
    folder = tmp_path / "results"
    folder.mkdir()
    for shared in {key_of(of_record(record)): of_record(record) for record in records}.values():
        log_of(folder).append(shared)
    lines = "".join(text_of(encode(record)) + "\n" for record in records)
    (folder / "records.jsonl").write_text(lines, encoding="utf-8")
    environment = text_of(encode_environment(made.HERE)) + "\n"
    (folder / "environments.jsonl").write_text(environment, encoding="utf-8")
    store = benchmark(Store, folder)
    assert len(store.records) == 600
    assert store.records[0] == records[0]
    assert store.environments == {made.HERE.id: made.HERE}
