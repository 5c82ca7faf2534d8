"""What the log pane costs: a log that grows by 20,000 lines a second, and a file of 1,000,000 lines, beside lnav.

Nothing about time is asserted: the figures are printed (run with `-s`). lnav and tail are measured where they are
installed; the generator is niced, and its own share of a core is printed too.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from tests.support.cockpit import COCKPIT, variables
from tests.support.terminal import Terminal

RATE, SECONDS, KEYS = 20_000, 15.0, 60
LINES = 1_000_000
GENERATOR = """
import os, sys, time
os.nice(15)
rate, step = int(sys.argv[2]), 0.05
with open(sys.argv[1], "a", buffering=1 << 20) as file:
    number, due = 0, time.monotonic()
    while True:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        for _ in range(int(rate * step)):
            number += 1
            level = "ERROR" if number % 200 == 0 else "INFO"
            file.write(f"{stamp}.123Z {level} worker-{number % 8} order {number} paid in {number % 97} ms by card\\n")
        file.flush()
        due += step
        time.sleep(max(0.0, due - time.monotonic()))
"""


@contextmanager
def growing(path: Path) -> Iterator[psutil.Popen]:
    """A log that grows by that many lines a second."""
    path.touch()
    process = psutil.Popen([sys.executable, "-c", GENERATOR, str(path), str(RATE)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def watch(terminal: Terminal, seconds: float) -> None:
    """Take in what the program writes for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.feed(0.1)


def spent(program: psutil.Process) -> float:
    """Seconds of CPU of a program and its children."""
    return sum(sum(one.cpu_times()[:2]) for one in [program, *program.children(recursive=True)])


def held(program: psutil.Process) -> float:
    """Megabytes of memory of a program and its children."""
    return sum(one.memory_info().rss for one in [program, *program.children(recursive=True)]) / 1e6


def key_to_picture(terminal: Terminal, keys: Sequence[str]) -> list[float]:
    """Milliseconds from each key to the first byte that is drawn after it."""
    waits = []
    for key in keys:
        terminal.feed(0.03)
        before, begun = len(terminal.raw), time.perf_counter()
        terminal.press(key)
        while len(terminal.raw) == before and time.perf_counter() - begun < 2.0:
            terminal.feed(0.001)
        waits.append(1000 * (time.perf_counter() - begun))
    return waits


def measured(name: str, command: Sequence[str], path: Path, ready: str, before: str = "", let_go: str = "") -> str:
    """One program on a growing log."""
    with growing(path) as generator, Terminal(command, 160, 48, variables()) as terminal:
        terminal.wait(ready, 30.0)
        terminal.press(*before)
        watch(terminal, 4.0)
        program = psutil.Process(terminal.pid)
        cpu, made, memory, written = spent(program), spent(generator), held(program), len(terminal.raw)
        grown = path.stat().st_size
        begun = time.perf_counter()
        watch(terminal, SECONDS)
        seconds = time.perf_counter() - begun
        figures = [
            f"{100 * (spent(program) - cpu) / seconds:.0f} % of a core",
            f"{memory:.0f} to {held(program):.0f} MB",
            f"{(len(terminal.raw) - written) / seconds / 1000:.1f} kB/s written",
            f"{(path.stat().st_size - grown) / seconds / 1e6:.1f} MB/s grown",
            f"generator {100 * (spent(generator) - made) / seconds:.0f} %",
        ]
        if let_go:
            terminal.press(*let_go)
            watch(terminal, 1.0)
            waits = key_to_picture(terminal, ["k", "j"] * (KEYS // 2))
            generator.kill()
            watch(terminal, 3.0)
            still = key_to_picture(terminal, ["k", "j"] * (KEYS // 2))
            for when, times in (("while it grows", waits), ("after it stopped", still)):
                p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
                figures.append(f"key to picture {when} p50 {p50:.0f}, p95 {p95:.0f}, max {max(times):.0f} ms")
    path.unlink()
    return f"{name}: {', '.join(figures)}"


def a_configuration(folder: Path, log: Path) -> Path:
    """A cockpit that follows nothing else."""
    config = folder / "cockpit.toml"
    config.write_text(
        f'[journal]\npath = "journal.db"\n[environments.sandbox]\nprotected = false\nhost = false\n'
        f'[[environments.sandbox.logs]]\nname = "grown"\nfile = "{log}"\n',
        "utf-8",
    )
    return config


def test_twenty_thousand_lines_a_second(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "grown.log"
    config = a_configuration(tmp_path, log)
    lines = [measured("cockpit", [*COCKPIT, "--config", str(config)], log, "5 Logs", "5z", "pkkk")]
    if shutil.which("lnav"):
        os.environ["HOME"] = str(tmp_path)
        lines.append(measured("lnav", ["lnav", str(log)], log, "order", "", "kkk"))
    tail = f"tail -n 200 -f {log} | grep --line-buffered ERROR"
    lines.append(measured("tail -f | grep ERROR", ["sh", "-c", tail], log, "ERROR"))
    with capsys.disabled():
        print(f"\n{RATE:,} lines a second\n  " + "\n  ".join(lines))  # noqa: T201
    assert lines


def test_a_file_of_a_million_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "grown.log"
    start = datetime.now(UTC) - timedelta(seconds=LINES / 100)
    with log.open("w") as file:
        for number in range(LINES):
            at = start + timedelta(seconds=number / 100)
            word = "rare-needle" if number == 5_000 else "order"
            file.write(f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z INFO worker {word} {number} paid\n")
    figures = []
    config = a_configuration(tmp_path, log)
    with Terminal([*COCKPIT, "--config", str(config)], 160, 48, variables()) as terminal:
        begun = time.perf_counter()
        terminal.wait(f"order {LINES - 1}", 60.0)
        opened = time.perf_counter() - begun
        terminal.press(*"5z/rare-needle", "enter")
        watch(terminal, 1.0)
        begun = time.perf_counter()
        terminal.press("n")
        terminal.wait("rare-needle 5000", 60.0)
        found = time.perf_counter() - begun
        memory = held(psutil.Process(terminal.pid))
        figures.append(f"cockpit: last line after {opened:.1f} s, rare text after {found:.1f} s, {memory:.0f} MB")
    if shutil.which("lnav"):
        os.environ["HOME"] = str(tmp_path)
        with Terminal(["lnav", str(log)], 160, 48, variables()) as terminal:
            begun = time.perf_counter()
            terminal.wait(f"order {LINES - 1}", 60.0)
            opened = time.perf_counter() - begun
            terminal.press("g", *"/rare-needle", "enter")
            begun = time.perf_counter()
            terminal.wait("rare-needle 5000", 60.0)
            memory = held(psutil.Process(terminal.pid))
            found = time.perf_counter() - begun
            figures.append(f"lnav: last line after {opened:.1f} s, rare text after {found:.1f} s, {memory:.0f} MB")
    with capsys.disabled():
        print(f"\na file of {LINES:,} lines\n  " + "\n  ".join(figures))  # noqa: T201
    assert subprocess.run(["tail", "-n", "1", str(log)], capture_output=True, check=True).stdout
