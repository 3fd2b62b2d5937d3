"""One log of JSON lines: what the store, the history, the journal and the self-test write.

A log is a file of lines that only grows. A line is a JSON object whose last member is a digest of
the others. One process writes at a time, and a line is on disk before `Log.append` returns; what a
crash tears is the last line alone, which is left out with a note and set aside by the next writer.
A line that is not as it was written is named by file and number.
"""

from harness.lines.log import Line, Log
from harness.lines.seal import is_sealed, object_of, sealed, storable, text_of, unsealed

__all__ = ["Line", "Log", "is_sealed", "object_of", "sealed", "storable", "text_of", "unsealed"]
