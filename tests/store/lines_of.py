"""Records as lines of either format, for tests."""

from harness.store.codec import decode, encode
from harness.store.provenance import key_of, of_record


def old(record):
    """Return the object of a record in format 1, which says all by itself."""
    made = of_record(record)
    data = vars(made.data) if made.data else None
    given = {"data": data, "code": dict(made.code), "commit": made.commit}
    own = {"environment": made.environment, **{k: v for k, v in given.items() if v}}
    rest = {k: v for k, v in encode(record).items() if k not in ("v", "provenance")}
    return {"v": 1, **rest, **own}


def known(*records):
    """Return by key what records were made of."""
    return {key_of(of_record(record)): of_record(record) for record in records}


def read_old(values):
    """Return the record of an object of format 1."""
    return decode(values, {})
