"""The scenarios as the table that stands in runbooks/README.md."""

from __future__ import annotations

from cockpit.sandbox.scenarios import SCENARIOS


def scenario_table() -> str:
    """One row a scenario in the order of `cockpit demo --list`: its name, what happens, the procedure that ends it."""
    rows = ["| Scenario | What happens | Procedure |", "|---|---|---|"]
    for name, scenario in SCENARIOS.items():
        procedure = f"[{scenario.procedure}]({scenario.runbook}#{scenario.procedure})"
        rows.append(f"| `{name}` | {scenario.summary} | {procedure} |")
    return "\n".join(rows) + "\n"
