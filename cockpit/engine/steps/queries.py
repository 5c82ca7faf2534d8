"""Queries of metrics and logs: which the cockpit asks itself, and which it copies."""

from __future__ import annotations

from collections.abc import Collection

from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.runbook import Command, Kind

_ASKED = frozenset({"", "promql", "metricsql"})
_NAMES = {"logql": "LogQL", "kql": "KQL", "splunk": "SPL", "spl": "SPL"}


def why_copied(command: Command, sources: Collection[SourceId]) -> str:
    """Why a query is copied and not asked, "" when it is asked or is no query.

    Args:
        command: any command.
        sources: all of this environment on which a step can run.
    """
    if command.kind is not Kind.QUERY:
        return ""
    if command.language not in _ASKED:
        name = _NAMES.get(command.language, command.language)
        return f"{name} is not asked from here; it is copied for the place where you ask it"
    if not any(source.kind is SourceKind.PROMETHEUS for source in sources):
        return "this environment has no Prometheus to ask; it is copied"
    return ""
