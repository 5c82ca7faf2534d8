from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.activity import Backend, waiters_behind
from cockpit.model.blocking import Blocking
from tests.support.backends import a_backend


def chain() -> tuple[Backend, ...]:
    """1 blocks 2 and 3; 2 blocks 4; 5 stands apart; 6 is blocked by 9, which cannot be seen."""
    return (
        a_backend(1),
        a_backend(2, blocked_by=(1,), state_age=10.0),
        a_backend(3, blocked_by=(1,), state_age=5.0),
        a_backend(4, blocked_by=(2,), state_age=2.0),
        a_backend(5),
        a_backend(6, blocked_by=(9,), state_age=1.0),
    )


def test_the_tree_is_rooted_at_the_head_blockers_worst_first() -> None:
    assert [(node.pid, node.depth, node.frees) for node in Blocking(chain()).tree()] == [
        (1, 0, 3),
        (2, 1, 1),
        (4, 2, 0),
        (3, 1, 0),
        (9, 0, 1),
        (6, 1, 0),
    ]


def test_a_root_knows_how_long_the_others_have_waited() -> None:
    tree = Blocking(chain()).tree()
    assert tree[0].waited == 17.0
    assert tree[4].backend is None


def test_two_blockers_and_two_blocked_show_each_backend_once() -> None:
    backends = (a_backend(1), a_backend(2), a_backend(3, blocked_by=(2, 1)), a_backend(4, blocked_by=(1, 2)))
    assert [(node.pid, node.depth) for node in Blocking(backends).tree()] == [(1, 0), (3, 1), (4, 1), (2, 0)]


def test_a_ring_is_shown_and_ends() -> None:
    ring = (a_backend(1, blocked_by=(2,)), a_backend(2, blocked_by=(1,)))
    assert [node.pid for node in Blocking(ring).tree()] == [1, 2]
    assert waiters_behind(ring, 1) == {2}


def test_nothing_blocked_means_no_tree() -> None:
    assert Blocking((a_backend(1), a_backend(2))).tree() == ()


@given(st.lists(st.tuples(st.integers(1, 8), st.sets(st.integers(1, 8), max_size=3)), max_size=10))
def test_every_involved_backend_is_shown_exactly_once(edges: list[tuple[int, set[int]]]) -> None:
    blocked = dict(edges)
    backends = tuple(a_backend(pid, blocked_by=tuple(by - {pid})) for pid, by in blocked.items())
    shown = [node.pid for node in Blocking(backends).tree()]
    involved = {b.pid for b in backends if b.blocked_by} | {pid for b in backends for pid in b.blocked_by}
    assert sorted(shown) == sorted(involved)


def test_a_queue_of_a_thousand_is_counted_without_walking_every_edge() -> None:
    queue = tuple(a_backend(n, blocked_by=tuple(range(1, n))) for n in range(1, 1_001))
    blocking = Blocking(queue)
    assert (blocking.frees(1), blocking.direct(1), blocking.frees(999), blocking.frees(1_000)) == (999, 999, 1, 0)
    assert [node.depth for node in blocking.tree()[:3]] == [0, 1, 1]


def test_everyone_finds_the_head_of_the_queue() -> None:
    blocking = Blocking(chain())
    assert [blocking.head_of(pid) for pid in (4, 3, 6, 1, 5)] == [1, 1, 9, None, None]
    assert Blocking((a_backend(1, blocked_by=(2,)), a_backend(2, blocked_by=(1,)))).head_of(2) == 1


@given(st.lists(st.tuples(st.integers(1, 9), st.sets(st.integers(1, 9), max_size=4)), max_size=12))
def test_counts_agree_with_a_plain_walk(edges: list[tuple[int, set[int]]]) -> None:
    blocked = dict(edges)
    backends = tuple(a_backend(pid, blocked_by=tuple(by - {pid})) for pid, by in blocked.items())
    blocking = Blocking(backends)
    for pid in range(1, 10):
        assert set(blocking.behind(pid)) == waiters_behind(backends, pid)
        assert blocking.frees(pid) == len(waiters_behind(backends, pid))
