from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.pm2 import parse_list, same_name
from cockpit.model.errors import SourceGarbled
from cockpit.model.services import ServiceKind

UPTIME = 1_795_278_830_131
WEB = {
    "pid": 31248,
    "name": "web",
    "pm_id": 3,
    "monit": {"memory": 54_644_736, "cpu": 12.5},
    "pm2_env": {
        "namespace": "default",
        "status": "online",
        "exec_mode": "cluster_mode",
        "instances": 2,
        "restart_time": 4,
        "unstable_restarts": 1,
        "pm_uptime": UPTIME,
        "pm_exec_path": "/srv/app.js",
        "pm_cwd": "/srv",
        "pm_out_log_path": "/logs/out.log",
        "pm_err_log_path": "/logs/err.log",
        "autorestart": True,
        "node_version": "20.1.0",
        "_pm2_version": "7.0.4",
        "env": {"API_KEY": "abc", "NESTED": {"a": 1}, "PORT": 3000, "PM2_HOME": "/x"},
    },
}


def changed(**fields: object) -> dict[str, object]:
    return {**WEB, "pm2_env": {**WEB["pm2_env"], **fields}}  # type: ignore[dict-item]


def test_a_process_is_read_in_full() -> None:
    [found] = parse_list(json.dumps([WEB]), "apps")
    service = found.service
    assert (service.kind, service.id, service.name, service.state) == (ServiceKind.PM2, "3", "web", "running")
    assert service.started_at == datetime.fromtimestamp(UPTIME / 1000, UTC)
    assert (service.restarts, service.cpu_percent, service.memory_bytes) == (4, 12.5, 54_644_736)
    assert (service.project, service.part, service.pid, service.exit_code) == ("apps", "cluster 2", 31248, None)
    assert service.logs == ("/logs/out.log", "/logs/err.log")
    assert found.variables == (("API_KEY", "abc"), ("PORT", "3000"))
    assert dict(found.facts)["restarts by itself"] == "yes"
    assert dict(found.facts)["pm2"] == "7.0.4"


@pytest.mark.parametrize(
    ("status", "state"),
    [("stopped", "stopped"), ("errored", "errored"), ("waiting restart", "restarting"), ("launching", "launching")],
)
def test_what_does_not_run_uses_nothing(status: str, state: str) -> None:
    [found] = parse_list(json.dumps([changed(status=status, exit_code=1, namespace="jobs")]), "apps")
    service = found.service
    assert (service.state, service.started_at, service.cpu_percent, service.memory_bytes) == (state, None, None, None)
    assert (service.exit_code, service.pid, service.project) == (1, None, "jobs")


@pytest.mark.parametrize(
    "noise",
    [
        ">>>> In-memory PM2 is out-of-date, do:\n>>>> $ pm2 update\n[PM2] it [really] is\n",
        "\x1b[32m[PM2] \x1b[39mSpawning PM2 daemon\n[1, 2]\n",
        "",
    ],
)
def test_what_pm2_says_before_and_after_the_list_is_passed_over(noise: str) -> None:
    [found] = parse_list(f"{noise}{json.dumps([WEB])}\n[PM2] bye")
    assert found.service.name == "web"


def test_an_empty_list_is_a_list() -> None:
    assert parse_list("[]") == ()


@pytest.mark.parametrize("printed", ["", "command not found", "[1, 2]", '{"a": 1}', '[{"name": "web"}]'])
def test_what_is_no_list_is_garbled(printed: str) -> None:
    with pytest.raises(SourceGarbled, match="no list of processes"):
        parse_list(printed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(list(WEB["pm2_env"])), JSON), JSON, JSON)  # type: ignore[call-overload]
def test_odd_values_never_break_the_list(environment: dict[str, object], monit: object, name: object) -> None:
    item = {"pm_id": 1, "pm2_env": environment, "monit": monit, "name": name}
    [found] = parse_list(json.dumps([item]))
    assert "\x1b" not in found.service.name


def test_instances_of_one_application_stand_in_the_order_of_their_numbers() -> None:
    found = parse_list(json.dumps([{**WEB, "pm_id": 11}, {**WEB, "pm_id": 2}, {**WEB, "name": "other"}]))
    assert [service.id for service in same_name(found, "web")] == ["2", "11"]
