"""A real nginx that a test starts for itself."""

from __future__ import annotations

import contextlib
import getpass
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.absent import absent
from tests.support.range import wait_for

CONFIGURATION = """
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ }}
http {{
    access_log {folder}/access.log combined;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""
SERVER = """server {{
        listen 127.0.0.1:{port};
        location = /ok {{ return 200 "fine"; }}
        location = /gone {{ return 404; }}
        location = /broken {{ return 503; }}
        location = /behind {{ proxy_pass http://127.0.0.1:1; }}
    }}"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """One that runs.

    Attributes:
        folder: where its logs are, access.log and error.log.
        url: where it answers.
        pid: its master process.
    """

    folder: Path
    url: str
    pid: int

    def ask(self, path: str, **headers: str) -> int:
        """The status with which it answers a GET."""
        request = urllib.request.Request(self.url + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code


@contextlib.contextmanager
def running_nginx(folder: Path) -> Iterator[Nginx]:
    """An nginx with a few paths: /ok, /gone (404), /broken (503), /behind (502)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _running(folder, SERVER.format(port=port)) as process:
        wait_for(lambda: _answers(port), "nginx answers")
        yield Nginx(folder, f"http://127.0.0.1:{port}", process.pid)


@contextlib.contextmanager
def running_proxy(folder: Path, server: str) -> Iterator[None]:
    """An nginx with one server of a test's own, which listens at `folder`/nginx.sock."""
    with _running(folder, server):
        wait_for(lambda: _answers(str(folder / "nginx.sock")), "nginx answers")
        yield


@contextlib.contextmanager
def _running(folder: Path, server: str) -> Iterator[subprocess.Popen[bytes]]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        absent("nginx is not installed")
    folder.chmod(0o755)
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=folder, user=getpass.getuser(), server=server))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(file)], stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _answers(place: int | str) -> bool:
    """Whether somebody listens at a port of this machine, or at a unix socket."""
    family, address = (socket.AF_UNIX, place) if isinstance(place, str) else (socket.AF_INET, ("127.0.0.1", place))
    with socket.socket(family) as line:
        return line.connect_ex(address) == 0
