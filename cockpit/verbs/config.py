"""`cockpit config`: write a starter file, check one, print its schema."""

from __future__ import annotations

import os
from pathlib import Path

import click

from cockpit.model.errors import ConfigError
from cockpit.verbs.output import print_json


@click.group("config", epilog="Example: cockpit config init > cockpit.toml")
def command() -> None:
    """Write, check and describe the configuration."""


@command.command("init", epilog="Example: cockpit config init --write")
@click.option("--observer", is_flag=True, help="Print the least-privilege SQL role and Redis ACL instead.")
@click.option("--write", is_flag=True, help="Write ./cockpit.toml instead of printing; never over an existing file.")
def init(observer: bool, write: bool) -> None:
    """Print a commented starter file."""
    from cockpit.config.starter import OBSERVER_RIGHTS, STARTER

    text = OBSERVER_RIGHTS if observer else STARTER
    if not write:
        click.echo(text, nl=False)
        return
    path = Path("cockpit-observer.sql" if observer else "cockpit.toml")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigError(f"{path} exists already", "move it away first") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    click.echo(f"wrote {path}")


@command.command("check", epilog="Example: cockpit config check cockpit.toml")
@click.argument("file", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.pass_context
def check(context: click.Context, file: str | None, as_json: bool) -> None:
    """Read the configuration and say what is wrong with it; exits 0 when it is good, else 1."""
    from cockpit.config.load import load
    from cockpit.wiring.checks import check_conditions

    given = file or (context.obj or {}).get("config")
    try:
        loaded = load(Path(given) if given else None)
        problems = [str(problem) for problem in check_conditions(loaded)]
    except ConfigError as error:
        loaded, problems = None, [str(error)]
    where = str(loaded.path) if loaded and loaded.path else given or "environment variables"
    if as_json:
        print_json({"file": where, "good": not problems, "problems": list(problems)})
    elif problems:
        for problem in problems:
            click.echo(problem, err=True)
    else:
        click.echo(f"{where} is good")
    context.exit(1 if problems else 0)


@command.command("schema", epilog="Example: cockpit config schema > cockpit.schema.json")
def schema() -> None:
    """Print the JSON Schema of the configuration, for editors."""
    import msgspec

    from cockpit.config.settings import Settings

    print_json(msgspec.json.schema(Settings))
