"""Stored records of the suite `own`, as the lines that they lie in."""

import json


def records(project):
    """Return a line's values for each, with those that records share."""
    folder = project.folder / "results" / "local"
    own, shared = (
        [json.loads(line) for line in (folder / name).read_text().splitlines()]
        for name in ("own.jsonl", "provenance.jsonl")
    )
    made_of = {line["id"]: line for line in shared}
    return [{**made_of[line["provenance"]], **line} for line in own]
