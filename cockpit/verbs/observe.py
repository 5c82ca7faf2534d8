"""`cockpit observe`: the incidents that are shared, and one of them full-screen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cockpit.verbs.output import print_json, print_table

if TYPE_CHECKING:
    from cockpit.config.load import Loaded
    from cockpit.engine.session import Session
    from cockpit.model.share import LiveIncident

_HEADINGS = ("INCIDENT", "SEVERITY", "AGE", "ENVIRONMENT", "OPERATOR", "SEEN", "TITLE")


@click.command("observe", epilog="Example: cockpit observe INC-7")
@click.argument("incident", required=False)
@click.option("--replay", is_flag=True, help="Play an incident of the journal again, without a name the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON: what is live.")
@click.pass_context
def command(context: click.Context, incident: str | None, replay: bool, as_json: bool) -> None:
    """List the incidents that are shared, or follow one; nothing is asked of the systems themselves."""
    from cockpit.config.load import find, load

    config = Path(context.obj["config"]) if context.obj["config"] else None
    if replay:
        context.exit(_replay(load(config) if find(config) else None, incident))
    from cockpit.wiring.following import chosen, live_incidents

    loaded = load(config)
    found = live_incidents(loaded)
    if incident is not None:
        found = [chosen(found, incident)]
    if incident is not None and not as_json:
        context.exit(_follow(loaded, found[0], context.obj["rotate"]))
    _list(found, as_json=as_json)


def _list(found: list[LiveIncident], *, as_json: bool) -> None:
    from cockpit.wiring.following import live_json, live_row

    now = datetime.now(UTC)
    if as_json:
        print_json([live_json(live, now) for live in found])
    elif found:
        print_table(_HEADINGS, [live_row(live, now) for live in found])
    else:
        click.echo("no incident is shared now")


def _follow(loaded: Loaded, live: LiveIncident, rotate: float | None) -> int:
    from cockpit.model.incident import Role
    from cockpit.wiring.following import followed_facts
    from cockpit.wiring.tui import First, run_screen, wall_wish

    def open_it() -> Session:
        from cockpit.wiring.following import open_following

        return open_following(loaded, live)

    interface = loaded.settings.interface
    facts = followed_facts(loaded, live.environment)
    return run_screen(
        facts,
        Role.OBSERVER,
        open_it,
        First(),
        theme=interface.theme,
        ascii_only=interface.ascii,
        wall=wall_wish(rotate),
    )


def _replay(loaded: Loaded | None, name: str | None) -> int:
    from cockpit.model.incident import Role
    from cockpit.wiring.replay import replayed_facts, story_of
    from cockpit.wiring.tui import First, run_screen

    incident, entries = story_of(loaded, name)

    def open_it() -> Session:
        from cockpit.wiring.replay import open_replay

        return open_replay(loaded, incident, entries)

    theme, ascii_only = (loaded.settings.interface.theme, loaded.settings.interface.ascii) if loaded else ("", False)
    facts = replayed_facts(loaded, entries)
    return run_screen(facts, Role.OBSERVER, open_it, First(), theme=theme, ascii_only=ascii_only)
