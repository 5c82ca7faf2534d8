"""`cockpit serve`: observers in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from cockpit.verbs.output import print_json


@click.command("serve", epilog="Example: cockpit serve --port 8787")
@click.option("--listen", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option("--port", default=8787, show_default=True, help="0 takes a free one.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="How browsers reach it, when a proxy stands before it: https://cockpit.example.com",
)
@click.option("--clients", default=32, show_default=True, help="How many may look at a time; each takes about 120 MB.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def command(
    context: click.Context, listen: str, port: int, origins: tuple[str, ...], clients: int, as_json: bool
) -> None:
    """Show observers' screens in browsers, to whoever knows the address that is printed, until Ctrl-C."""
    from cockpit.config.load import load
    from cockpit.wiring.serve import Serving, serve

    options = context.obj or {}
    loaded = load(Path(options["config"]) if options.get("config") else None)
    name, _ = loaded.environment(options.get("environment"))

    def announce(url: str) -> None:
        if as_json:
            print_json({"environment": name, "url": url})
        else:
            click.echo(
                f"Observers of {name}: {url}\nWhoever has this address sees that screen, and can change nothing."
            )

    reached = tuple(origin.rstrip("/") for origin in origins)
    serve(loaded, name, Serving(listen, port, reached, clients, options.get("rotate")), announce)
