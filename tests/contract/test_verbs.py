"""The headless verbs on a real, healthy range."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import psycopg

from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import COCKPIT, command, command_json, variables, verdicts
from tests.support.configs import changed_config
from tests.support.range import healthy_range, wait_for  # noqa: F401  a fixture
from tests.support.servers import alive

HEALTHY = {
    "api.healthz",
    "api.ready",
    "db.connected",
    "db.connections",
    "kv.connected",
    "cron.recalculate",
    "cron.billing-reconcile",
    "billing.degraded",
    "api.latency",
    "cron.errors",
    "requests.failed",
    "backup.age",
    "migrations.current",
    "writes.selftest",
    "sessions.blocked",
    "webhooks.failed",
}


def test_check_of_a_healthy_range(healthy_range: RangeInfo) -> None:  # noqa: F811
    wait_for(lambda: set(verdicts(healthy_range).values()) == {"ok"}, "all checks are ok")
    code, report = command_json(healthy_range, "check")
    assert (code, report["verdict"], report["environment"]) == (0, "ok", "sandbox")
    assert {check["name"] for check in report["checks"]} == HEALTHY
    assert all(check["taken_at"] for check in report["checks"])
    assert report["sampled_seconds"] >= 0


def test_check_of_some_and_of_none(healthy_range: RangeInfo) -> None:  # noqa: F811
    code, report = command_json(healthy_range, "check", "kv.connected")
    assert (code, [check["name"] for check in report["checks"]]) == (0, ["kv.connected"])
    refused = command("--config", healthy_range.config, "check", "nonsense")
    assert refused.returncode == 3
    assert "there is no check 'nonsense'" in refused.stderr
    table = command("--config", healthy_range.config, "check", "kv.connected", "cron.recalculate").stdout.splitlines()
    assert table[0].split() == ["VERDICT", "CHECK", "VALUE", "MESSAGE"]
    assert [line.split()[1] for line in table[1:]] == ["kv.connected", "cron.recalculate"]


def test_check_writes_nothing_and_leaves_no_password(healthy_range: RangeInfo) -> None:  # noqa: F811
    done = command("--config", healthy_range.config, "check")
    password = healthy_range.postgres.split(":")[2].split("@")[0]
    assert password not in done.stdout + done.stderr
    assert not Path(healthy_range.config).parent.joinpath("journal", "journal.sqlite3").exists()


def test_the_doctor_asks_every_source(healthy_range: RangeInfo) -> None:  # noqa: F811
    code, report = command_json(healthy_range, "doctor")
    found = {source["source"]: source for source in report["sources"]}
    assert (code, report["role"]) == (0, "operator")
    assert found["postgres:main"]["version"].startswith("PostgreSQL 18")
    assert found["redis:kv"]["reachable"]
    assert found["processes:shop"]["remarks"].endswith("services")


def test_the_doctor_says_what_stops_an_observer(healthy_range: RangeInfo, tmp_path: Path) -> None:  # noqa: F811
    config = changed_config(healthy_range, tmp_path)
    observer = command("--config", str(config), "doctor", "--observer")
    assert observer.returncode == 0, observer.stdout
    heading = next(line for line in observer.stdout.splitlines() if "AN OBSERVER WHO WOULD" in line)
    assert heading.split("  ")[0] == "SOURCE"
    assert "would enforce it with" not in observer.stdout
    gap = [line for line in config.read_text().splitlines() if line.startswith("observer_url")]
    shared = changed_config(healthy_range, tmp_path, (gap[0], ""))
    done = command("--config", str(shared), "doctor", "--observer", "--json")
    rights = {(right["source"], right["change"]): right for right in json.loads(done.stdout)["rights"]}
    assert done.returncode == 1
    assert rights["postgres:main", "change rows"]["wall"] == "enforced by the server"
    assert rights["redis:kv", "an account of its own"]["wall"] == "not enforced"
    assert rights["redis:kv", "change keys"]["wall"] == "only by the cockpit"
    assert rights["redis:kv", "change keys"]["remedy"].startswith("ACL SETUSER cockpit_operator -@all +@read")
    assert rights["http", "POST, PUT, PATCH, DELETE"]["well"] is True
    text = command("--config", str(shared), "doctor", "--observer")
    assert "The server would enforce it with:\n  ACL SETUSER cockpit_observer on" in text.stdout


def test_a_source_that_does_not_answer_has_no_known_walls(tmp_path: Path) -> None:
    config = tmp_path / "cockpit.toml"
    config.write_text(
        '[environments.e]\nhost = false\n[[environments.e.postgres]]\nname = "gone"\n'
        'dsn = "postgresql://u:hunter2secret@127.0.0.1:1/x"\n'
        '[[environments.e.redis]]\nname = "away"\nurl = "redis://:hunter2secret@127.0.0.1:1/0"\n'
        '[[environments.e.docker]]\nname = "off"\nhost = "unix:///nowhere/docker.sock"\n'
    )
    done = command("--config", str(config), "doctor", "--observer", "--json")
    rights = json.loads(done.stdout)["rights"]
    assert done.returncode == 1
    assert [right["wall"] for right in rights if right["change"] == "everything"] == ["not known"] * 3
    assert "hunter2secret" not in done.stdout + done.stderr


def test_the_doctor_says_which_right_is_missing(healthy_range: RangeInfo, tmp_path: Path) -> None:  # noqa: F811
    with psycopg.connect(healthy_range.postgres_admin, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS nobody_special")
        admin.execute("CREATE ROLE nobody_special LOGIN PASSWORD 'x'")
    place = healthy_range.postgres_admin.rpartition("@")[2]
    config = tmp_path / "cockpit.toml"
    config.write_text(
        f'[environments.e]\nhost = false\n[[environments.e.postgres]]\nname = "main"\n'
        f'dsn = "postgresql://nobody_special:x@{place}"\n'
        '[[environments.e.postgres]]\nname = "gone"\ndsn = "postgresql://u:hunter2secret@127.0.0.1:1/x"\n'
    )
    done = command("--config", str(config), "doctor", "--json")
    found = {source["source"]: source for source in json.loads(done.stdout)["sources"]}
    assert done.returncode == 1
    assert "GRANT pg_monitor TO" in found["postgres:main"]["remarks"]
    assert not found["postgres:gone"]["reachable"]
    assert "hunter2secret" not in done.stdout + done.stderr


def test_the_sandbox_says_where_everything_is_and_leaves_nothing() -> None:
    with subprocess.Popen(
        [*COCKPIT, "sandbox", "--json"], stdout=subprocess.PIPE, text=True, env=variables()
    ) as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        assert set(facts) == {
            "scenario",
            "config",
            "postgres",
            "postgres_admin",
            "redis",
            "redis_admin",
            "api",
            "log_dir",
            "pids",
        }
        assert facts["scenario"] is None
        assert command("--config", facts["config"], "check", "kv.connected").returncode == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert not Path(facts["config"]).exists()
    assert not [name for name, pid in facts["pids"].items() if alive(pid)]


def test_the_sandbox_in_words() -> None:
    with subprocess.Popen([*COCKPIT, "sandbox"], stdout=subprocess.PIPE, text=True, env=variables()) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(10)]
        process.send_signal(signal.SIGINT)
        process.wait(30)
    assert lines[0].split() == ["scenario", "none,", "it", "is", "healthy"]
    assert any(line.startswith("config") for line in lines)


def test_without_the_sandbox_s_packages_it_says_what_to_install() -> None:
    hidden = (
        "import sys; sys.modules['aiohttp'] = None\nfrom cockpit.cli import run; sys.exit(run(['demo', 'cron-stuck']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden], capture_output=True, text=True, env=variables(), timeout=60, check=False
    )
    assert done.returncode == 64
    assert done.stderr == 'cockpit: the sandbox needs the package aiohttp; pip install "incident-cockpit[sandbox]".\n'
