"""From facts and a session to the screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cockpit.model.errors import ConfigError
from cockpit.model.incident import EnvironmentFacts, Role

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.app import CockpitApp
    from cockpit.ui.wall import WallWish


@dataclass(frozen=True, slots=True)
class First:
    """What to open on.

    Attributes:
        runbook: a runbook file, "" for none.
        alert: an alert's name, "" for none.
        labels: labels of the alert.
    """

    runbook: str = ""
    alert: str = ""
    labels: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def parse(runbook: str | None, alert: str | None, labels: tuple[str, ...]) -> First:
        """From the command line's words.

        Raises:
            ConfigError: when a label is not KEY=VALUE.
        """
        pairs = []
        for label in labels:
            key, separator, value = label.partition("=")
            if not separator or not key:
                raise ConfigError(f"--label {label!r} is not KEY=VALUE")
            pairs.append((key, value))
        return First(runbook or "", alert or "", tuple(pairs))


def wall_wish(rotate: float | None) -> WallWish | None:
    """What the command line asks of a screen on a wall; None when it is for none."""
    from cockpit.ui.wall import WallWish

    return None if rotate is None else WallWish(rotate)


def run_screen(
    facts: EnvironmentFacts,
    role: Role,
    open_session: Callable[[], Session],
    first: First,
    *,
    theme: str = "",
    ascii_only: bool = False,
    elsewhere: Callable[[str], Session] | None = None,
    wall: WallWish | None = None,
) -> int:
    """Run the full-screen terminal until it is left, say why when it left by itself, and return the exit code.

    Who goes to another environment gets a terminal on that one, and the session before it is closed.

    Args:
        facts: for the first picture, before anything is read.
        role: operator or observer.
        open_session: builds the session; called on a thread after the first picture.
        first: what to open on.
        theme: "light", "dark" or "" for the dark one.
        ascii_only: True draws with ASCII shapes only, as a locale that is not UTF-8 does.
        elsewhere: builds the session of another environment by its name; None where there is no other.
        wall: for a screen that nobody sits at; None for all others.

    Raises:
        Exception: what went wrong in the cockpit itself, once the terminal was given back.
    """
    from cockpit.config.terminal import ascii_locale
    from cockpit.ui.app import CockpitApp

    ascii_only, parting = ascii_only or ascii_locale(os.environ), ""
    while True:
        app = CockpitApp(
            open_session,
            facts,
            role,
            runbook=first.runbook,
            alert=first.alert,
            labels=dict(first.labels),
            theme=theme,
            ascii_only=ascii_only,
            elsewhere=elsewhere,
            greeting=parting,
            wall=wall,
        )
        app.run()
        if app.failure is not None or app.following is None:
            return _ended(app)
        facts, open_session = app.following.environment, partial(_itself, app.following)
        first, parting = First(), app.parting


def _itself(session: Session) -> Session:
    """A session that is built already."""
    return session


def _ended(app: CockpitApp) -> int:
    """Say why a screen left by itself; its exit code.

    Raises:
        Exception: what went wrong in the cockpit itself.
    """
    from textual.worker import WorkerFailed

    if app.failure is not None:
        raise app.failure.error if isinstance(app.failure, WorkerFailed) else app.failure
    if app.farewell:
        sys.stderr.write(f"{app.farewell}\n")
    return app.return_code or 0
