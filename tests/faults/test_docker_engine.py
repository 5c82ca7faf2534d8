"""A Docker Engine that is restarted, and containers that are replaced under a running cockpit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.answering import LONG, answers_keys, cockpit_on, cursor_moves, selected, zoomed
from tests.support.fault_line import Fault, fault_line
from tests.support.second_docker import SecondEngine, second_engine

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker")]
COUNTING = "i=0; while :; do i=$((i+1)); echo {word} $i; sleep 0.2; done"


@pytest.fixture(scope="module")
def engine() -> Iterator[SecondEngine]:
    with second_engine() as made:
        made.run("api", COUNTING.format(word="first"))
        made.run("worker", COUNTING.format(word="work"))
        yield made


@pytest.fixture
def config(engine: SecondEngine, tmp_path: Path) -> Path:
    return written(tmp_path / "cockpit.toml", engine.address)


def written(path: Path, host: str) -> Path:
    """A configuration with that Engine and the log of one container."""
    path.write_text(
        f"""
[journal]
path = "journal.db"
[environments.sandbox]
protected = false
host = false
[[environments.sandbox.docker]]
name = "engine"
host = "{host}"
every = "1s"
[[environments.sandbox.logs]]
name = "api"
container = "api"
"""
    )
    return path


READY = ("● engine", "● api +running", "● worker +running")


def test_an_engine_that_is_restarted(engine: SecondEngine, config: Path) -> None:
    with cockpit_on(config, *READY, r"first \d+") as terminal:
        terminal.press("4", "g")
        row = selected(terminal).split()[:2]
        engine.stop()
        try:
            terminal.wait(r"4 Services.*stale \d+s · again in \d+s", LONG)
            terminal.wait("[◐▲✗] engine", LONG)
            zoomed(terminal, "4", "no Docker Engine listens there; start it")
            answers_keys(terminal)
            assert selected(terminal).split()[:2] == row
            cursor_moves(terminal)
        finally:
            engine.start()
        terminal.gone(r"4 Services.*stale", 2 * LONG)
        terminal.wait("● engine", LONG)
        assert selected(terminal).split()[:2] == row
        terminal.press("5", "z")
        latest = newest(terminal.wait(r"first \d+", LONG))
        terminal.wait(rf"first {latest + 60}\b", 2 * LONG)


TOLD = {
    Fault.REFUSED: "no Docker Engine listens there",
    Fault.SWALLOWS: "did not answer (in time|within [0-9]+ s)",
    Fault.SLOW: "did not answer (in time|within [0-9]+ s)",
    Fault.GARBAGE: "what answers there is no Docker Engine",
}


@pytest.mark.parametrize("fault", TOLD, ids=lambda fault: fault.name.lower())
def test_a_line_to_an_engine_that_fails(engine: SecondEngine, tmp_path: Path, fault: Fault) -> None:
    with fault_line(engine.folder / "engine.sock") as line:
        config = written(tmp_path / "cockpit.toml", f"tcp://127.0.0.1:{line.port}")
        with cockpit_on(config, *READY, r"first \d+") as terminal:
            terminal.press("4", "g")
            row = selected(terminal).split()[:2]
            line.break_(fault)
            terminal.wait(r"4 Services.*stale \d+s · again in \d+s", LONG)
            terminal.wait("[◐▲✗] engine", LONG)
            zoomed(terminal, "4", TOLD[fault])
            answers_keys(terminal)
            assert selected(terminal).split()[:2] == row
            cursor_moves(terminal)
            line.mend()
            terminal.gone(r"4 Services.*stale", 2 * LONG)
            terminal.wait("● engine", LONG)
            assert selected(terminal).split()[:2] == row


def newest(line: str) -> int:
    """The number in a counting container's line."""
    return int(line.partition("first ")[2].split()[0])


def test_a_container_recreated_under_the_same_name(engine: SecondEngine, config: Path) -> None:
    with cockpit_on(config, *READY, r"first \d+") as terminal:
        terminal.press("4", "g")
        name = selected(terminal).split()[0]
        engine.remove("api")
        terminal.gone("● api +running", LONG)
        answers_keys(terminal)
        engine.run("api", COUNTING.format(word="second"))
        terminal.wait("● api +running", LONG)
        terminal.press("5")
        terminal.wait(r"second \d+", LONG)
        terminal.press("4", "g")
        assert selected(terminal).split()[0] == name
        cursor_moves(terminal)
