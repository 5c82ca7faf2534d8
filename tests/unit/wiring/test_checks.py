from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config.load import Loaded, parse
from cockpit.config.settings import Check
from cockpit.model.errors import ConfigError
from cockpit.model.incident import Role
from cockpit.model.readings import SourceId, SourceKind
from cockpit.wiring.checks import check_conditions, check_plans, host_and_port, http_request, source_of
from cockpit.wiring.parts import Parts
from cockpit.wiring.sources import add_sources
from tests.support.clock import FixedClock

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
[[environments.e.logs]]
name = "app"
file = "app.log"
[[environments.e.prometheus]]
name = "prom"
url = "http://127.0.0.1:9"
[[environments.e.alertmanager]]
name = "main"
url = "http://127.0.0.1:9"
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
        ('http = "/health"\nfollow = true', "http:api/GET /health followed", ""),
        ('metrics = "/metrics"\nmetric = "up"', "http:api/metrics /metrics", "up"),
        ('promql = "up"', "prometheus:prom/c", ""),
        ('key = "queue:mail"', "redis:kv/c", "queue:mail"),
        ('file = "/x"', "probe:file/c", ""),
        ('process = "nginx"', "probe:process/c", "nginx"),
        ('port = ":80"', "probe:port/c", ""),
        ('certificate = "example.com"', "probe:certificate/c", ""),
        ('log = "app"\npattern = "ERROR"', "probe:log/app/c", ""),
        ('status_page = "https://status.example"', "probe:status_page/c", ""),
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
        ('metrics = "/m"\nmetric = "no name"', "check c, key metric: 'no name' selects no metric"),
        ('log = "app"\npattern = "("', "check c, key pattern"),
        ('log = "other"', "wants logs 'other', and there is app"),
        ('port = "localhost"', "names no port; write it like 127.0.0.1:5432"),
        ('port = "localhost:99999"', "names no port"),
        ('certificate = ":443"', "names no host"),
        ('promql = "up"\non = "other"', "wants prometheus 'other', and there is prom"),
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


def test_a_page_needs_the_name_of_a_metric() -> None:
    with pytest.raises(ConfigError, match="does not say which metric"):
        loaded('metrics = "/metrics"')


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("127.0.0.1:5432", ("127.0.0.1", 5432)),
        ("[::1]:80", ("::1", 80)),
        (":80", ("", 80)),
        ("80", ("", 80)),
        ("example.com:8443", ("example.com", 8443)),
    ],
)
def test_hosts_and_ports(text: str, wanted: tuple[str, int]) -> None:
    assert host_and_port(Check(name="c"), text) == wanted
    assert host_and_port(Check(name="c"), "example.com", 443) == ("example.com", 443)


def test_checks_on_one_address_share_an_exchange_unless_they_send_something_else() -> None:
    same = loaded('http = "/x"').settings.environments["e"].checks[0]
    other = loaded('http = "/x"\nheaders = {A = "1"}').settings.environments["e"].checks[0]
    environment = loaded('http = "/x"').settings.environments["e"]
    assert source_of(environment, same) != source_of(environment, other)


ALL = """
[environments.e]
base_url = "http://127.0.0.1:9"
host = false
[[environments.e.logs]]
name = "app"
file = "app.log"
[[environments.e.prometheus]]
name = "prom"
url = "http://127.0.0.1:9"
headers = {Authorization = "cmd:echo Bearer-secret"}
[[environments.e.alertmanager]]
name = "main"
url = "http://127.0.0.1:9"
""" + "".join(
    f'[[environments.e.checks]]\nname = "c{number}"\ngroup = "G"\n{words}\n'
    for number, words in enumerate(
        (
            'http = "/x"',
            'metrics = "/metrics"\nmetric = "up"\nevery = "9s"',
            'metrics = "/metrics"\nmetric = "down"\nover = "5m"',
            'promql = "up"',
            'file = "x"',
            'process = "x"',
            'port = ":9"',
            'certificate = "127.0.0.1:9"',
            'log = "app"',
            'status_page = "http://127.0.0.1:9"',
        )
    )
)


@pytest.mark.anyio
async def test_every_check_finds_its_source_among_the_parts(tmp_path: Path) -> None:
    environment = parse(ALL, "x").environments["e"]
    parts = Parts(Role.OBSERVER, FixedClock())
    add_sources(parts, environment, tmp_path)
    pollers = {poller.source.id: poller for poller in (make(lambda reading: None) for make in parts.pollers)}
    plans = check_plans(environment)
    assert {plan.source for plan in plans} <= pollers.keys()
    assert {plan.group for plan in plans} == {"G"}
    page = SourceId(SourceKind.HTTP, "api/metrics /metrics")
    assert pollers[page].every == 5.0
    assert pollers[SourceId(SourceKind.PROBE, "certificate/c7")].every == 30.0
    assert pollers[SourceId(SourceKind.PROBE, "file/c4")].every == 5.0
    assert "Bearer-secret" in parts.secrets
    assert len(parts.executors) == 0
    for poller in pollers.values():
        await poller.stop()
    for close in parts.closers:
        await close()
