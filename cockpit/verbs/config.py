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
@click.option("--observer", is_flag=True, help="The least-privilege SQL role and Redis ACL instead.")
@click.option("--write", is_flag=True, help="Write files here instead of printing; never over an existing one.")
def init(observer: bool, write: bool) -> None:
    """Print or write a commented starter file, or what an observer needs on each server."""
    from cockpit.config.observer import OBSERVER_ACL, observer_text
    from cockpit.config.starter import STARTER

    files = {"cockpit.toml": STARTER}
    if observer:
        files = {"cockpit-observer.sql": observer_text(), "cockpit-observer.acl": OBSERVER_ACL}
    if not write:
        click.echo(next(iter(files.values())), nl=False)
        return
    for name in files:
        if Path(name).exists():
            raise _exists(name)
    for name, text in files.items():
        _write(Path(name), text)


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner reads.

    Raises:
        ConfigError: when it exists, or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise _exists(path.name) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    click.echo(f"wrote {path}")


def _exists(name: str) -> ConfigError:
    return ConfigError(f"{name} exists already", "move it away first")


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
