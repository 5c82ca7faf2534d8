"""What 500 containers cost: 470 that were only created and 30 that run, watched beside `docker stats`.

Nothing about time is asserted: the figures are printed (run with `-s`). The containers are made without a registry and
removed afterwards.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from cockpit.adapters.docker import DockerServices
from cockpit.adapters.docker_engine import DockerEngine
from tests.support.cockpit import COCKPIT, variables
from tests.support.docker import IMAGE, client_or_skip, ensure_image
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("docker"), pytest.mark.timeout(600)]

CREATED, RUNNING, SECONDS, KEYS = 470, 30, 15.0, 60


@pytest.fixture(scope="module")
def project() -> Iterator[str]:
    """The name of a Compose project with all of them."""
    client = client_or_skip()
    ensure_image(client)
    name = f"cockpit-many-{secrets.token_hex(3)}"
    labels = {"com.docker.compose.project": name}

    def make(number: int) -> str:
        made = client.api.create_container(
            IMAGE,
            ["sh", "-c", "while :; do sleep 1; done"],
            name=f"{name}-{number:03}",
            labels={**labels, "com.docker.compose.service": f"part-{number % 9}"},
            network_disabled=True,
        )
        if number < RUNNING:
            client.api.start(made["Id"])
        return str(made["Id"])

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(CREATED + RUNNING)))
        yield name
        list(pool.map(lambda container: client.api.remove_container(container, force=True), made))
    client.close()


def watch(terminal: Terminal, seconds: float) -> None:
    """Take in what the program writes for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.feed(0.2)


def used(pids: Sequence[int]) -> float:
    """Seconds of processor time of those processes that live."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids if psutil.pid_exists(pid))


def engine_pids() -> list[int]:
    """The Engine's own process, the one that has run longest, as far as it can be seen."""
    found = [process for process in psutil.process_iter(["name", "create_time"]) if process.info["name"] == "dockerd"]
    return [process.pid for process in sorted(found, key=lambda process: process.info["create_time"])[:1]]


def while_watched(terminal: Terminal) -> str:
    """What the program and the Engine use meanwhile."""
    engine, written, begun = engine_pids(), len(terminal.raw), time.perf_counter()
    own, theirs = used([terminal.pid]), used(engine)
    watch(terminal, SECONDS)
    seconds = time.perf_counter() - begun
    own, theirs = used([terminal.pid]) - own, used(engine) - theirs
    memory = psutil.Process(terminal.pid).memory_info().rss / 1024**2
    return (
        f"{100 * own / seconds:.1f} % of a core, the Engine {100 * theirs / seconds:.1f} %, "
        f"{(len(terminal.raw) - written) / seconds / 1000:.1f} kB/s written, {memory:.0f} MB"
    )


def key_to_picture(terminal: Terminal) -> list[float]:
    """Milliseconds from a key that moves the cursor to what is drawn for it."""
    taken = []
    for number in range(KEYS):
        before, begun = len(terminal.raw), time.perf_counter()
        terminal.press("j" if number % 2 == 0 else "k")
        while len(terminal.raw) == before and time.perf_counter() - begun < 2.0:
            terminal.feed(0.002)
        taken.append((time.perf_counter() - begun) * 1000)
        watch(terminal, 0.05)
    return taken


def test_five_hundred_containers_watched(project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{CREATED} created and {RUNNING} running containers"]
    lines += asyncio.run(fetches(project))
    config = tmp_path / "cockpit.toml"
    config.write_text(
        f'[journal]\npath = "journal.db"\n[environments.sandbox]\nprotected = false\nhost = false\n'
        f'[[environments.sandbox.docker]]\nname = "host1"\nproject = "{project}"\nevery = "2s"\ntimeout = "20s"\n',
        "utf-8",
    )
    with Terminal([*COCKPIT, "--config", str(config)], 160, 48, variables()) as terminal:
        terminal.wait(rf"{RUNNING} running", 60.0)
        terminal.press("4", "z")
        terminal.wait(rf"{RUNNING} running · {CREATED} never started", 20.0)
        watch(terminal, 8.0)
        lines.append(f"cockpit, every 2 s: {while_watched(terminal)}")
        taken = sorted(key_to_picture(terminal))
        lines.append(
            f"key to picture: median {statistics.median(taken):.1f} ms, p95 {taken[int(0.95 * len(taken))]:.1f} ms"
        )
    if shutil.which("docker"):
        begun = time.perf_counter()
        listed = subprocess.run(["docker", "ps", "-aq"], capture_output=True, text=True, check=True)
        lines.append(f"docker ps -a: {time.perf_counter() - begun:.2f} s for {len(listed.stdout.split())}")
        with Terminal(["docker", "stats"], 160, 48, variables()) as terminal:
            terminal.wait(r"CPU %", 30.0)
            watch(terminal, 8.0)
            lines.append(f"docker stats: {while_watched(terminal)}")
    with capsys.disabled():
        print("\n" + "\n  ".join(lines))  # noqa: T201
    assert len(lines) > 3


async def fetches(project: str) -> list[str]:
    """The first look and those after it, without a screen."""
    source = DockerServices(DockerEngine("host1", timeout=20), project=project)
    source.on_news(lambda: None)
    begun = time.perf_counter()
    snapshot = await source.fetch()
    first, later = time.perf_counter() - begun, []
    for _ in range(10):
        begun = time.perf_counter()
        snapshot = await source.fetch()
        later.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.3)
    await source.close()
    assert len(snapshot.services) == CREATED + RUNNING
    return [f"first look {first:.2f} s, each after it {statistics.median(later):.0f} ms (most {max(later):.0f} ms)"]
