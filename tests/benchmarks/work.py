"""Work for the cockpit to look at, made by generators that are niced, and what a program costs that looks at it."""

from __future__ import annotations

import contextlib
import os
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis

from tests.support.cockpit import variables
from tests.support.terminal import KEYS, Terminal

LINES_A_SECOND = 20_000
_WRITER = """
import sys, time
begun, written = time.monotonic(), 0
with open(sys.argv[1], "a", encoding="utf-8") as file:
    while True:
        due = int((time.monotonic() - begun) * int(sys.argv[2]))
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        if due > written:
            file.write("".join(f"{stamp} INFO request {n} took {n % 97} ms path=/api/orders\\n"
                       for n in range(written, due)))
            file.flush()
            written = due
        time.sleep(0.05)
"""


@contextlib.contextmanager
def growing_log(path: Path, lines_a_second: int = LINES_A_SECOND) -> Iterator[psutil.Process]:
    """A file to which a niced process of its own appends lines until the end; that process."""
    path.touch()
    process = subprocess.Popen([sys.executable, "-c", _WRITER, str(path), str(lines_a_second)])
    writer = psutil.Process(process.pid)
    writer.nice(10)
    try:
        yield writer
    finally:
        process.kill()
        process.wait()


def fill_with_locks(url: str, count: int) -> None:
    """So many keys under `lock:`, each with an expiry."""
    with redis.Redis.from_url(url) as kv:
        for start in range(0, count, 5_000):
            with kv.pipeline(transaction=False) as line:
                for number in range(start, min(count, start + 5_000)):
                    line.set(f"lock:tenant:{number:06d}", f"worker-{number % 7}:1", px=3_600_000)
                line.execute()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program cost while it looked at work.

    Attributes:
        cpu: per cent of one core, all threads.
        written: bytes a second to the terminal.
        memory, growth: resident bytes at the end, and how many of them came during the look.
        keys: seconds from `?` to the help on the screen, sorted; empty for other programs.
        generators: CPU of the generators, per cent of one core.
    """

    cpu: float
    written: float
    memory: int
    growth: int
    keys: tuple[float, ...]
    generators: float

    def __str__(self) -> str:
        waits = ""
        if self.keys:
            p95 = statistics.quantiles(self.keys, n=20)[-1]
            waits = f", key to help p50 {statistics.median(self.keys) * 1000:.0f} ms p95 {p95 * 1000:.0f} ms"
        made = f", generators {self.generators:.0f} %" if self.generators else ""
        return (
            f"{self.cpu:.1f} % of a core, {self.written / 1000:.1f} kB/s written, {self.memory / 1e6:.0f} MB resident "
            f"({self.growth / 1e6:+.1f} MB){waits}{made}"
        )


def cost_of(
    command: Sequence[str],
    ready: str,
    keys: str = "",
    *,
    seconds: float = 15.0,
    presses: int = 0,
    generators: Sequence[psutil.Process] = (),
) -> Cost:
    """Watch a program while it looks at work.

    CPU, bytes and memory are taken while nobody presses a key; the keys are timed afterwards.

    Args:
        command: the program.
        ready: what its screen shows when everything was read once.
        keys: pressed then.
        seconds: how long it is watched.
        presses: how often the help is opened; 0 for programs without it.
        generators: whose CPU is stated.
    """
    with Terminal(command, 160, 48, variables()) as terminal:
        terminal.wait(ready, 90.0)
        terminal.press(*keys)
        _drain(terminal, 6.0)
        program = psutil.Process(terminal.pid)
        memory, cpu, made, begun = program.memory_info().rss, _cpu(terminal.pid), _spent(generators), time.monotonic()
        written = _drain(terminal, seconds)
        took = time.monotonic() - begun
        used, spent = _cpu(terminal.pid) - cpu, _spent(generators) - made
        waits = sorted(_key_to_help(terminal) for _ in range(presses))
        resident = program.memory_info().rss
        return Cost(100 * used / took, written / took, resident, resident - memory, tuple(waits), 100 * spent / took)


def _cpu(pid: int) -> float:
    """Seconds that all threads of a process and of its children ran, as the scheduler counted."""
    pids = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    files = [path for each in pids for path in Path(f"/proc/{each}/task").glob("*/schedstat")]
    return sum(int(path.read_text().split()[0]) for path in files) / 1e9


def _spent(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def _drain(terminal: Terminal, seconds: float) -> int:
    """Take in what is written, without emulating a terminal, which would cost more than the program."""
    end, count = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        count += len(_read(terminal, left))
    return count


def _read(terminal: Terminal, seconds: float) -> bytes:
    if not select.select([terminal.master], [], [], seconds)[0]:
        return b""
    return os.read(terminal.master, 65_536)


def _key_to_help(terminal: Terminal) -> float:
    """Seconds from `?` until the help has arrived; then it is closed again."""
    begun, seen = time.perf_counter(), b""
    os.write(terminal.master, b"?")
    while b"valid now" not in seen:
        assert time.perf_counter() - begun < 30.0, "the help never came"
        seen += _read(terminal, 1.0)
    took = time.perf_counter() - begun
    os.write(terminal.master, KEYS["escape-alone"].encode())
    _drain(terminal, 0.35)
    return took
