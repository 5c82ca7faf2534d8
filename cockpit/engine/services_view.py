"""What the services pane shows: filtered, sorted and grouped by project; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cockpit.model.readings import SourceId
from cockpit.model.services import Service

ORDERS = ("state", "service", "up", "cpu", "memory", "network", "disk", "tasks", "restarts", "image", "project")
"""Columns by which can be sorted."""
_GREATEST_FIRST = frozenset({"up", "cpu", "memory", "network", "disk", "tasks", "restarts"})
KEYS = ("name", "state", "project", "host", "image", "kind", "health", "part")
"""What may stand before a colon in the filter line."""
FRESH = 20.0
"""Seconds up below which a service that was restarted before counts as ill."""
_LATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """One service and the source that knows it.

    Attributes:
        source: the engine or supervisor.
        service: the service.
    """

    source: SourceId
    service: Service


@dataclass(frozen=True, slots=True)
class Group:
    """Services of one project.

    Attributes:
        name: the project, "" for services without one.
        members: in order.
    """

    name: str
    members: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class ServicesWish:
    """How the services shall be shown.

    Attributes:
        order: one of ORDERS.
        reverse: True turns the order round.
        stopped: False hides what does not run.
        grouped: True groups by project, False does not, None does when there are several projects.
        filter: the filter line.
    """

    order: str = "state"
    reverse: bool = False
    stopped: bool = True
    grouped: bool | None = None
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Arranged:
    """What is to be shown.

    Attributes:
        groups: one without a name when nothing is grouped.
        grouped: whether headings stand above the groups.
        hidden: services that do not run and are hidden for that.
        filtered: services that the filter line leaves out.
    """

    groups: tuple[Group, ...]
    grouped: bool
    hidden: int = 0
    filtered: int = 0


def rank(service: Service, now: datetime | None = None) -> int:
    """0 ill, 1 ended with an error, 2 ended well or paused, 3 runs, 4 never ran.

    Args:
        service: the service.
        now: UTC now; with it, one that was restarted before and has been up for a moment only counts as ill, so that
            it does not jump to and fro between its crashes.
    """
    started = service.started_at if service.running and service.restarts else None
    if now is not None and started is not None and (now - started).total_seconds() < FRESH:
        return 0
    if service.state in ("restarting", "dead", "errored", "removing") or service.health == "unhealthy":
        return 0
    if service.running:
        return 3
    if service.oom_killed or service.exit_code not in (None, 0) or service.state == "gone":
        return 1
    return 4 if service.state == "created" else 2


def arrange(
    found: Sequence[Found], wish: ServicesWish, visible: Callable[[Service], str], now: datetime | None = None
) -> Arranged:
    """Filter, sort and group.

    Args:
        found: the services of all sources.
        wish: how they shall be shown.
        visible: the text of a service as this person may see it, for plain words in the filter.
        now: UTC now, see `rank`.
    """
    tests = _tests(wish.filter)
    fitting = [one for one in found if all(test(one, visible) for test in tests)]
    shown = [one for one in fitting if wish.stopped or _counts_as_running(one.service)]
    kept = sorted(shown, key=lambda one: (one.service.project, one.service.name, one.service.id, str(one.source)))
    kept.sort(key=lambda one: _place(one.service, wish.order, now), reverse=descends(wish.order, reverse=wish.reverse))
    projects = {one.service.project for one in kept}
    grouped = len(projects) > 1 if wish.grouped is None else wish.grouped
    groups = _groups(kept) if grouped else (Group("", tuple(kept)),)
    return Arranged(groups, grouped, len(fitting) - len(shown), len(found) - len(fitting))


def descends(order: str, *, reverse: bool) -> bool:
    """Whether the greatest stands first."""
    return (order in _GREATEST_FIRST) != reverse


def words(filter_line: str) -> tuple[str, ...]:
    """The words of a filter line."""
    return tuple(filter_line.casefold().split())


def _counts_as_running(service: Service) -> bool:
    """What is hidden with the stopped ones: neither what runs nor what tries to."""
    return service.running or rank(service) == 0 or service.state == "paused"


def _tests(filter_line: str) -> list[Callable[[Found, Callable[[Service], str]], bool]]:
    return [_test(word) for word in words(filter_line)]


def _test(word: str) -> Callable[[Found, Callable[[Service], str]], bool]:
    excludes = len(word) > 1 and word[0] in "-!"
    word = word[1:] if excludes else word
    key, colon, value = word.partition(":")

    def test(one: Found, visible: Callable[[Service], str]) -> bool:
        text = _field(one, key) if colon and key in KEYS else visible(one.service)
        return ((value if colon and key in KEYS else word) in text.casefold()) != excludes

    return test


def _field(one: Found, key: str) -> str:
    service = one.service
    fields: Mapping[str, str] = {
        "name": service.name,
        "state": service.state,
        "project": service.project,
        "host": one.source.name,
        "image": service.image,
        "kind": service.kind.value,
        "health": service.health,
        "part": service.part,
    }
    return fields[key]


def _place(service: Service, order: str, now: datetime | None) -> tuple[float, str]:
    """Where a service stands in an order; what is not known stands last among the greatest first."""
    match order:
        case "state":
            return rank(service, now), ""
        case "service":
            return 0.0, service.name.casefold()
        case "image":
            return 0.0, service.image.casefold()
        case "project":
            return 0.0, service.project.casefold()
        case "up":
            return -(service.started_at or _LATE).timestamp(), ""
        case _:
            return _number(service, order), ""


def _number(service: Service, order: str) -> float:
    traffic = service.traffic
    numbers: Mapping[str, float | None] = {
        "cpu": service.cpu_percent,
        "memory": service.memory_bytes,
        "network": _sum(traffic.received, traffic.sent),
        "disk": _sum(traffic.read, traffic.written),
        "tasks": service.tasks,
        "restarts": service.restarts,
    }
    found = numbers.get(order)
    return -1.0 if found is None else float(found)


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None and other is None else (one or 0.0) + (other or 0.0)


def _groups(kept: Sequence[Found]) -> tuple[Group, ...]:
    """By project, in the order of the first member of each; what has no project stands last."""
    members: dict[str, list[Found]] = {}
    for one in kept:
        members.setdefault(one.service.project, []).append(one)
    names = [name for name in members if name] + ([""] if "" in members else [])
    return tuple(Group(name, tuple(members[name])) for name in names)
