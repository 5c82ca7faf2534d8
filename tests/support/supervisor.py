"""The supervisor of a range over its socket, as `cockpit` speaks to it, but by hand."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
from typing import Any

import psutil

from cockpit.sandbox.info import RangeInfo
from tests.support.configs import supervisor_socket
from tests.support.range import wait_for


class _OverSocket(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self._path)


def ask_supervisor(info: RangeInfo, method: str, path: str) -> tuple[int, Any]:
    """Status and JSON of one request."""
    line = _OverSocket(str(supervisor_socket(info)))
    try:
        line.request(method, path)
        response = line.getresponse()
        return response.status, json.loads(response.read())
    finally:
        line.close()


def processes(info: RangeInfo) -> dict[str, dict[str, Any]]:
    """What the supervisor says of each process, by name."""
    _, found = ask_supervisor(info, "GET", "/processes")
    return {status["name"]: status for status in found}


def start(info: RangeInfo, name: str) -> None:
    """Start a process again and wait until it runs."""

    def started() -> bool:
        ask_supervisor(info, "POST", f"/processes/{name}/start")
        return bool(processes(info)[name]["state"] == "running")

    wait_for(started, f"{name} runs again")


def family(info: RangeInfo, name: str) -> list[psutil.Process]:
    """A process and its descendants."""
    parent = psutil.Process(processes(info)[name]["pid"])
    return [parent, *parent.children(recursive=True)]


def send(info: RangeInfo, name: str, number: signal.Signals) -> None:
    """Send a signal to a process and its descendants."""
    for process in family(info, name):
        os.kill(process.pid, number)
