"""`cockpit doctor`: every source: reachable, which version, which rights."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from cockpit.model.health import Json
from cockpit.model.rights import Right
from cockpit.model.text import clean
from cockpit.verbs.output import print_json, print_table


@click.command("doctor", epilog="Example: cockpit doctor --observer")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.option("--observer", is_flag=True, help="Ask as the observer, and what keeps one from changing anything.")
@click.pass_context
def command(context: click.Context, as_json: bool, observer: bool) -> None:
    """Ask every source whether it answers and what this role may do there; exits 0 when all is well, else 1."""
    from cockpit.config.load import load
    from cockpit.model.incident import Role
    from cockpit.wiring.doctor import examine
    from cockpit.wiring.rights import observer_rights

    options = context.obj or {}
    loaded = load(Path(options["config"]) if options.get("config") else None)
    name, _ = loaded.environment(options.get("environment"))
    role = Role.OBSERVER if observer or options.get("observer") else Role.OPERATOR
    diagnoses = asyncio.run(examine(loaded, name, role))
    rights = asyncio.run(observer_rights(loaded, name)) if role is Role.OBSERVER else []
    if as_json:
        report: dict[str, Json] = {"environment": name, "role": role.value}
        report["sources"] = [diagnosis.as_json() for diagnosis in diagnoses]
        if role is Role.OBSERVER:
            report["rights"] = [right.as_json() for right in rights]
        print_json(report)
    else:
        print_table(("SOURCE", "STATE", "VERSION", "REMARKS"), [diagnosis.as_row() for diagnosis in diagnoses])
        _print_rights(rights)
    well = all(diagnosis.well for diagnosis in diagnoses) and all(right.well for right in rights)
    context.exit(0 if well else 1)


def _print_rights(rights: Sequence[Right]) -> None:
    """What keeps an observer from changing anything, and below it what would close the gaps."""
    if not rights:
        return
    click.echo()
    print_table(("SOURCE", "AN OBSERVER WHO WOULD", "IS STOPPED", "BECAUSE"), [right.as_row() for right in rights])
    gaps = [right for right in rights if not right.well]
    if gaps:
        click.echo("\nThe server would enforce it with:")
    for remedy in dict.fromkeys(line for right in gaps for line in right.remedy.splitlines()):
        click.echo(f"  {clean(remedy)}")
