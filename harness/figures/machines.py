"""Machines in few words, for a legend: the device that a run used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_KINDS = re.compile(
    r"(?:^|(?<=, ))(?:(?:x86_64|aarch64|arm64)(?:-cpu)? |cuda:|mps:)|\(R\)| Processor\b"
)
_CORES = re.compile(r"(\d+) cores?")
_MODEL = re.compile(r"\b([A-Z]{1,2}\d{1,4}[A-Za-z]*|RTX \d+\w*|M\d\w*)\b")


def machine(hardware: str) -> str:
    """Return hardware in the words of a sentence: ``"AMD EPYC, 2 cores"``."""
    return _KINDS.sub("", hardware)


def short(device: str, hardware: str) -> str:
    """Return the device of a machine in few words: ``"2-core CPU"``, ``"H100"``."""
    parts = machine(hardware).split(", ")
    others = [part for part in parts[1:] if not _CORES.fullmatch(part)]
    if device not in ("", "cpu") and others:
        model = _MODEL.search(others[0])
        return model[1] if model else others[0]
    cores = _CORES.search(hardware)
    return f"{cores[1]}-core CPU" if cores else machine(hardware)


def shorts(places: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """Return (device, hardware) to few words; to all of them where the few are not enough."""
    found = {place: short(*place) for place in dict.fromkeys(places)}
    if len(set(found.values())) == len(found):
        return found
    return {
        (device, hardware): f"{machine(hardware)}, {device}".removesuffix(", ")
        for device, hardware in found
    }
