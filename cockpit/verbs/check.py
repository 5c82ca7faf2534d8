"""`cockpit check`: one pass over the checks."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import click

from cockpit.verbs.output import print_json, print_table


@click.command("check", epilog="Example: cockpit check --json db.connections")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def command(context: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Run every check once, or those named; exits 0 ok, 1 warn, 2 crit, 3 unknown."""
    from cockpit.config.load import load
    from cockpit.model.errors import ConfigError
    from cockpit.wiring.one_pass import one_pass

    options = context.obj or {}
    loaded = load(Path(options["config"]) if options.get("config") else None)
    name, environment = loaded.environment(options.get("environment"))
    known = [check.name for check in environment.checks]
    strangers = [wanted for wanted in names if wanted not in known]
    if strangers:
        raise ConfigError(f"there is no check {strangers[0]!r}", f"the checks are {', '.join(known) or 'none'}")
    begun = time.monotonic()
    health = asyncio.run(one_pass(loaded, name, names))
    seconds = round(time.monotonic() - begun, 3)
    if as_json:
        print_json(
            {
                "environment": name,
                "verdict": health.worst.value,
                "sampled_seconds": seconds,
                "checks": [
                    {
                        "name": result.name,
                        "verdict": result.verdict.value,
                        "value": result.value,
                        "message": result.message,
                        "taken_at": result.taken_at.isoformat() if result.taken_at else None,
                    }
                    for result in health.results
                ],
            }
        )
    else:
        print_table(
            ("VERDICT", "CHECK", "VALUE", "MESSAGE"),
            [(r.verdict.value, r.name, r.value, r.message) for r in health.results],
        )
    context.exit(health.worst.exit_code)
