"""Alerts of Prometheus and Alertmanager as rows among the checks: one row a name, one for each server."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.engine.board import Board
from cockpit.model.health import CheckResult, Mute, Verdict
from cockpit.model.metrics import Alert, AlertsSnapshot
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.model.wording import count

PREFIX = "alert "
"""Before an alert's name in the name of its row; no check can be called so."""
GROUP = "alerts"
ALERTING = (SourceKind.ALERTMANAGER, SourceKind.PROMETHEUS)
"""The kinds of servers that tell of alerts; the first one has the word on what is silenced."""
_GRAVE = frozenset({"critical", "crit", "page", "error", "emergency", "fatal", "high", "p1", "sev1", "disaster"})
_SLIGHT = frozenset({"info", "information", "informational", "none", "debug", "ok"})
_NOT_SHOWN = frozenset({"severity"})
_INSTANCES = 10


def alert_results(board: Board) -> tuple[CheckResult, ...]:
    """A result for each server, and one for each name of an active alert."""
    readings = [reading for kind in ALERTING for reading in board.of_kind(kind)]
    servers = [reading for reading in readings if reading.source.name == reading.source.system]
    return (*map(_server, servers), *_alerts(servers))


def _server(reading: Reading[object]) -> CheckResult:
    """Whether a server tells of its alerts, and how many there are."""
    name = f"{reading.source.kind.value}.{reading.source.system}"
    found = reading.value if isinstance(reading.value, AlertsSnapshot) else None
    if reading.state is not ReadingState.FRESH or found is None:
        message = "not read yet" if reading.state is ReadingState.PENDING else reading.error or "no answer"
        value = "…" if reading.state is ReadingState.PENDING else "no answer"
        return _row(name, Verdict.UNKNOWN, value, message, reading)
    firing = sum(1 for alert in found.alerts if alert.state == "firing")
    facts = [(state, str(number)) for state, number in _by_state(found.alerts)]
    facts += [("rules", str(found.rules))] if found.rules is not None else []
    return _row(name, Verdict.OK, f"{firing} firing", "", reading, tuple(facts))


def _row(
    name: str,
    verdict: Verdict,
    value: str,
    message: str,
    reading: Reading[object],
    facts: tuple[tuple[str, str], ...] = (),
) -> CheckResult:
    return CheckResult(
        name,
        verdict,
        value,
        message,
        reading.taken_at,
        latency=reading.latency,
        subject="alerts",
        source=reading.source,
        grouped=GROUP,
        facts=facts,
    )


def _alerts(servers: Iterable[Reading[object]]) -> list[CheckResult]:
    """What several servers tell of one name is one row; the first server that knows the name tells its instances."""
    known: dict[str, tuple[Reading[object], list[Alert]]] = {}
    for reading in servers:
        if not isinstance(reading.value, AlertsSnapshot):
            continue
        named: dict[str, list[Alert]] = {}
        for alert in reading.value.alerts:
            named.setdefault(alert.name, []).append(alert)
        for name, alerts in named.items():
            known.setdefault(name, (reading, alerts))
    return [_alert(name, reading, alerts) for name, (reading, alerts) in sorted(known.items())]


def _alert(name: str, reading: Reading[object], alerts: list[Alert]) -> CheckResult:
    heard = [alert for alert in alerts if alert.state == "firing"]
    waiting = [alert for alert in alerts if alert.state == "pending"]
    quiet = [alert for alert in alerts if alert not in heard and alert not in waiting]
    shown = heard or waiting or quiet
    lead = max(shown, key=lambda alert: _verdict(alert).severity)
    fresh = reading.state is ReadingState.FRESH
    verdict = Verdict.UNKNOWN if not fresh else Verdict.OK if not heard and waiting else _verdict(lead)
    since = min((alert.since for alert in shown if alert.since is not None), default=None)
    return CheckResult(
        name=f"{PREFIX}{name}",
        verdict=verdict,
        value=_value(shown),
        message=_message(lead, len(shown)) if fresh else reading.error or "no answer",
        taken_at=reading.taken_at,
        since=since,
        pending=_verdict(lead) if waiting and not heard else None,
        subject="alert",
        source=reading.source,
        grouped=GROUP,
        mute=_silence(quiet[0], reading.source) if shown is quiet else None,
        muted=shown is quiet,
        facts=tuple(_instance(alert) for alert in alerts[:_INSTANCES]),
    )


def _verdict(alert: Alert) -> Verdict:
    """From its label severity; one without a known severity is a warning."""
    severity = alert.label("severity").lower()
    if severity in _GRAVE:
        return Verdict.CRIT
    return Verdict.OK if severity in _SLIGHT else Verdict.WARN


def _silence(alert: Alert, source: SourceId) -> Mute:
    by = f" by {alert.silenced_by}" if alert.silenced_by else ""
    return Mute(f"{alert.state}{by}", source.system)


def _value(alerts: list[Alert]) -> str:
    return alerts[0].state if len(alerts) == 1 else f"{len(alerts)} {alerts[0].state}"


def _message(lead: Alert, number: int) -> str:
    text = lead.summary or _labels(lead)
    return f"{text} and {count(number - 1, 'more', 'more')}" if number > 1 else text


def _instance(alert: Alert) -> tuple[str, str]:
    since = f" since {alert.since:%Y-%m-%d %H:%M:%S}Z" if alert.since else ""
    by = f" by {alert.silenced_by}" if alert.silenced_by else ""
    text = f"{_labels(alert)}{since}{by}"
    return alert.state, f"{text}: {alert.summary}" if alert.summary else text


def _labels(alert: Alert) -> str:
    return ", ".join(f"{name}={value}" for name, value in alert.labels if name not in _NOT_SHOWN) or "no labels"


def _by_state(alerts: Iterable[Alert]) -> list[tuple[str, int]]:
    numbers: dict[str, int] = {}
    for alert in alerts:
        numbers[alert.state] = numbers.get(alert.state, 0) + 1
    return sorted(numbers.items())
