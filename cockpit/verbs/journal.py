"""`cockpit journal`: the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cockpit.model.errors import ConfigError, JournalError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.verbs.output import print_json, print_table

if TYPE_CHECKING:
    from cockpit.adapters.journal_reading import ReadonlyJournal
    from cockpit.config.load import Loaded


@click.group("journal", epilog="Example: cockpit journal verify")
def command() -> None:
    """Read and verify the record of what was done."""


def _filters(verb: Callable[..., None]) -> Callable[..., None]:
    """The options that narrow what a verb tells, as the timeline pane does."""
    for name, words in (
        ("--check", "Only verdicts of checks with this in their name."),
        ("--since", "Only what happened this long ago or later, for example 2h."),
        ("--kind", f"Only entries of this kind: {', '.join(kind.value for kind in EntryKind)}."),
    ):
        verb = click.option(name, multiple=name == "--kind", default=None, help=words)(verb)
    return verb


def _narrowed(
    entries: Iterable[JournalEntry], kind: Sequence[str], since: str | None, check: str | None
) -> list[JournalEntry]:
    """The entries that fit the options.

    Raises:
        ConfigError: when a kind or a length of time is none.
    """
    from cockpit.config.durations import parse_duration
    from cockpit.engine.timeline import Moment, TimelineFilter

    strangers = [name for name in kind if name not in {known.value for known in EntryKind}]
    if strangers:
        raise ConfigError(f"--kind {strangers[0]} is no kind", f"the kinds are {', '.join(k.value for k in EntryKind)}")
    try:
        within = parse_duration(since) if since else None
    except ValueError as error:
        raise ConfigError(f"--since {since}: {error}") from error
    wanted = TimelineFilter(kinds=frozenset(kind), check=(check or "").casefold(), within=within)
    now = datetime.now(UTC)
    return [entry for entry in entries if wanted.fits(Moment((entry,)), now)]


@command.command("list", epilog="Example: cockpit journal list --since 24h --kind intent")
@_filters
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def list_incidents(
    context: click.Context, as_json: bool, kind: tuple[str, ...], since: str | None, check: str | None
) -> None:
    """List the incidents in the record; with options those that have such entries, and how many."""
    from cockpit.engine.chronicle import incidents

    entries = _open(context).entries()
    summaries = incidents(entries, _review_within(context))
    if kind or since or check:
        fitting = Counter(entry.incident for entry in _narrowed(entries, kind, since, check))
        summaries = [replace(one, entries=fitting[one.id]) for one in summaries if fitting[one.id]]
    if as_json:
        print_json([summary.as_json() for summary in summaries])
        return
    headings = ("INCIDENT", "SEVERITY", "BEGAN", "ENDED", "REVIEW DUE", "ENTRIES", "TITLE")
    print_table(headings, [summary.as_row() for summary in summaries])


@command.command("show", epilog="Example: cockpit journal show INC-7 --kind intent --kind outcome")
@click.argument("incident", required=False)
@_filters
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def show(
    context: click.Context,
    incident: str | None,
    as_json: bool,
    kind: tuple[str, ...],
    since: str | None,
    check: str | None,
) -> None:
    """Print the entries of one incident, or of all; with options those that fit."""
    from cockpit.engine.chronicle import entry_json, sentence

    found = [entry for entry in _open(context).entries() if incident in (None, entry.incident)]
    entries = _narrowed(found, kind, since, check)
    if as_json:
        print_json([entry_json(entry) for entry in entries])
        return
    for entry in entries:
        click.echo(f"{entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.incident or '-':<8}  {sentence(entry)}")


@command.command("export", epilog="Example: cockpit journal export latest --output post-mortem.md")
@click.argument("incident", required=False)
@click.option("--since", help="Without an incident: how far back, for example 2h.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines with the hash chain instead.")
@click.option(
    "--as-stored", is_flag=True, help="With --json: leave personal data in, so that every line can be proven."
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.pass_context
def export(
    context: click.Context,
    incident: str | None,
    since: str | None,
    as_json: bool,
    as_stored: bool,
    output: Path | None,
) -> None:
    """Write the post-mortem of an incident (an id, or `latest`) in Markdown, masked like an observer's screen."""
    from cockpit.wiring.export import exported

    text = exported(_loaded(context), incident, since, lines=as_json, as_stored=as_stored)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise JournalError(f"{output} could not be written: {error.strerror}") from error
    click.echo(f"{output} holds {len(text.splitlines()):,} lines", err=True)


@command.command("verify", epilog="Example: cockpit journal verify && echo untouched")
@click.option("--file", "file", type=click.Path(dir_okay=False, path_type=Path), help="A file of `export --json`.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def verify(context: click.Context, file: Path | None, as_json: bool) -> None:
    """Check the hash chain; exits 0 when nothing was edited, removed, reordered or cut, else 1."""
    if file is not None:
        context.exit(_verify_file(file, as_json))
    result = _open(context).verify()
    if as_json:
        print_json({"intact": result.intact, "entries": result.entries, "problem": result.problem})
    elif result.intact:
        click.echo(f"intact: {result.entries:,} entries")
    else:
        click.echo(f"not intact: {result.problem}", err=True)
    context.exit(0 if result.intact else 1)


def _verify_file(file: Path, as_json: bool) -> int:
    """Say whether an exported file is intact; returns the exit code."""
    from cockpit.engine.record_lines import verify_lines

    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise JournalError(f"{file} could not be read: {error}") from error
    result = verify_lines(lines)
    if as_json:
        counts: dict[str, Json] = {"proven": result.proven, "masked": result.masked, "withheld": result.withheld}
        print_json({"intact": result.intact, **counts, "last": result.last, "problem": result.problem})
    elif result.intact:
        click.echo(f"{result.words}; the last hash is {result.last}")
    else:
        click.echo(f"not intact: {result.problem}", err=True)
    return 0 if result.intact else 1


def _review_within(context: click.Context) -> float:
    """Seconds after the end of an incident in which it is reviewed."""
    from cockpit.config.durations import parse_duration
    from cockpit.config.settings import IncidentSettings

    loaded = _loaded(context)
    return parse_duration((loaded.settings.incident if loaded else IncidentSettings()).review)


def _loaded(context: click.Context) -> Loaded | None:
    """The configuration, None when there is none."""
    from cockpit.config.load import find, load

    config = (context.obj or {}).get("config")
    given = Path(config) if config else None
    return load(given) if find(given) else None


def _open(context: click.Context) -> ReadonlyJournal:
    from cockpit.adapters.journal_sqlite import open_readonly
    from cockpit.wiring.journal import journal_path

    return open_readonly(journal_path(_loaded(context)))
