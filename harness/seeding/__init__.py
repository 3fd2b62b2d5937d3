"""Where every random number of a cell comes from."""

from harness.seeding.script import ScriptGenerator, aside
from harness.seeding.streams import ROLES, Role, Streams, suite_key

__all__ = ["ROLES", "Role", "ScriptGenerator", "Streams", "aside", "suite_key"]
