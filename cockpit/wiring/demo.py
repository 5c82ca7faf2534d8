"""The demonstration: the range and the screen start side by side, and end together."""

from __future__ import annotations

import sys
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from cockpit.model.errors import CockpitError, SandboxError
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.wording import count
from cockpit.sandbox.info import RangeInfo
from cockpit.sandbox.launch import RangeProcess, start_range_process
from cockpit.wiring.range import answering_docker
from cockpit.wiring.shipped import shipped_runbooks
from cockpit.wiring.tui import First, run_screen

if TYPE_CHECKING:
    from cockpit.engine.session import Session

FACTS = EnvironmentFacts("sandbox", "SANDBOX", protected=False, colour="blue", service="shop")

Started = tuple[RangeProcess, RangeInfo]


def run_demo(scenario: str, keep: bool, observer: bool) -> int:
    """Start the range with a fault, open the screen on it, and clear the range away at the end.

    Args:
        scenario: the fault's name.
        keep: leave the range's folder behind.
        observer: open the screen read only.

    Raises:
        SandboxError: when the range does not start.
    """
    role = Role.OBSERVER if observer else Role.OPERATOR
    starting = _start(scenario, keep)

    def open_it() -> Session:
        from cockpit.config.load import load
        from cockpit.wiring.session import open_session

        _, info = starting.result()
        return open_session(load(Path(info.config)), None, role)

    try:
        return run_screen(FACTS, role, open_it, First())
    finally:
        _stop(starting, keep)


def _start(scenario: str, keep: bool) -> Future[Started]:
    """Start the range on a thread of its own, so that the screen does not wait for it."""
    starting: Future[Started] = Future()

    def work() -> None:
        try:
            docker = answering_docker()
            starting.set_result(start_range_process(scenario, shipped_runbooks(), keep=keep, docker_host=docker))
        except (SandboxError, OSError) as error:
            starting.set_exception(error)

    Thread(target=work, name="start the range", daemon=True).start()
    return starting


def _stop(starting: Future[Started], keep: bool) -> None:
    """End the range; when it is still starting, wait for that first."""
    try:
        running, info = starting.result(timeout=100.0)
    except (SandboxError, OSError, TimeoutError):
        return
    record = _record(Path(info.config))
    running.stop()
    kept = f"; the sandbox's folder is kept: {Path(info.config).parent}" if keep else "; --keep would keep it"
    if record:
        sys.stdout.write(f"{record}{kept}\n")


def _record(config: Path) -> str:
    """What the journal holds at the end, "" when nothing was written down."""
    from cockpit.adapters.journal_sqlite import open_readonly
    from cockpit.config.load import load
    from cockpit.wiring.journal import journal_path

    try:
        found = open_readonly(journal_path(load(config))).verify()
    except CockpitError as error:
        return f"the record cannot be read: {error}"
    state = "intact" if found.intact else f"not intact: {found.problem}"
    return f"the record of this incident: {count(found.entries, 'entry', 'entries')}, {state}" if found.entries else ""
