from __future__ import annotations

import pytest

from cockpit.config.load import Loaded, parse
from cockpit.model.errors import ConfigError
from cockpit.wiring.checks import check_conditions, check_plans, http_request

BASE = """
[environments.e]
[[environments.e.postgres]]
name = "main"
[[environments.e.redis]]
name = "kv"
[[environments.e.processes]]
name = "shop"
socket = "s"
[[environments.e.docker]]
name = "engine"
[[environments.e.jobs]]
name = "nightly"
lock = "lock:nightly"
every = "1h"
[[environments.e.checks]]
name = "c"
"""


def loaded(check: str) -> Loaded:
    return Loaded(parse(BASE + check, "x"), None)


@pytest.mark.parametrize(
    ("check", "source", "detail"),
    [
        ('http = "/health"', "http:api/GET /health", ""),
        ('http = "/health"\nmethod = "post"', "http:api/POST /health", ""),
        ('sql = "SELECT 1"', "postgres:main/c", ""),
        ('redis = "LLEN q"', "redis:kv/c", ""),
        ('job = "nightly"', "postgres:main/jobs", "nightly"),
        ('lock = "lock:x"', "redis:kv", "lock:x"),
        ('connections = "main"', "postgres:main", ""),
        ('service = "api"', "processes:shop", "api"),
        ('service = "api"\non = "engine"', "docker:engine", "api"),
        ('service = "api"\non = "shop"', "processes:shop", "api"),
        ('disk = "/"', "host:host", "/"),
    ],
)
def test_each_subject_has_its_source(check: str, source: str, detail: str) -> None:
    (plan,) = check_plans(loaded(check).settings.environments["e"])
    assert (str(plan.source), plan.detail) == (source, detail)


def test_a_job_brings_its_plan() -> None:
    (plan,) = check_plans(loaded('job = "nightly"').settings.environments["e"])
    assert plan.job is not None
    assert (plan.job.lock, plan.job.every) == ("lock:nightly", 3600.0)


def test_a_request_keeps_method_headers_and_body() -> None:
    check = loaded('http = "/x"\nmethod = "post"\nbody = "b"\nheaders = {A = "1"}').settings.environments["e"].checks[0]
    request = http_request(check)
    assert (request.method, request.url, request.headers, request.body) == ("POST", "/x", (("A", "1"),), "b")


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ('job = "other"', "the jobs are nightly"),
        ('connections = "other"', "wants postgres 'other', and there is main"),
        ('http = "/"\nok = "1 +"', "check c, key ok"),
        ('service = "api"\non = "nowhere"', "wants docker 'nowhere'"),
    ],
)
def test_problems_are_named(check: str, words: str) -> None:
    problems = list(check_conditions(loaded(check)))
    assert [words in str(problem) for problem in problems] == [True]


def test_a_good_file_has_no_problems() -> None:
    assert list(check_conditions(loaded('http = "/"\nok = "status == 200"'))) == []


def test_a_check_without_its_kind_of_source() -> None:
    environment = parse('[environments.e]\n[[environments.e.checks]]\nname="a"\nlock="x"', "x").environments["e"]
    with pytest.raises(ConfigError, match="and there is none"):
        check_plans(environment)
