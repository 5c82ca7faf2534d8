"""Which backends are shown, in which order, and how they hang together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.engine.activity_filter import parse_filter
from cockpit.engine.activity_view import ORDERS, AgeBasis, Shown, View, Wish, arrange, descends
from cockpit.model.activity import Backend
from cockpit.model.readings import SourceId, SourceKind
from tests.support.backends import a_backend

MAIN = SourceId(SourceKind.POSTGRES, "main")
HEAD = a_backend(1, state="idle in transaction", transaction_age=900.0, state_age=800.0, user="ada")
FIRST = a_backend(2, blocked_by=(1,), transaction_age=50.0, query_age=20.0, state_age=20.0, application="b")
SECOND = a_backend(3, blocked_by=(2, 1), transaction_age=60.0, query_age=10.0, state_age=10.0, application="a")
IDLE = a_backend(4, state="idle", transaction_age=None, query_age=5000.0, state_age=4000.0)
LEADER = a_backend(10, transaction_age=5.0, xmin_age=2_000)
WORKER = a_backend(5, transaction_age=700.0, leader_pid=10, backend_type="parallel worker", xmin_age=1_500)
EVERYONE = (HEAD, FIRST, SECOND, IDLE, LEADER, WORKER)


def shown(wish: Wish, backends: tuple[Backend, ...] = EVERYONE) -> list[Shown]:
    return arrange(MAIN, backends, wish, lambda backend: backend.query.casefold())


def pids(wish: Wish, backends: tuple[Backend, ...] = EVERYONE) -> list[int]:
    return [row.pid for row in shown(wish, backends)]


def test_the_oldest_come_first_and_those_that_do_nothing_last() -> None:
    assert pids(Wish()) == [1, 3, 2, 10, 5, 4]


def test_workers_stand_below_their_leader() -> None:
    rows = {row.pid: row for row in shown(Wish())}
    assert (rows[10].depth, rows[5].depth) == (0, 1)
    assert pids(Wish(), (WORKER, HEAD)) == [1, 5]


@pytest.mark.parametrize(
    ("view", "expected"),
    [(View.RUNNING, [1, 3, 2, 10, 5]), (View.WAITING, [3, 2]), (View.BLOCKING, [1, 2, 3])],
)
def test_views(view: View, expected: list[int]) -> None:
    assert pids(Wish(view=view)) == expected


def test_idle_sessions_can_be_hidden() -> None:
    assert 4 not in pids(Wish(idle=False))


@pytest.mark.parametrize(
    ("basis", "age"), [(AgeBasis.TRANSACTION, 50.0), (AgeBasis.QUERY, 20.0), (AgeBasis.BACKEND, 3600.0)]
)
def test_what_an_age_counts_from(basis: AgeBasis, age: float) -> None:
    assert next(row.age for row in shown(Wish(basis=basis)) if row.pid == 2) == age


def test_every_order_can_be_turned_round() -> None:
    backends = (HEAD, FIRST, SECOND)
    for order in ORDERS:
        keyed = replace(HEAD, query="a", xmin_age=1), replace(FIRST, query="b", xmin_age=2), SECOND
        assert sorted(pids(Wish(order=order), keyed)) == [1, 2, 3]
        assert descends(order, True) is not descends(order, False)
    assert pids(Wish(order="pid"), backends) == [1, 2, 3]
    assert pids(Wish(order="pid", reverse=True), backends) == [3, 2, 1]
    assert pids(Wish(order="application"), backends) == [3, 2, 1]
    assert pids(Wish(order="blocks"), backends) == [1, 2, 3]
    assert pids(Wish(order="xmin"), (LEADER, replace(WORKER, leader_pid=None), HEAD)) == [10, 5, 1]


def test_a_row_knows_whom_it_holds_up() -> None:
    head = shown(Wish(view=View.BLOCKING))[0]
    assert (head.direct, head.frees, head.waited, head.idle_root) == (2, 2, 30.0, True)
    assert [row.depth for row in shown(Wish(view=View.BLOCKING))] == [0, 1, 1]
    assert next(row for row in shown(Wish()) if row.pid == 1).idle_root


def test_the_backend_that_holds_vacuum_back_is_marked() -> None:
    assert [row.pid for row in shown(Wish()) if row.holds_xmin] == [10]
    assert not any(row.holds_xmin for row in shown(Wish(), (replace(LEADER, xmin_age=999),)))


def test_the_filter_keeps_those_above_in_the_tree() -> None:
    wish = Wish(view=View.BLOCKING, filter=parse_filter("app:a"))
    assert pids(wish, (HEAD, FIRST, replace(SECOND, blocked_by=(2,)))) == [1, 2, 3]
    assert pids(replace(wish, filter=parse_filter("app:b")), (HEAD, FIRST, replace(SECOND, blocked_by=(2,)))) == [1, 2]
    assert pids(Wish(filter=parse_filter("app:a -app:shop"))) == [3]


def test_a_blocker_that_cannot_be_seen_is_in_the_tree() -> None:
    rows = shown(Wish(view=View.BLOCKING), (replace(FIRST, blocked_by=(77,)),))
    assert [(row.pid, row.backend is None) for row in rows] == [(77, True), (2, False)]
    assert pids(Wish(view=View.BLOCKING, filter=parse_filter("nothing")), (replace(FIRST, blocked_by=(77,)),)) == []
