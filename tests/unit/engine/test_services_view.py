from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.services_view import ORDERS, Found, ServicesWish, arrange, descends, rank
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.services import Service, ServiceKind, Traffic

HOST1, HOST2 = SourceId(SourceKind.DOCKER, "host1"), SourceId(SourceKind.DOCKER, "host2")
NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)


def a_service(name: str, state: str = "running", **changes: object) -> Service:
    fields: dict[str, object] = {"kind": ServiceKind.CONTAINER, "id": name, "name": name, "state": state, **changes}
    return Service(**fields)  # type: ignore[arg-type]


FLEET = (
    a_service("api", project="shop", cpu_percent=5.0, memory_bytes=200, started_at=NOW - timedelta(days=3), restarts=0),
    a_service("db", project="shop", cpu_percent=50.0, memory_bytes=900, started_at=NOW - timedelta(days=1), restarts=2),
    a_service("web", project="mail", cpu_percent=None, traffic=Traffic(10.0, 20.0, 3.0, None), tasks=4),
    a_service("migrate", "exited", project="shop", exit_code=0),
    a_service("worker", "exited", project="shop", exit_code=137, oom_killed=True),
    a_service("loop", "restarting", project="mail", image="busybox"),
    a_service("spare", "created"),
)


def visible(service: Service) -> str:
    return f"{service.name} {service.state} {service.image}"


def names(wish: ServicesWish, fleet: tuple[Service, ...] = FLEET, now: datetime | None = None) -> list[str]:
    found = [Found(HOST2 if service.name == "web" else HOST1, service) for service in fleet]
    return [one.service.name for group in arrange(found, wish, visible, now).groups for one in group.members]


def test_the_worst_come_first_and_what_never_ran_last() -> None:
    flat = ServicesWish(grouped=False)
    assert names(flat) == ["loop", "worker", "migrate", "web", "api", "db", "spare"]
    assert names(replace(flat, reverse=True))[0] == "spare"


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        ("cpu", "db", "web"),
        ("memory", "db", "web"),
        ("up", "api", "web"),
        ("network", "web", "api"),
        ("disk", "web", "api"),
        ("tasks", "web", "api"),
        ("restarts", "db", "api"),
        ("service", "api", "web"),
        ("project", "web", "db"),
    ],
)
def test_any_column_sorts(order: str, first: str, last: str) -> None:
    running = tuple(service for service in FLEET if service.running)
    found = names(ServicesWish(order=order, grouped=False), running)
    assert found[0] == first
    if order not in ("network", "disk", "tasks", "restarts", "up"):
        assert found[-1] == last


def test_numbers_and_ages_have_the_greatest_first() -> None:
    assert descends("cpu", reverse=False)
    assert not descends("cpu", reverse=True)
    assert not descends("service", reverse=False)


def test_projects_are_grouped_when_there_are_several() -> None:
    found = [Found(HOST1, service) for service in FLEET]
    arranged = arrange(found, ServicesWish(), visible)
    assert arranged.grouped
    assert [group.name for group in arranged.groups] == ["mail", "shop", ""]
    one = arrange(found[:2], ServicesWish(), visible)
    assert (one.grouped, len(one.groups)) == (False, 1)
    assert arrange(found[:2], ServicesWish(grouped=True), visible).grouped


def test_what_does_not_run_is_hidden_on_demand_and_counted() -> None:
    arranged = arrange([Found(HOST1, service) for service in FLEET], ServicesWish(stopped=False), visible)
    shown = [one.service.name for group in arranged.groups for one in group.members]
    assert sorted(shown) == ["api", "db", "loop", "web"]
    assert arranged.hidden == 3
    assert names(ServicesWish(stopped=False), (a_service("still", "paused"),)) == ["still"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("api", ["api"]),
        ("project:mail", ["loop", "web"]),
        ("state:exited -name:work", ["migrate"]),
        ("!project:shop state:running", ["web"]),
        ("host:host2", ["web"]),
        ("image:busy", ["loop"]),
        ("BUSYBOX", ["loop"]),
        ("kind:pm2", []),
        ("unknown:word", []),
        ("-", []),
    ],
)
def test_words_narrow_what_is_shown(line: str, expected: list[str]) -> None:
    assert sorted(names(ServicesWish(filter=line))) == expected


def test_what_the_filter_leaves_out_is_counted() -> None:
    arranged = arrange([Found(HOST1, service) for service in FLEET], ServicesWish(filter="api"), visible)
    assert arranged.filtered == len(FLEET) - 1


def test_one_that_has_just_come_back_counts_as_ill() -> None:
    back = a_service("back", started_at=NOW - timedelta(seconds=3), restarts=7)
    assert rank(back) == 3
    assert rank(back, NOW) == 0
    assert rank(back, NOW + timedelta(minutes=1)) == 3
    assert rank(replace(back, restarts=0), NOW) == 3


@pytest.mark.parametrize(
    ("service", "place"),
    [
        (a_service("a", health="unhealthy"), 0),
        (a_service("a", "errored"), 0),
        (a_service("a", "exited", exit_code=1), 1),
        (a_service("a", "gone"), 1),
        (a_service("a", "paused"), 2),
        (a_service("a", "stopped"), 2),
    ],
)
def test_ranks(service: Service, place: int) -> None:
    assert rank(service) == place


SERVICES = st.builds(
    a_service,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["running", "exited", "created", "restarting", "odd"]),
    project=st.sampled_from(["", "x", "y"]),
    cpu_percent=st.none() | st.floats(0, 400),
    started_at=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    restarts=st.none() | st.integers(0, 9),
)


@given(st.lists(SERVICES), st.sampled_from(ORDERS), st.booleans(), st.booleans(), st.text(max_size=12))
def test_nothing_is_lost_or_shown_twice(
    services: list[Service], order: str, reverse: bool, stopped: bool, line: str
) -> None:
    found = [Found(HOST1, replace(service, id=str(n))) for n, service in enumerate(services)]
    arranged = arrange(found, ServicesWish(order, reverse, stopped, None, line), visible, NOW)
    shown = [one for group in arranged.groups for one in group.members]
    assert len(shown) + arranged.hidden + arranged.filtered == len(found)
    assert len({one.service.id for one in shown}) == len(shown)
    assert {one.service.id for one in shown} <= {one.service.id for one in found}
