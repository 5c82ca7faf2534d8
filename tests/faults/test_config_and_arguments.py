"""What is wrong with the configuration is said, never a password, and everything else goes on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import redis

from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import CALM, command, screen
from tests.support.configs import changed_config
from tests.support.range import healthy_range, start_range  # noqa: F401  a fixture
from tests.support.terminal import Terminal
from tests.support.walking import confirm, dismiss

pytestmark = pytest.mark.xdist_group("arguments")
WRONG = "tr0ub4dor-and-3"
LONG = 40.0
LOCK = "lock:cron:recalculate"


@pytest.fixture(scope="module")
def stuck() -> Iterator[RangeInfo]:
    """A range in which a lock can be released."""
    with start_range("cron-stuck") as info:
        yield info


def never_shown(terminal: Terminal, *secrets: str) -> None:
    """Neither on the screen nor in anything that was ever sent to the terminal."""
    for secret in secrets:
        assert secret not in terminal.text
        assert secret.encode() not in bytes(terminal.raw)


def test_a_wrong_password_of_postgres(healthy_range: RangeInfo, tmp_path: Path) -> None:  # noqa: F811
    right = urlsplit(healthy_range.postgres).password or "none"
    wrong = healthy_range.postgres.replace(right, WRONG)
    config = changed_config(healthy_range, tmp_path, (healthy_range.postgres, wrong))
    with screen("--config", str(config)) as terminal:
        terminal.wait("2 Activity.*no answer", LONG)
        terminal.press("2", "z")
        terminal.wait("the password was refused", LONG)
        terminal.wait("check the user and password", LONG)
        terminal.press("z", "3")
        terminal.wait("lock:cron", LONG)
        never_shown(terminal, WRONG, right)
    verbs: tuple[tuple[str, ...], ...] = (("doctor",), ("check",), ("doctor", "--json"), ("check", "--json"))
    for verb in verbs:
        done = command("--config", str(config), *verb)
        assert WRONG not in done.stdout + done.stderr
        assert "password was refused" in done.stdout or verb[0] == "check"


def test_a_wrong_password_of_redis(healthy_range: RangeInfo, tmp_path: Path) -> None:  # noqa: F811
    right = urlsplit(healthy_range.redis).password or "none"
    wrong = healthy_range.redis.replace(right, WRONG)
    config = changed_config(healthy_range, tmp_path, (healthy_range.redis, wrong))
    with screen("--config", str(config)) as terminal:
        terminal.wait("3 Cron locks.*no answer", LONG)
        terminal.press("3", "z")
        terminal.wait("refused the login", LONG)
        terminal.wait("check the user and password", LONG)
        never_shown(terminal, WRONG, right)


def test_an_unreachable_host_is_named_with_what_to_do(healthy_range: RangeInfo, tmp_path: Path) -> None:  # noqa: F811
    address = urlsplit(healthy_range.postgres)
    config = changed_config(healthy_range, tmp_path, (f"@127.0.0.1:{address.port}", "@nowhere.invalid:5432"))
    with screen("--config", str(config)) as terminal:
        terminal.wait("2 Activity.*no answer", LONG)
        terminal.press("2", "z")
        terminal.wait("the host name cannot be resolved", LONG)
        terminal.wait("nowhere.invalid", LONG)
        terminal.press("z", "?")
        terminal.wait("Keys that are valid now")
        never_shown(terminal, address.password or "none")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--env", "prodd"), "there is no environment 'prodd'; choose one of sandbox"),
        (("--label", "nonsense"), "--label 'nonsense' is not KEY=VALUE"),
    ],
)
def test_arguments_that_make_no_sense(
    healthy_range: RangeInfo,  # noqa: F811
    arguments: tuple[str, ...],
    said: str,
) -> None:
    done = command("--config", healthy_range.config, *arguments)
    assert done.returncode == 64
    assert said in done.stderr.replace(". Remedy:", ";").replace(". C", "; c").replace(".\n", "\n")
    assert "Traceback" not in done.stderr


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    done = command("--config", str(tmp_path / "none.toml"))
    assert done.returncode == 64
    assert "there is no configuration file" in done.stderr


def test_a_runbook_that_is_not_there_is_said_on_the_screen(healthy_range: RangeInfo) -> None:  # noqa: F811
    with screen("--config", healthy_range.config, "--runbook", "nothing.md") as terminal:
        terminal.wait("no procedure for nothing.md was found", LONG)
        terminal.wait(CALM, 120.0)


def test_without_a_journal_everything_is_read_and_nothing_is_changed(stuck: RangeInfo, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = Path(stuck.config).parent / "journal" / "journal.sqlite3"
    config = changed_config(stuck, tmp_path, (str(journal), str(tmp_path / "file" / "journal.db")))
    nothing_is_changed(stuck, config, "nothing can be changed here: the journal .* could not be opened")


def test_on_a_full_disk_everything_is_read_and_nothing_is_changed(stuck: RangeInfo, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.skip("a small disk can only be mounted by root, with the right to do so")
    try:
        journal = Path(stuck.config).parent / "journal" / "journal.sqlite3"
        config = changed_config(stuck, tmp_path, (str(journal), str(disk / "journal.db")))
        nothing_is_changed(stuck, config, "", lambda: fill(disk))
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> None:
    """Leave not one byte."""
    with (disk / "filler").open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"x" * 512)
            except OSError:
                return


def nothing_is_changed(info: RangeInfo, config: Path, banner: str, before_the_key: object = None) -> None:
    """The cockpit starts and reads; a change is refused and the lock stays."""
    with redis.Redis.from_url(info.redis_admin) as kv, screen("--config", str(config)) as terminal:
        holder = kv.get(LOCK)
        assert holder
        if banner:
            terminal.wait(banner, LONG)
        terminal.wait("recal.* orphaned", LONG)
        if callable(before_the_key):
            before_the_key()
        terminal.press("3", "g", "D")
        terminal.wait("will delete 1 key", LONG)
        confirm(terminal)
        terminal.wait("the journal cannot be written, so nothing was changed", LONG)
        assert kv.get(LOCK) == holder
        dismiss(terminal)
        terminal.wait("2 Activity.* [0-2]s ", LONG)
        terminal.press("escape-alone", "q")
        assert terminal.wait_exit(30) == 0


def test_no_password_is_in_the_process_list(healthy_range: RangeInfo) -> None:  # noqa: F811
    with screen("--config", healthy_range.config) as terminal:
        terminal.wait(CALM, 120.0)
        words = " ".join(psutil.Process(terminal.pid).cmdline())
        assert (urlsplit(healthy_range.postgres).password or "none") not in words
