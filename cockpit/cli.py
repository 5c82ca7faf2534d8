"""The command line: knows the verbs' names, and imports a verb only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click

from cockpit.model.errors import CockpitError

USAGE = 64
"""Exit code of a usage or configuration error, for every verb but `check`."""
CHECK_UNKNOWN = 3
"""The same for `check`, whose exit codes follow the monitoring plugins: 3 is unknown."""
INTERRUPTED = 130
CRASHED = 70
"""Exit code when the cockpit itself failed (EX_SOFTWARE of sysexits)."""

VERBS = {
    "check": "cockpit.verbs.check",
    "config": "cockpit.verbs.config",
    "demo": "cockpit.verbs.demo",
    "doctor": "cockpit.verbs.doctor",
    "journal": "cockpit.verbs.journal",
    "observe": "cockpit.verbs.observe",
    "runbook": "cockpit.verbs.runbook",
    "sandbox": "cockpit.verbs.sandbox",
    "serve": "cockpit.verbs.serve",
}
"""Verb to the module whose attribute `command` is its click command."""


class Verbs(click.Group):
    """A group that imports a verb's module only when that verb is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, by name."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The click command of a verb, or None when there is no such verb."""
        module = VERBS.get(cmd_name)
        if module is None:
            return None
        command = importlib.import_module(module).command
        assert isinstance(command, click.Command)
        return command


@click.command(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try it on a real incident without any set-up: cockpit demo cron-stuck",
)
@click.option("--env", "environment", metavar="NAME", help="The environment to open; the file's default otherwise.")
@click.option("--config", "config", metavar="FILE", help="The configuration; ./cockpit.toml or the user's otherwise.")
@click.option("--observer", is_flag=True, help="Read only: builds nothing that could change a system.")
@click.option("--wall", is_flag=True, help="For a shared screen: an observer's, what needs attention comes forward.")
@click.option("--rotate", type=click.FloatRange(2), metavar="SECONDS", help="On a wall, let panes take turns.")
@click.option("--runbook", metavar="FILE", help="Open this runbook first.")
@click.option("--alert", metavar="NAME", help="Open on what this alert names.")
@click.option(
    "--label", "labels", metavar="KEY=VALUE", multiple=True, help="A label of the alert, offered as an input."
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--version", is_flag=True, help="Show the version, and the versions of the drivers.")
@click.pass_context
def cockpit(
    context: click.Context,
    environment: str | None,
    config: str | None,
    observer: bool,
    wall: bool,
    rotate: float | None,
    runbook: str | None,
    alert: str | None,
    labels: tuple[str, ...],
    debug: bool,
    version: bool,
) -> None:
    """The terminal to open when the pager goes: live panes, your runbook, a timeline that writes itself."""
    context.obj = {"environment": environment, "config": config, "observer": observer or wall, "debug": debug}
    context.obj["rotate"] = (rotate or 0.0) if wall else None
    if version:
        _print_versions()
    elif context.invoked_subcommand is None:
        from cockpit.verbs.open import open_cockpit

        context.exit(open_cockpit(environment, config, observer or wall, runbook, alert, labels, context.obj["rotate"]))


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; errors become one sentence on standard error."""
    try:
        result = cockpit.main(args=arguments, prog_name="cockpit", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except click.ClickException as error:
        return _complain(error.format_message(), arguments)
    except CockpitError as error:
        if "--debug" in arguments:
            raise
        return _complain(str(error), arguments)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _crash(error, arguments)
    return result if isinstance(result, int) else 0


def _crash(error: Exception, arguments: list[str]) -> int:
    """Say in one sentence that the cockpit itself failed; the traceback goes to a file, never to the screen."""
    from cockpit.wiring.crash import write_crash

    path = write_crash(error)
    where = f"the traceback is in {path}" if path else "run it again with --debug to see the traceback"
    click.echo(f"cockpit: the cockpit itself failed ({type(error).__name__}); {where}", err=True)
    return CHECK_UNKNOWN if _verb(arguments) == "check" else CRASHED


def _complain(sentence: str, arguments: list[str]) -> int:
    click.echo(f"cockpit: {sentence}", err=True)
    return CHECK_UNKNOWN if _verb(arguments) == "check" else USAGE


def _verb(arguments: list[str]) -> str:
    """The verb among the arguments, "" when there is none."""
    return next((argument for argument in arguments if argument in VERBS), "")


def _print_versions() -> None:
    from importlib.metadata import PackageNotFoundError, version

    import cockpit as package

    click.echo(f"cockpit {package.__version__}")
    click.echo(f"python {sys.version.split()[0]}")
    for name in ("textual", "httpx", "psycopg", "redis", "docker", "psutil"):
        try:
            click.echo(f"{name} {version(name)}")
        except PackageNotFoundError:
            click.echo(f"{name} is not installed")
