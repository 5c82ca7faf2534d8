from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from cockpit.config.load import Loaded, parse
from cockpit.model.health import Verdict
from cockpit.sandbox.process import free_ports
from cockpit.wiring import one_pass as module
from cockpit.wiring.one_pass import one_pass

pytestmark = pytest.mark.anyio


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A page whose counter grows by ten a second, and tells how often it was read."""
    began = time.monotonic()
    read = 0

    async def page(_request: web.Request) -> web.Response:
        nonlocal read
        read += 1
        grown = 10 * (time.monotonic() - began)
        return web.Response(text=f"# TYPE n_total counter\nn_total {grown}\n# TYPE reads gauge\nreads {read}\n")

    async def post(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    app = web.Application()
    app.router.add_get("/metrics", page)
    app.router.add_post("/post", post)
    runner = web.AppRunner(app)
    await runner.setup()
    [free] = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", free).start()
    yield free
    await runner.cleanup()


def loaded(port: int, checks: str, folder: Path) -> Loaded:
    text = f'[environments.e]\nbase_url = "http://127.0.0.1:{port}"\nhost = false\n{checks}'
    return Loaded(parse(text, "x"), folder / "cockpit.toml")


RATES = """
[[environments.e.checks]]
name = "rate"
metrics = "/metrics"
metric = "n_total"
ok = "rate > 5.0 && rate < 20.0"
[[environments.e.checks]]
name = "reads"
metrics = "/metrics"
metric = "reads"
ok = "value == 2.0"
for = "1h"
[[environments.e.checks]]
name = "file"
file = "there"
"""


async def test_a_rate_is_read_twice_within_the_pass_and_shares_its_page(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BETWEEN", 0.3)
    (tmp_path / "there").touch()
    health = await one_pass(loaded(port, RATES, tmp_path), "e")
    assert {result.name: (result.verdict, result.message) for result in health.results} == {
        "rate": (Verdict.OK, ""),
        "reads": (Verdict.OK, ""),
        "file": (Verdict.OK, ""),
    }


async def test_only_what_is_named_is_read(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BETWEEN", 3600.0)
    (health,) = (await one_pass(loaded(port, RATES, tmp_path), "e", ("file",))).results
    assert (health.verdict, health.message) == (Verdict.CRIT, "there is no such file")


async def test_a_pass_sends_nothing_that_an_observer_may_not(port: int, tmp_path: Path) -> None:
    check = '[[environments.e.checks]]\nname = "p"\nhttp = "/post"\nmethod = "POST"\n'
    (result,) = (await one_pass(loaded(port, check, tmp_path), "e")).results
    assert "an observer sends no POST" in result.message
