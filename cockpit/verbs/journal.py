"""`cockpit journal`: the record."""

from __future__ import annotations

from pathlib import Path

import click

from cockpit.verbs.output import print_json, print_table


@click.group("journal", epilog="Example: cockpit journal verify")
def command() -> None:
    """Read and verify the record of what was done."""


@command.command("list", epilog="Example: cockpit journal list --json")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def list_incidents(context: click.Context, as_json: bool) -> None:
    """List the incidents in the record."""
    from cockpit.engine.chronicle import incidents

    summaries = incidents(_open(context).entries())
    if as_json:
        print_json([summary.as_json() for summary in summaries])
        return
    print_table(("INCIDENT", "SEVERITY", "BEGAN", "ENDED", "ENTRIES", "TITLE"), [s.as_row() for s in summaries])


@command.command("show", epilog="Example: cockpit journal show INC-7")
@click.argument("incident", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def show(context: click.Context, incident: str | None, as_json: bool) -> None:
    """Print the entries of one incident, or of all."""
    from cockpit.engine.chronicle import entry_json, sentence

    entries = [entry for entry in _open(context).entries() if incident in (None, entry.incident)]
    if as_json:
        print_json([entry_json(entry) for entry in entries])
        return
    for entry in entries:
        click.echo(f"{entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.incident or '-':<8}  {sentence(entry)}")


@command.command("verify", epilog="Example: cockpit journal verify && echo untouched")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def verify(context: click.Context, as_json: bool) -> None:
    """Check the hash chain; exits 0 when nothing was edited, removed, reordered or cut, else 1."""
    result = _open(context).verify()
    if as_json:
        print_json({"intact": result.intact, "entries": result.entries, "problem": result.problem})
    elif result.intact:
        click.echo(f"intact: {result.entries:,} entries")
    else:
        click.echo(f"not intact: {result.problem}", err=True)
    context.exit(0 if result.intact else 1)


def _open(context: click.Context):  # type: ignore[no-untyped-def]
    from cockpit.adapters.journal_sqlite import open_readonly
    from cockpit.config.load import find, load
    from cockpit.wiring.journal import journal_path

    config = (context.obj or {}).get("config")
    given = Path(config) if config else None
    loaded = load(given) if find(given) else None
    return open_readonly(journal_path(loaded))
