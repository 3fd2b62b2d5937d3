"""What the command line and Python both do with suites, without printing anything."""

from harness.workspace.suites import (
    Workspace,
    check_documents,
    check_labels,
    check_quotes,
    open_workspace,
)
from harness.workspace.verdicts import (
    informing,
    judged,
    looks_of,
    open_archive,
    with_q_values,
)

__all__ = [
    "Workspace",
    "check_documents",
    "check_labels",
    "check_quotes",
    "informing",
    "judged",
    "looks_of",
    "open_archive",
    "open_workspace",
    "with_q_values",
]
