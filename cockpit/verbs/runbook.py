"""`cockpit runbook`: what the reader understood, what is wrong with it, what would run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cockpit.verbs.output import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.model.runbook import Command, Note, Procedure, Runbook
    from cockpit.runbook.lint import Finding


@click.group("runbook", epilog="Example: cockpit runbook show runbooks/cron-stuck.md")
def command() -> None:
    """Show, check and plan runbooks."""


@command.command("list", epilog="Example: cockpit runbook list docs/runbooks")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def list_runbooks(context: click.Context, paths: tuple[Path, ...], as_json: bool) -> None:
    """List the procedures of the environment's runbooks, or of those in the given folders."""
    from cockpit.engine.library import Library

    library = Library.load(paths or _configured(context))
    if as_json:
        print_json(
            [
                {
                    "path": book.path,
                    "title": book.title,
                    "procedure": item.title,
                    "slug": item.slug,
                    "steps": len(item.steps),
                }
                for book in library.runbooks
                for item in book.procedures
            ]
        )
    else:
        rows = [
            (item.title, item.severity, str(len(item.steps)), f"{book.path}:{item.line}")
            for book in library.runbooks
            for item in book.procedures
        ]
        print_table(("PROCEDURE", "SEVERITY", "STEPS", "WHERE"), rows)
    for place in library.missing:
        click.echo(f"cockpit: {place.path} {place.trouble}; correct `runbooks` in the configuration", err=True)
    for problem in library.errors:
        click.echo(f"cockpit: {problem.reason}", err=True)


def _configured(context: click.Context) -> list[Path]:
    """The runbook folders of the chosen environment and those that come with the cockpit."""
    from cockpit.config.load import find, load
    from cockpit.wiring.places import library_folders
    from cockpit.wiring.shipped import shipped_runbooks

    options = context.find_root().obj or {}
    given = Path(options["config"]) if options.get("config") else None
    if find(given) is None:
        return [shipped_runbooks()]
    loaded = load(given)
    _, environment = loaded.environment(options.get("environment"))
    return list(dict.fromkeys([*library_folders(loaded, environment), shipped_runbooks()]))


@command.command("show", epilog="Example: cockpit runbook show --json docs/incident.md")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
def show(file: Path, as_json: bool) -> None:
    """Show how a file is understood: procedures, phases, steps, commands and their risk."""
    from cockpit.runbook.jsonview import runbook_json

    book = _load(file)
    if as_json:
        print_json(runbook_json(book))
        return
    click.echo(book.title)
    for note in book.notes:
        click.echo(f"  note: {note}")
    for link in book.broken_links:
        click.echo(f"  broken link at line {link.line}: {link.target}")
    for entry in book.index:
        click.echo(f"  see {entry.target}  {entry.title}  {entry.signal}  {entry.severity}".rstrip())
    for procedure in book.procedures:
        _show_procedure(procedure)
    if book.prose:
        click.echo("\nOutside the procedures")
        _show_notes(book.prose, "  ")


def _show_notes(notes: Sequence[Note], indent: str) -> None:
    for note in notes:
        for line in note.text.split("\n"):
            click.echo(f"{indent}{line}")


def _show_procedure(procedure: Procedure) -> None:
    click.echo(f"\n{procedure.title}  {procedure.severity}".rstrip() + f"  (line {procedure.line}, {procedure.slug})")
    _show_notes(procedure.notes, "  ")
    for phase in procedure.phases:
        limit = f"  within {phase.budget_seconds / 60:g} min" if phase.budget_seconds else ""
        click.echo(f"  {phase.part.value}: {phase.title}{limit}")
        _show_notes(phase.notes, "      ")
        for step in phase.steps:
            click.echo(f"    {step.id.rpartition('/')[2]:>3} {step.title}  [{step.kind.value}, {step.risk.value}]")
            for branch in step.branches:
                targets = ", ".join(item.rpartition("/")[2] for item in branch.steps)
                click.echo(f"          {branch.title}" + (f" → {targets}" if targets else ""))
            for warning in step.warnings:
                click.echo(f"          {warning.rule}: {warning.message}")
            for item in step.commands:
                _show_command(item)


def _show_command(item: Command) -> None:
    first, *more = item.text.split("\n")
    marks = [
        item.kind.value,
        item.risk.value,
        *(["session"] if item.session else []),
        *(["streams"] if item.streaming else []),
    ]
    click.echo(f"          {first}{' …' if more else ''}")
    click.echo(f"            {', '.join(marks)}: {item.reason}")
    for warning in item.warnings:
        click.echo(f"            {warning.rule}: {warning.message}")


@command.command("lint", epilog="Example: cockpit runbook lint --format github runbooks")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "--format", "style", type=click.Choice(["text", "github", "json"]), default="text", help="How findings are printed."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_context
def lint_paths(context: click.Context, paths: tuple[Path, ...], style: str, as_json: bool) -> None:
    """Check runbooks; exits 1 when one has an error."""
    from datetime import UTC, datetime

    from cockpit.engine.library import find_runbooks
    from cockpit.model.errors import RunbookError
    from cockpit.runbook.lint import ERROR, lint

    for path in paths:
        if not path.exists():
            raise RunbookError(f"there is no file or folder {path}", "name a runbook or a folder of runbooks")
    today = datetime.now(UTC).date()
    found = [
        (path, finding) for path in find_runbooks(paths) for finding in lint(_load(path), _text(path), today, _problem)
    ]
    _print_findings(found, "json" if as_json else style)
    context.exit(1 if any(finding.severity == ERROR for _, finding in found) else 0)


def _print_findings(found: list[tuple[Path, Finding]], style: str) -> None:
    if style == "json":
        print_json(
            [
                {
                    "path": str(path),
                    "line": item.line,
                    "rule": item.rule,
                    "severity": item.severity,
                    "message": item.message,
                    "fix": item.fix,
                }
                for path, item in found
            ]
        )
        return
    for path, item in found:
        if style == "github":
            message = f"{item.message}; {item.fix}".replace("%", "%25").replace("\n", "%0A")
            name = str(path).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
            click.echo(f"::{item.severity} file={name},line={item.line},title={item.rule}::{message}")
        else:
            click.echo(f"{path}:{item.line}: {item.severity} {item.rule}: {item.message}; {item.fix}")


def _problem(condition: str) -> str | None:
    from cockpit.engine.conditions import parse
    from cockpit.model.errors import ConditionError

    try:
        parse(condition)
    except ConditionError as error:
        return str(error)
    return None


@command.command("plan", epilog="Example: cockpit runbook plan runbooks/db-connections.md --set pid=4711")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("procedure", required=False)
@click.option("--set", "given", metavar="NAME=VALUE", multiple=True, help="A value for a placeholder.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
def plan(file: Path, procedure: str | None, given: tuple[str, ...], as_json: bool) -> None:
    """Print what a procedure would run, with values filled in; runs nothing."""
    from cockpit.runbook.resolve import missing, render

    book = _load(file)
    chosen = _choose(book, procedure)
    values = _values(given)
    rows = [
        (step.id, item.kind.value, item.risk.value, render(item, filled), list(missing(item, filled)))
        for each in chosen
        for filled in [{**{item.name: item.default for item in each.inputs if item.default}, **values}]
        for step in each.steps
        for item in step.commands
    ]
    if as_json:
        print_json(
            [
                {"step": step, "kind": kind, "risk": risk, "text": text, "missing": [*lacking]}
                for step, kind, risk, text, lacking in rows
            ]
        )
        return
    for step, kind, risk, text, lacking in rows:
        click.echo(f"{step}  {kind}, {risk}" + (f", waits for {', '.join(lacking)}" if lacking else ""))
        for line in text.split("\n"):
            click.echo(f"    {line}")


def _choose(book: Runbook, name: str | None) -> list[Procedure]:
    from cockpit.model.errors import RunbookError

    if name is None:
        return list(book.procedures)
    found = [item for item in book.procedures if name.casefold() in (item.slug, item.title.casefold())]
    if not found:
        known = ", ".join(item.slug for item in book.procedures) or "none"
        raise RunbookError(f"{book.path} has no procedure {name!r}", f"choose one of {known}")
    return found


def _values(given: tuple[str, ...]) -> dict[str, str]:
    for pair in given:
        if "=" not in pair:
            raise click.UsageError(f"--set {pair} is not NAME=VALUE")
    return {name: value for name, _, value in (pair.partition("=") for pair in given)}


def _load(path: Path) -> Runbook:
    from cockpit.engine.library import load_runbook

    return load_runbook(path)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
