"""Redis over REST and jobs, from the configuration to the parts of a session."""

from __future__ import annotations

import pytest

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.redis_browser import RedisBrowser
from cockpit.adapters.redis_rest import RedisRest
from cockpit.config.settings import Environment, Job, Redis, ScalarQuery
from cockpit.model.errors import ConfigError
from cockpit.model.incident import Role
from cockpit.model.readings import SourceId, SourceKind
from cockpit.wiring.checks import job_plan
from cockpit.wiring.parts import Parts
from cockpit.wiring.stores import Stores

KV = SourceId(SourceKind.REDIS, "kv")


def built(role: Role, *jobs: Job, **redis: str) -> Parts:
    parts = Parts(role, SystemClock())
    Stores(parts, Environment(redis=(Redis(name="kv", **redis),), jobs=jobs)).add()
    return parts


def test_an_operator_over_rest_has_reader_executor_and_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "full-token-1")
    parts = built(Role.OPERATOR, rest_url="https://kv.example", rest_token="env:TOKEN", observer_rest_token="env:NONE")
    assert KV in parts.executors
    browser = parts.browsers[KV]
    assert isinstance(browser, RedisBrowser)
    assert isinstance(browser._line, RedisRest)
    assert "full-token-1" in parts.secrets


def test_an_observer_over_rest_takes_the_token_that_only_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAST", "read-token-2")
    parts = built(Role.OBSERVER, rest_url="https://kv.example", rest_token="env:NONE", observer_rest_token="env:LEAST")
    assert parts.executors == {}
    assert "read-token-2" in parts.secrets


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ConfigError, match="redis kv has no rest_token"):
        built(Role.OPERATOR, rest_url="https://kv.example")
    with pytest.raises(ConfigError, match="redis kv has no url"):
        built(Role.OPERATOR)


def test_a_job_with_its_questions_becomes_sources() -> None:
    query = ScalarQuery(redis="GET x")
    job = Job(name="a", lock="lock:a", cron="*/10 * * * *", history=query, flag=query, contended_over="5m")
    parts = built(Role.OPERATOR, job, Job(name="b"), url="redis://127.0.0.1:1/0")
    assert SourceId(SourceKind.POSTGRES, "jobs/jobs") in parts.order
    assert parts.job_history is not None
    assert (parts.job_history.knows("a"), parts.job_history.knows("b")) == (True, False)
    plan = job_plan(job)
    assert (plan.every, plan.contended_over, plan.history) == (600.0, 300.0, True)
    assert job_plan(Job(name="c", every="1h", cron="*/10 * * * *")).every == 3600.0


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (Job(name="a", cron="every day"), "job a: 'every day' is no cron expression"),
        (Job(name="a", cron="@daily", zone="Mars/Olympus"), "job a: .*Mars/Olympus"),
        (Job(name="a", contended="(open"), "job a: missing"),
    ],
)
def test_a_job_that_cannot_be_understood_is_named(job: Job, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        job_plan(job)
