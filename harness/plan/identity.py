"""What the id of a case is made of: everything that may change its results, and no default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness import digest
from harness.code.sources import Sources
from harness.config.settings import Settings
from harness.experiments.experiment import Experiment
from harness.suite.schema import Suite


def case_id(
    suite: Suite,
    experiment: Experiment,
    names: Mapping[str, str],
    settings: Settings,
    sources: Sources,
) -> str:
    """Return the id of a case.

    Parameters
    ----------
    suite : Suite
        Its suite: the id, and how random numbers are drawn.
    experiment : Experiment
        Its experiment: name, version and revision.
    names : mapping of str to str
        ``backend`` and ``device``.
    settings : Settings
        Its tables.
    sources : Sources
        The user's files that it is made of.
    """
    identity: list[Any] = [
        suite.id, experiment.name, experiment.version, names["backend"], names["device"],
        _non_default(experiment, settings),
    ]  # fmt: skip
    if suite.seeds.rng != "pcg64":  # as a default it is left out, like every other
        identity.append([suite.seeds.rng, suite.seeds.step])
    if experiment.revision is not None and (revision := experiment.revision(settings)):
        identity.append({"revision": revision})
    if sources.address:
        identity.append({"code": dict(sources.address)})
    return digest.of_value(identity)


def _non_default(experiment: Experiment, settings: Settings) -> dict[str, Any]:
    """Return the settings that are no defaults, nor those of the experiment's own arguments."""
    values, known = settings.non_default(), experiment.defaults
    params = {
        key: value
        for key, value in settings.params.items()
        if key not in known or digest.canonical(value) != digest.canonical(known[key])
    }
    values.pop("params", None)
    return values | ({"params": params} if params else {})
