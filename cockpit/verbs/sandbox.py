"""`cockpit sandbox`: the range in the foreground, without the screen."""

from __future__ import annotations

import json

import click


@click.command("sandbox", epilog="Example: cockpit sandbox cron-stuck --json")
@click.argument("scenario", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when it is ready.")
@click.option("--keep", is_flag=True, help="Keep its folder when it ends.")
@click.pass_context
def command(context: click.Context, scenario: str | None, as_json: bool, keep: bool) -> None:
    """Run real PostgreSQL, Redis and the sample service until Ctrl-C; healthy unless a SCENARIO is named."""
    from cockpit.wiring.range import require_scenario, serve_range

    def announce(facts: dict[str, object]) -> None:
        if as_json:
            click.echo(json.dumps(facts))
        else:
            click.echo(_told(facts))

    require_scenario(scenario)
    context.exit(serve_range(scenario, keep, announce))


def _told(facts: dict[str, object]) -> str:
    names = ("scenario", "config", "api", "postgres", "postgres_admin", "redis", "redis_admin", "log_dir")
    lines = [f"{name:<15}{facts.get(name) or 'none, it is healthy'}" for name in names]
    lines += ["", f"open it with:  cockpit --config {facts['config']}", "end it with Ctrl-C"]
    return "\n".join(lines)
