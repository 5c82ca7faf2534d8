"""`cockpit` without a verb: the full-screen terminal on the configured environment."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.engine.session import Session


def open_cockpit(
    environment: str | None,
    config: str | None,
    observer: bool,
    runbook: str | None,
    alert: str | None,
    labels: tuple[str, ...],
    rotate: float | None = None,
) -> int:
    """Open the screen and return the exit code.

    Args:
        environment: its name, None for the default.
        config: the configuration's path, None to look for it.
        observer: True builds nothing that could change a system.
        runbook: a runbook file to open first.
        alert: an alert's name; the procedure that names it comes first.
        labels: labels of the alert as KEY=VALUE, offered as inputs.
        rotate: for a screen on a wall, seconds after which the next pane comes forward, 0 for never; None elsewhere.

    Raises:
        ConfigError: when the configuration cannot be used.
    """
    from cockpit.config.load import load
    from cockpit.model.incident import Role
    from cockpit.wiring.facts import environment_facts
    from cockpit.wiring.tui import First, run_screen, wall_wish

    loaded = load(Path(config) if config else None)
    name, settings = loaded.environment(environment)
    role = Role.OBSERVER if observer else Role.OPERATOR
    first = First.parse(runbook, alert, labels)

    def open_there(wanted: str) -> Session:
        from cockpit.wiring.session import open_session

        return open_session(loaded, wanted, role)

    interface = loaded.settings.interface
    facts = environment_facts(name, settings)
    return run_screen(
        facts,
        role,
        partial(open_there, name),
        first,
        theme=interface.theme,
        ascii_only=interface.ascii,
        elsewhere=open_there,
        wall=wall_wish(rotate),
    )
