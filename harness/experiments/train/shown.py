"""Examples as networks see them, kept while one network after the other is evaluated on them."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from harness.backends.protocol import Handle

KEPT_BYTES = 256 * 2**20
"""Memory that kept blocks may take."""


class Shown:
    """Blocks of examples as networks see them, kept for the next network on the same data."""

    def __init__(self) -> None:
        self._blocks: dict[Hashable, Handle] = {}
        self._bytes = 0

    def block(self, key: Hashable, size: int, make: Callable[[], Handle]) -> Handle:
        """Return what `make` makes of `size` bytes; what was made before under the key if kept."""
        if key not in self._blocks:
            made = make()
            if self._bytes + size > KEPT_BYTES:
                return made
            self._blocks[key], self._bytes = made, self._bytes + size
        return self._blocks[key]
