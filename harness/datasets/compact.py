"""Thrift's compact protocol, in which parquet files say where their pages are and how large.

Only what is asked for is kept, and nothing is set aside before it was read: whatever the bytes
say, reading them takes no more memory than they do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT, UUID = range(14)
_WIDTHS = {BYTE: 1, DOUBLE: 8, UUID: 16}
_BITS = {I16: 16, I32: 32, I64: 64}
_DEEPEST = 32
_LONGEST = 10  # bytes of a number of 64 bits

Wanted = Mapping[int, Any]
"""The fields of a struct to keep, by number: the kind of a number, `Wanted` of a struct, or a list
of one `Wanted` for a list of structs. A field of another kind is none, as for all who read it."""


class Compact:
    """Reads structs from where a file stands.

    Parameters
    ----------
    file : binary file
        Of plain bytes, in which one can seek.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._depth = 0

    def struct(self, wanted: Wanted) -> dict[int, Any]:
        """Return the wanted fields of the struct that begins here.

        Raises
        ------
        ValueError
            If it is none, or has a field twice.
        """
        found: dict[int, Any] = {}
        seen = set()
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._number(I16)
            if number in seen:
                raise ValueError(f"field {number} stands twice")
            seen.add(number)
            value = self._field(head & 15, wanted.get(number))
            if value is not None:
                found[number] = value
        return found

    def _field(self, kind: int, wanted: Any) -> Any:
        """Read a field; return its value where it is wanted and of that kind."""
        if kind in (TRUE, FALSE):  # the kind is the value
            return None
        if isinstance(wanted, list) and kind == LIST:
            return self._structs(wanted[0])
        if isinstance(wanted, Mapping) and kind == STRUCT:
            return self._deeper(lambda: self.struct(wanted))
        if kind == wanted:
            return self._number(kind)
        self._skip(kind)
        return None

    def _structs(self, wanted: Wanted) -> list[dict[int, Any]] | None:
        count, kind = self._list()
        if kind == STRUCT:
            return [self._deeper(lambda: self.struct(wanted)) for _ in range(count)]
        self._items(count, kind)
        return None

    def _skip(self, *kinds: int) -> None:
        for kind in kinds:
            self._skip_one(kind)

    def _skip_one(self, kind: int) -> None:
        if kind in (TRUE, FALSE):
            self._byte()
        elif kind in _BITS:
            self._number(kind)
        elif kind in _WIDTHS:
            self._bytes(_WIDTHS[kind])
        elif kind == BINARY:
            self._pass(self._unsigned())
        elif kind in (LIST, SET):
            self._items(*self._list())
        elif kind == MAP:
            self._map()
        elif kind == STRUCT:
            self._deeper(lambda: self.struct({}))
        else:
            raise ValueError(f"there is no kind {kind} of value")

    def _list(self) -> tuple[int, int]:
        head = self._byte()
        return (head >> 4 if head >> 4 < 15 else self._unsigned()), head & 15

    def _items(self, count: int, *kinds: int) -> None:
        for _ in range(count):
            self._deeper(lambda: self._skip(*kinds))

    def _map(self) -> None:
        count = self._unsigned()
        kinds = self._byte() if count else 0
        self._items(count, kinds >> 4, kinds & 15)

    def _deeper(self, read: Callable[[], Any]) -> Any:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(f"values lie more than {_DEEPEST} deep")
        value = read()
        self._depth -= 1
        return value

    def _number(self, kind: int) -> int:
        value = self._unsigned()
        value = (value >> 1) ^ -(value & 1)
        if not -1 << _BITS[kind] - 1 <= value < 1 << _BITS[kind] - 1:
            raise ValueError(f"a number of {_BITS[kind]} bits must be one, got {value}")
        return value

    def _unsigned(self) -> int:
        value = 0
        for place in range(_LONGEST):
            byte = self._byte()
            value |= (byte & 127) << 7 * place
            if byte < 128:
                return value
        raise ValueError(f"a number has more than {_LONGEST} bytes")

    def _pass(self, count: int) -> None:
        if count >= 1 << 31:
            raise ValueError(f"a text of {count:,} bytes is too long")
        self._file.seek(count, 1)

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise ValueError("it ends within a struct")
        return data
