from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cockpit.engine.alerts import alert_results
from cockpit.engine.board import Board
from cockpit.model.health import CheckResult, Verdict
from cockpit.model.metrics import Alert, AlertsSnapshot, QueryResult
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
PROM = SourceId(SourceKind.PROMETHEUS, "prom")
QUERY = SourceId(SourceKind.PROMETHEUS, "prom/api.errors")
AM = SourceId(SourceKind.ALERTMANAGER, "main")


def alert(name: str, state: str = "firing", severity: str = "critical", instance: str = "db1", by: str = "") -> Alert:
    labels = tuple(pair for pair in (("instance", instance), ("severity", severity)) if pair[1])
    return Alert(name, labels, f"{name} on {instance}", NOW, state, by)


def results(*alerts: Alert, source: SourceId = AM, state: ReadingState = ReadingState.FRESH) -> dict[str, CheckResult]:
    board = Board()
    board.publish(Reading(source, state, AlertsSnapshot(alerts), NOW, 0.01, "it does not answer."))
    return {result.name: result for result in alert_results(board)}


def test_a_firing_alert_is_a_row_with_its_name_labels_and_age() -> None:
    row = results(alert("DatabaseDown"))["alert DatabaseDown"]
    assert (row.verdict, row.value, row.message) == (Verdict.CRIT, "firing", "DatabaseDown on db1")
    assert (row.since, row.group) == (NOW, "alerts")
    assert row.facts == (("firing", "instance=db1 since 2026-03-14 03:00:00Z: DatabaseDown on db1"),)


@pytest.mark.parametrize(
    ("severity", "verdict"),
    [
        ("page", Verdict.CRIT),
        ("Critical", Verdict.CRIT),
        ("warning", Verdict.WARN),
        ("", Verdict.WARN),
        ("info", Verdict.OK),
    ],
)
def test_the_severity_decides(severity: str, verdict: Verdict) -> None:
    assert results(alert("A", severity=severity))["alert A"].verdict is verdict


def test_several_instances_are_one_row_with_the_worst_first() -> None:
    row = results(alert("A", severity="warning"), alert("A", instance="db2"), alert("A", instance="db3"))["alert A"]
    assert (row.verdict, row.value, row.message) == (Verdict.CRIT, "3 firing", "A on db2 and 2 more")


def test_what_is_silenced_or_inhibited_says_so_and_does_not_count() -> None:
    row = results(alert("A", "silenced", by="4711"))["alert A"]
    assert row.muted
    assert row.mute is not None
    assert (row.mute.reason, row.mute.by) == ("silenced by 4711", "main")
    assert results(alert("A", "inhibited"), alert("A"))["alert A"].muted is False


def test_a_pending_alert_is_not_in_force_yet() -> None:
    row = results(alert("A", "pending"), source=PROM)["alert A"]
    assert (row.verdict, row.pending, row.value) == (Verdict.OK, Verdict.CRIT, "pending")


def test_a_server_that_is_lost_makes_its_alerts_unknown() -> None:
    found = results(alert("A"), state=ReadingState.STALE)
    assert found["alert A"].verdict is Verdict.UNKNOWN
    assert (found["alertmanager.main"].verdict, found["alertmanager.main"].message) == (
        Verdict.UNKNOWN,
        "it does not answer.",
    )


def test_what_two_servers_tell_is_one_row_and_alertmanager_has_the_word() -> None:
    board = Board()
    board.publish(Reading(PROM, ReadingState.FRESH, AlertsSnapshot((alert("A"), alert("B")), 7), NOW))
    board.publish(Reading(AM, ReadingState.FRESH, AlertsSnapshot((alert("A", "silenced"),)), NOW))
    board.publish(Reading(QUERY, ReadingState.FRESH, QueryResult(()), NOW))
    found = {result.name: result for result in alert_results(board)}
    assert list(found) == ["alertmanager.main", "prometheus.prom", "alert A", "alert B"]
    assert found["alert A"].muted
    assert found["prometheus.prom"].facts == (("firing", "2"), ("rules", "7"))
    assert found["prometheus.prom"].value == "2 firing"


def test_before_the_first_answer_nothing_is_known() -> None:
    board = Board()
    board.announce(AM)
    (row,) = alert_results(board)
    assert (row.verdict, row.message) == (Verdict.UNKNOWN, "not read yet")
