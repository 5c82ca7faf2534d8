"""Alerts as Prometheus and Alertmanager write them."""

from __future__ import annotations

from cockpit.adapters.times import as_time
from cockpit.model.health import Json
from cockpit.model.metrics import Alert

_SUMMARIES = ("summary", "description", "message")


def alert_of(item: dict[str, Json], since: str, state: str, silenced_by: str = "") -> Alert:
    """One alert from its labels and annotations.

    Args:
        item: the JSON object.
        since: when it began, as written there.
        state: pending, firing, silenced or inhibited.
        silenced_by: ids of what silences or inhibits it.
    """
    labels, notes = _texts(item.get("labels")), _texts(item.get("annotations"))
    summary = next((notes[name] for name in _SUMMARIES if notes.get(name)), "")
    others = tuple(sorted((name, value) for name, value in labels.items() if name != "alertname"))
    return Alert(labels.get("alertname", "without a name"), others, summary, as_time(since), state, silenced_by)


def objects(value: Json) -> list[dict[str, Json]]:
    """The objects of a list; what is no object is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: Json) -> str:
    """A text, "" for nothing."""
    return "" if value is None else str(value)


def _texts(value: Json) -> dict[str, str]:
    return {name: text_of(text) for name, text in value.items()} if isinstance(value, dict) else {}
