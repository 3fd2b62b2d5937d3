"""What a side says, one JSON object a line: checked, and made fit to be stored and shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from harness.gate.agent.harness_gate import PROTOCOL
from harness.words import plain

Message = Mapping[str, Any]


def parsed(line: str) -> Message:
    """Return what a side said; what is no message is an error that shows it."""
    try:
        message = _plain(json.loads(line))
        event = message["event"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return {
            "event": "error",
            "text": f"it wrote on the gate's line: {plain(line.strip())!r:.80}",
        }
    if event == "hello" and message.get("protocol") != PROTOCOL:
        text = f"its harness speaks protocol {message.get('protocol')}, this one {PROTOCOL}"
        return {"event": "error", "text": text}
    return cast("Message", message)


def _plain(value: Any) -> Any:
    """Return a value of JSON whose texts can be stored and shown anywhere."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value
