"""The range's parts that need no server."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest

from cockpit.config.load import parse
from cockpit.engine.conditions import holds
from cockpit.model.errors import SandboxError
from cockpit.sandbox import folder as folder_module
from cockpit.sandbox import launch, postgres_server, process, redis_server
from cockpit.sandbox.configuration import ConfigurationFacts, configuration_text
from cockpit.sandbox.folder import LONGEST_FOLDER, make_folder
from cockpit.sandbox.info import parse_info
from cockpit.sandbox.process import MARKER, ProcessSpec, free_ports, python_environment, tail
from cockpit.sandbox.scenarios import SCENARIOS, scenario_named
from cockpit.sandbox.shop.metrics import _text


def facts(**changes: object) -> ConfigurationFacts:
    values: dict[str, object] = {
        "base_url": "http://127.0.0.1:1",
        "operator_dsn": "postgresql://o@h/d",
        "observer_dsn": "postgresql://v@h/d",
        "redis_url": "redis://o@h",
        "redis_observer_url": "redis://v@h",
        "supervisor_socket": Path("/tmp/x/ctl.sock"),
        "journal": Path("/tmp/x/journal.sqlite3"),
        "runbooks": Path('/a folder/with "quotes" and \\ and é'),
        "logs": {"api": Path("/tmp/x/api.log")},
    }
    return ConfigurationFacts(**{**values, **changes})  # type: ignore[arg-type]


def test_the_configuration_parses_whatever_its_paths_hold() -> None:
    environment = parse(configuration_text(facts()), "cockpit.toml").environments["sandbox"]
    assert environment.runbooks == ('/a folder/with "quotes" and \\ and é',)
    assert environment.docker == ()
    assert [log.name for log in environment.logs] == ["api"]
    assert environment.jobs[0].lock == "lock:cron:recalculate"


def test_a_docker_engine_is_named_only_when_it_answers() -> None:
    environment = parse(configuration_text(facts(docker_host="unix:///x")), "x").environments["sandbox"]
    assert [docker.host for docker in environment.docker] == ["unix:///x"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenarios_checks_are_in_the_configuration(name: str) -> None:
    scenario = scenario_named(name)
    checks = {
        check["name"] for check in tomllib.loads(configuration_text(facts()))["environments"]["sandbox"]["checks"]
    }
    assert scenario.required
    assert scenario.required <= scenario.allowed <= checks
    assert 0 < len(scenario.summary) < 100
    assert scenario.description


@pytest.mark.parametrize(
    ("check", "names", "ok", "crit"),
    [
        ("cron.recalculate", {"intervals": 1.99}, True, False),
        ("cron.recalculate", {"intervals": 2.0}, False, True),
        ("db.connections", {"percent": 40.0, "used": 12.0, "limit": 30.0}, True, False),
        ("db.connections", {"percent": 80.0, "used": 24.0, "limit": 30.0}, False, True),
        ("db.connected", {"body": {"dbOk": False}}, False, False),
        ("billing.degraded", {"body": {"billing": {"degraded": False}}}, True, False),
        ("api.healthz", {"status": 503}, False, False),
    ],
)
def test_the_checks_conditions_mean_what_they_say(check: str, names: dict[str, object], ok: bool, crit: bool) -> None:
    checks = parse(configuration_text(facts()), "x").environments["sandbox"].checks
    found = next(each for each in checks if each.name == check)
    assert holds(found.ok, names) is ok  # type: ignore[arg-type]
    if found.crit:
        assert holds(found.crit, names) is crit  # type: ignore[arg-type]


def test_an_unknown_scenario_names_the_known() -> None:
    with pytest.raises(SandboxError, match=r"cron-stuck, db-connections"):
        scenario_named("x")


def test_ports_are_different_free_and_below_the_ephemeral_ones() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(15_000 <= port < 32_000 for port in ports)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports[0]))


def test_taken_ports_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setattr(process, "_PORTS", range(port, port + 1))
        with pytest.raises(SandboxError, match="no 1 free TCP ports"):
            free_ports(1)


def test_a_childs_environment_is_marked_and_free_of_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.com")
    spec = ProcessSpec("x", ("true",), Path("/range"), Path("/log"), environment=(("A", "b"),))
    variables = spec.variables()
    assert variables[MARKER] == "/range"
    assert variables["A"] == "b"
    assert "PGHOST" not in variables
    assert "PATH" in variables


def test_an_installed_package_needs_no_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_PACKAGES", Path("/usr/lib/python3/site-packages"))
    assert python_environment() == ()
    monkeypatch.setattr(process, "_PACKAGES", Path("/checkout"))
    monkeypatch.setenv("PYTHONPATH", "/other")
    assert python_environment() == (("PYTHONPATH", "/checkout:/other"),)


def test_only_root_needs_another_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert process.unprivileged_account() is None
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    account = process.unprivileged_account()
    assert account is not None
    assert account.uid != 0


def test_the_tail_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    assert tail(log) == ""
    log.write_text("one\ntwo\nthree\n")
    assert tail(log, 2) == "two / three"


def test_a_folder_is_closed_to_others_and_short_enough_for_sockets() -> None:
    made = make_folder()
    try:
        assert not stat.S_IMODE(made.root.stat().st_mode) & 0o066
        assert len(os.fsencode(made.root)) <= LONGEST_FOLDER
        assert made.logs.is_dir()
        assert made.journal.parent.is_dir()
    finally:
        made.logs.rmdir()
        made.journal.parent.rmdir()
        made.root.rmdir()


def test_a_long_temporary_folder_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(long))
    made = make_folder()
    try:
        assert not made.root.is_relative_to(long)
    finally:
        made.logs.rmdir()
        made.journal.parent.rmdir()
        made.root.rmdir()


def test_no_place_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> str:
        raise PermissionError

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(SandboxError, match="set TMPDIR"):
        make_folder()


def test_root_needs_a_folder_that_others_pass_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert not folder_module._reachable(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert folder_module._reachable(tmp_path)


@pytest.mark.parametrize("line", ["", "no json", '{"error": "it broke", "remedy": "mend it"}'])
def test_a_line_that_is_no_information(line: str) -> None:
    with pytest.raises(SandboxError, match=r"ended before it said|it broke; mend it\."):
        parse_info(line)


def test_missing_packages_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match=r"incident-cockpit\[sandbox\]"):
        postgres_server.find_install()
    with pytest.raises(SandboxError, match="redis-server into PATH"):
        redis_server.find_program()


def test_a_redis_from_path_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    server = tmp_path / "redis-server"
    server.touch(mode=0o755)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis_server.find_program() == str(server)


def test_a_process_that_says_nothing_in_time_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_START_DEADLINE", 0.2)
    monkeypatch.setattr(launch, "_STOP_DEADLINE", 0.2)
    monkeypatch.setattr(launch, "python_command", lambda *_: ("sleep", "1000"))
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def remember(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        started.append(popen(command[:2], **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", remember)
    with pytest.raises(SandboxError, match="did not start within"):
        launch.start_range_process(None, Path("runbooks"))
    assert started[0].returncode == -signal.SIGKILL


def test_the_metrics_are_cumulative_buckets() -> None:
    totals = {"requests|GET|/x|200": 3, "bucket|0.01": 1, "bucket|5": 3, "count": 3, "microseconds": 1_500_000}
    lines = _text(totals, {"hits": 4}).splitlines()
    assert 'http_requests_total{method="GET",path="/x",code="200"} 3' in lines
    assert 'http_request_duration_seconds_bucket{le="+Inf"} 3' in lines
    assert "http_request_duration_seconds_sum 1.5" in lines
    assert "flag_cache_hits_total 4" in lines
    assert "flag_cache_misses_total 0" in lines
