r"""A digest at the end of a line, so that a changed bit is seen.

A line is a JSON object, and its last member is ``"sha"``: the first 16 hex digits of SHA-256 over
the bytes before ``,"sha":"``. So line 3 of a file is checked by hand with ::

    sed -n 3p xor.jsonl | sed 's/,"sha":"[^"]*"}$//' | tr -d '\n' | sha256sum

Lines of older versions have none; they are read as they are.
"""

from __future__ import annotations

import hashlib

from harness.errors import StoreError

_MARK = b',"sha":"'
_END = b'"}'
_LENGTH = 16


def sealed(line: bytes) -> bytes:
    """Return the line of a JSON object with its digest."""
    if not line.endswith(b"}") or line.endswith(b"{}"):
        raise ValueError(f"a line must be a JSON object with members, got {line[-20:]!r}")
    body = line[:-1]
    return body + _MARK + _digest(body) + _END


def is_sealed(line: bytes) -> bool:
    """Whether a line carries a digest, right or wrong."""
    _, mark, end = line.rpartition(_MARK)
    return bool(mark) and len(end) == _LENGTH + len(_END) and end.endswith(_END)


def unsealed(line: bytes) -> bytes:
    """Return a line without its digest.

    Raises
    ------
    StoreError
        If the digest is of another line.
    """
    body, mark, end = line.rpartition(_MARK)
    if not (mark and len(end) == _LENGTH + len(_END) and end.endswith(_END)):
        return line
    if _digest(body) != end[:_LENGTH]:
        raise StoreError("must be as it was written, and its digest is of another line")
    return body + b"}"


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:_LENGTH].encode()
