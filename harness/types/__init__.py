"""The frozen values that pass between the stages of the line.

``Suite -> Cells -> Records -> Verdicts``: a stage is a function from one of these to the next.
Nothing here imports another stage, and nothing here imports torch.
"""

from harness.types.case import Array, Case, Cell, Profile, Scalar, as_float_array, identical
from harness.types.record import Archive, DataUsed, Environment, Outcome, Record, Series, Status
from harness.types.verdict import VERDICTS, Finding, Grounds, Interval, Verdict, VerdictName

__all__ = [
    "VERDICTS",
    "Archive",
    "Array",
    "Case",
    "Cell",
    "DataUsed",
    "Environment",
    "Finding",
    "Grounds",
    "Interval",
    "Outcome",
    "Profile",
    "Record",
    "Scalar",
    "Series",
    "Status",
    "Verdict",
    "VerdictName",
    "as_float_array",
    "identical",
]
