"""A real Prometheus and a real Alertmanager for contract tests, gone when the test is."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from cockpit.sandbox.process import free_ports
from tests.support.absent import absent

_DEADLINE = 30.0


@contextlib.contextmanager
def running_prometheus(folder: Path, *, rules: str, target: str) -> Iterator[str]:
    """A Prometheus that scrapes a target every second; its URL. Skips the test where there is none installed."""
    program = _program("prometheus")
    folder.mkdir()
    (folder / "rules.yml").write_text(rules)
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        "rule_files: [rules.yml]\n"
        f'scrape_configs: [{{job_name: shop, static_configs: [{{targets: ["{target}"]}}]}}]\n'
    )
    [port] = free_ports(1)
    words = [
        program,
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with _running(words, folder, f"http://127.0.0.1:{port}") as url:
        yield url


@contextlib.contextmanager
def running_alertmanager(folder: Path) -> Iterator[str]:
    """An Alertmanager in which `Loud` inhibits `Quiet`; its URL. Skips the test where there is none installed."""
    program = _program("prometheus-alertmanager")
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(
        "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
        "inhibit_rules: [{source_matchers: [alertname=Loud], target_matchers: [alertname=Quiet]}]\n"
    )
    [port] = free_ports(1)
    words = [
        program,
        "--config.file=alertmanager.yml",
        "--storage.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with _running(words, folder, f"http://127.0.0.1:{port}") as url:
        yield url


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        absent(f"{name} is not installed here")
    return found


@contextlib.contextmanager
def _running(words: Sequence[str], folder: Path, url: str) -> Iterator[str]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait(process, f"{url}/-/ready", folder / "log")
            yield url
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    ends = time.monotonic() + _DEADLINE
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    raise AssertionError(f"{url} did not answer in {_DEADLINE:g} s")
