"""What contradicts itself in the tables about incidents."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.config.locate import KeyPath
from cockpit.config.settings import Escalation, IncidentSettings, NotifySettings, Template


def incident_problems(
    incident: IncidentSettings, policies: Iterable[Escalation], templates: Iterable[Template], notify: NotifySettings
) -> list[tuple[str, KeyPath]]:
    """What contradicts itself in these tables: one sentence and its key each."""
    known = ", ".join(incident.severities)
    found: list[tuple[str, KeyPath]] = []
    if incident.default not in incident.severities:
        found.append((f"the default severity {incident.default!r} is none of {known}", ("incident", "default")))
    strange = [severity for severity in incident.updates if severity not in incident.severities]
    found += [(f"updates for {severity!r}, which is none of {known}", ("incident", "updates")) for severity in strange]
    for index, policy in enumerate(policies):
        for severity in policy.severities:
            if severity not in incident.severities:
                said = f"an escalation for {severity!r}, which is none of {known}"
                found.append((said, ("escalation", index, "severities")))
        names = [level.name for level in policy.levels]
        if len(set(names)) < len(names):
            found.append(("an escalation has two levels of one name", ("escalation", index, "levels")))
    for index, template in enumerate(templates):
        for target in template.to:
            if target not in notify.targets:
                said = f"the template {template.name!r} goes to {target!r}, which [notify.targets] does not have"
                found.append((said, ("templates", index, "to")))
    return found
