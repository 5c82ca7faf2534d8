"""`cockpit doctor`: every source: reachable, which version, which rights."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from cockpit.verbs.output import print_json, print_table


@click.command("doctor", epilog="Example: cockpit doctor --json")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.option("--observer", is_flag=True, help="Ask as the observer.")
@click.pass_context
def command(context: click.Context, as_json: bool, observer: bool) -> None:
    """Ask every source whether it answers and what this role may do there; exits 0 when all is well, else 1."""
    from cockpit.config.load import load
    from cockpit.model.incident import Role
    from cockpit.wiring.doctor import examine

    options = context.obj or {}
    loaded = load(Path(options["config"]) if options.get("config") else None)
    name, _ = loaded.environment(options.get("environment"))
    role = Role.OBSERVER if observer or options.get("observer") else Role.OPERATOR
    diagnoses = asyncio.run(examine(loaded, name, role))
    if as_json:
        print_json(
            {"environment": name, "role": role.value, "sources": [diagnosis.as_json() for diagnosis in diagnoses]}
        )
    else:
        print_table(("SOURCE", "STATE", "VERSION", "REMARKS"), [diagnosis.as_row() for diagnosis in diagnoses])
    context.exit(0 if all(diagnosis.well for diagnosis in diagnoses) else 1)
