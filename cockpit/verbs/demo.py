"""`cockpit demo`: a real incident on this machine, and the screen on it."""

from __future__ import annotations

import click

DEFAULT = "cron-stuck"


@click.command("demo", epilog="Example: cockpit demo cron-stuck")
@click.argument("scenario", required=False)
@click.option("--list", "list_them", is_flag=True, help="Name the scenarios.")
@click.option("--keep", is_flag=True, help="Keep the range's folder when it ends.")
@click.pass_context
def command(context: click.Context, scenario: str | None, list_them: bool, keep: bool) -> None:
    """Start the sandbox with a fault in it, and open the screen on it."""
    from cockpit.wiring.range import require_scenario, scenario_table

    if list_them:
        for name, summary in scenario_table():
            click.echo(f"{name:<18}{summary}")
        return
    require_scenario(scenario)
    from cockpit.wiring.demo import run_demo

    observer = bool((context.obj or {}).get("observer"))
    context.exit(run_demo(scenario or DEFAULT, keep, observer))
