"""A service as text, events and figures, without an engine."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from cockpit.adapters.docker_events import KEPT_EVENTS, DockerEvents, _event
from cockpit.adapters.docker_inspector import laid_out
from cockpit.adapters.docker_stats import traffic_between
from cockpit.engine.services_view import Found, ServicesWish, arrange
from cockpit.model.masking import MASK, Masker
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.services import NO_TRAFFIC, Section, Service, ServiceEvent, ServiceKind, Traffic
from cockpit.ui.look import Look
from cockpit.ui.present.service_sections import event_section, section_lines, variable
from cockpit.ui.present.services import CATALOGUE, ServiceRows, service_detail, services_summary, state_words
from cockpit.ui.shapes import UNICODE
from cockpit.ui.spans import plain

AT = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
OPERATOR = Look(UNICODE, Masker(("hunter22",)), observer=False)
OBSERVER = Look(UNICODE, Masker(("hunter22",)), observer=True)
HOST = SourceId(SourceKind.DOCKER, "host1")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("PORT", "3000", "3000"),
        ("DATABASE_URL", "postgres://shop:abc@db/shop", f"postgres://shop:{MASK}@db/shop"),
        ("STRIPE_KEY", "anything", MASK),
        ("SESSION_SALT", "x", MASK),
        ("GREETING", "hunter22 is here", f"{MASK} is here"),
        ("SSH_AUTH_SOCK", "/run/agent", "/run/agent"),
        ("EMPTY_TOKEN", "", ""),
    ],
)
def test_variables_hide_what_is_secret(name: str, value: str, shown: str) -> None:
    assert variable(name, value, OPERATOR) == shown


def test_an_observer_sees_no_personal_data_in_a_variable() -> None:
    assert variable("ADMIN", "ada@example.com", OPERATOR) == "ada@example.com"
    assert "ada" not in variable("ADMIN", "ada@example.com", OBSERVER)


def test_a_section_shows_facts_then_lines() -> None:
    section = Section("environment", (("A_TOKEN", "abc"), ("B", "2")), ("PID  COMMAND",))
    assert [plain(line) for line in section_lines(section, OPERATOR)] == [
        f"A_TOKEN  {MASK}",
        "B        2",
        "",
        "PID  COMMAND",
    ]
    assert plain(section_lines(Section("mounts"), OPERATOR)[0]) == "nothing"


def test_cells_stand_in_columns() -> None:
    assert laid_out([["PID", "NAME"], ["1", "a b c"]]) == ("PID  NAME", "1    a b c")


def an_event(**fields: object) -> bytes:
    actor = {"ID": "abc", "Attributes": {"name": "api", **fields.pop("attributes", {})}}  # type: ignore[dict-item]
    return json.dumps({"Action": "start", "time": 1_773_457_200, "Actor": actor, **fields}).encode()


@pytest.mark.parametrize(
    ("action", "attributes", "what", "detail", "grave"),
    [
        ("start", {}, "started", "", False),
        ("die", {"exitCode": "0"}, "ended", "exit code 0", False),
        ("die", {"exitCode": "137"}, "ended", "exit code 137", True),
        ("kill", {"signal": "15"}, "kill", "signal 15", False),
        ("kill", {"signal": "9"}, "kill", "signal 9", True),
        ("oom", {}, "out of memory", "", True),
        ("health_status: unhealthy", {}, "health status unhealthy", "", True),
        ("create", {"image": "busybox"}, "created", "busybox", False),
    ],
)
def test_events_in_words(action: str, attributes: dict[str, str], what: str, detail: str, grave: bool) -> None:
    event = _event(an_event(Action=action, attributes=attributes))
    assert event is not None
    assert (event.name, event.what, event.detail, event.grave) == ("api", what, detail, grave)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"Action": ""}', b'{"Action": "exec_create: sh -c x"}'])
def test_what_is_no_event_worth_a_line_is_passed_over(line: bytes) -> None:
    assert _event(line) is None


def test_events_that_come_in_pieces_are_put_together_and_bounded() -> None:
    told: list[int] = []
    events = DockerEvents(None, lambda: told.append(1))  # type: ignore[arg-type]
    whole = an_event(Action="oom") + b"\n"
    events._take(whole[:20])
    assert told == []
    events._take(whole[20:])
    assert (events.touched(), events.touched()) == ({"abc"}, set())
    assert events.out_of_memory("abc")
    events._take(an_event() + b"\n")
    assert not events.out_of_memory("abc")
    events._take(b"".join(an_event() + b"\n" for _ in range(KEPT_EVENTS * 2)))
    events._take(b"x" * 1_100_000)
    assert (len(events.kept()), len(told), events._pending) == (KEPT_EVENTS, 3, b"")


def a_sample(at: str, received: int, read: int, **rest: object) -> dict[str, object]:
    return {
        "read": at,
        "networks": {"eth0": {"rx_bytes": received, "tx_bytes": 5}, "eth1": {"rx_bytes": 0, "tx_bytes": 0}},
        "blkio_stats": {"io_service_bytes_recursive": [{"op": "Read", "value": read}, {"op": "write", "value": 7}]},
        **rest,
    }


def test_traffic_is_per_second() -> None:
    before, after = a_sample("2026-03-14T03:00:00Z", 100, 10), a_sample("2026-03-14T03:00:02Z", 300, 10)
    assert traffic_between(before, after) == Traffic(100.0, 0.0, 0.0, 0.0)
    assert traffic_between(None, after) == NO_TRAFFIC
    assert traffic_between(after, before) == NO_TRAFFIC
    assert traffic_between(after, a_sample("2026-03-14T03:00:03Z", 0, 10)).received is None
    assert traffic_between(before, {**after, "networks": None}).received is None


STARVED = Service(
    ServiceKind.CONTAINER,
    "c0ffee",
    "api",
    "exited",
    exit_code=137,
    oom_killed=True,
    memory_bytes=95,
    memory_limit=100,
    traffic=Traffic(2048.0, 0.0, None, None),
    tasks=3,
)


def test_states_and_usage_in_words() -> None:
    assert state_words(STARVED) == "exited (137) out of memory"
    detail = "\n".join(plain(line) for line in service_detail(STARVED, AT, OPERATOR))
    assert "95B of 100B (95%)" in detail
    assert "2K/s in, 0B/s out" in detail
    summary = plain(services_summary([STARVED, Service(ServiceKind.CONTAINER, "1", "x", "created")], 4))
    assert summary == "1 not running · 1 never started · 1 out of memory · 4 hidden, h shows"


def test_every_column_can_be_drawn_and_instances_of_one_name_are_told_apart() -> None:
    web = [Service(ServiceKind.PM2, str(n), "web", "running", part="cluster 2") for n in (0, 1)]
    maker = ServiceRows(OPERATOR)
    arranged = arrange([Found(HOST, one) for one in (*web, STARVED)], ServicesWish(grouped=True), maker.visible)
    rows = maker.rows(arranged, tuple(CATALOGUE), {}, AT)
    assert rows[0].heading
    assert all(len(row.cells) == len(CATALOGUE) for row in rows[1:])
    texts = "\n".join(row.text for row in rows)
    assert "web ·0" in texts
    assert "web ·1" in texts
    assert "95B/100B" in texts


@pytest.mark.parametrize(("seconds", "word"), [(3, "restarted"), (300, "running")])
def test_one_that_came_back_a_moment_ago_says_so(seconds: int, word: str) -> None:
    back = Service(
        ServiceKind.PROCESS, "1", "worker", "running", started_at=AT - timedelta(seconds=seconds), restarts=1
    )
    maker = ServiceRows(OPERATOR)
    [row] = maker.rows(arrange([Found(HOST, back)], ServicesWish(), maker.visible), ("service", "state"), {}, AT)
    assert plain(row.cells[1]) == word


def test_events_of_a_service_are_those_of_its_id_and_name() -> None:
    events = [
        ServiceEvent(AT, "old", "api", "ended", "exit code 1", grave=True),
        ServiceEvent(AT, "c0ffee", "renamed", "started"),
        ServiceEvent(AT, "x", "other", "started"),
    ]
    section = event_section(events, STARVED)
    assert section is not None
    assert [line[22:] for line in section.lines] == ["started", "ended  exit code 1"]
    assert event_section(events[2:], STARVED) is None
