from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.host_view import ORDERS, arrange
from cockpit.model.host import HostProcess

INIT = HostProcess(1, "init", "root", 0.0, 10, "/sbin/init", 0, 1.0, "sleeping", 0.0, 0.0)
SHELL = HostProcess(20, "bash", "ada", 0.0, 20, "-bash", 1, 2.0, "sleeping", None, None)
BUSY = HostProcess(30, "python", "ada", 90.0, 300, "python -m shop.api", 20, 3.0, "running", 5.0, 0.0)
LAZY = HostProcess(40, "python", "bob", 1.0, 900, "python -m shop.worker", 20, 3.0, "zombie", 0.0, 70.0)
ALL = (INIT, SHELL, BUSY, LAZY)


def pids(order: str = "cpu", *, tree: bool = False, words: str = "") -> list[int]:
    return [branch.process.pid for branch in arrange(ALL, order, tree=tree, words=words)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [("cpu", [30, 40, 20, 1]), ("memory", [40, 30, 20, 1]), ("disk", [40, 30, 1, 20]), ("pid", [1, 20, 30, 40])],
)
def test_each_order(order: str, expected: list[int]) -> None:
    assert pids(order) == expected


def test_the_tree_puts_children_under_their_parents_in_the_order() -> None:
    branches = arrange(ALL, "cpu", tree=True)
    assert [(branch.process.pid, branch.depth) for branch in branches] == [(1, 0), (20, 1), (30, 2), (40, 2)]
    assert pids("memory", tree=True) == [1, 20, 40, 30]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("python", [30, 40]),
        ("user:ada", [30, 20]),
        ("user:ada -python", [20]),
        ("pid:20", [30, 40, 20]),
        ("state:zombie", [40]),
        ("SHOP.API", [30]),
        ("40", [40]),
        ("nothing", []),
    ],
)
def test_the_filter_line_also_flattens_the_tree(words: str, expected: list[int]) -> None:
    assert pids(words=words) == expected
    assert pids(words=words, tree=True) == expected


@given(
    st.lists(st.integers(0, 8), min_size=1, max_size=9),
    st.sampled_from(ORDERS),
)
def test_nobody_is_lost_or_doubled_whoever_claims_to_be_whose_parent(parents: list[int], order: str) -> None:
    processes = [replace(BUSY, pid=n, parent=parent, cpu_percent=parent * 1.5) for n, parent in enumerate(parents, 1)]
    shown = [branch.process.pid for branch in arrange(processes, order, tree=True)]
    assert sorted(shown) == list(range(1, len(parents) + 1))
