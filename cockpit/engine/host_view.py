"""The processes of the host in the order in which they are shown: by a figure, or as a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cockpit.model.host import HostProcess

ORDERS = ("cpu", "memory", "disk", "pid")
"""The ways to sort; all but the last have the greatest first."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A process and how deep it stands in the tree; 0 where there is none."""

    process: HostProcess
    depth: int = 0


def arrange(processes: Sequence[HostProcess], order: str, *, tree: bool = False, words: str = "") -> list[Branch]:
    """The processes that fit, in their order.

    Args:
        processes: all of them.
        order: one of ORDERS.
        tree: True puts children under their parents; a filter shows a list all the same.
        words: `user:ada`, `pid:12`, `state:zombie` and plain text, each of which must fit; `-` before one turns it.
    """
    ordered = sorted(processes, key=_rank(order))
    if words.strip():
        fits = [_test(word) for word in words.casefold().split()]
        return [Branch(one) for one in ordered if all(fit(one) for fit in fits)]
    return _as_tree(ordered) if tree else [Branch(one) for one in ordered]


def _rank(order: str) -> Callable[[HostProcess], tuple[float, ...]]:
    match order:
        case "memory":
            return lambda one: (-one.memory_bytes, one.pid)
        case "disk":
            return lambda one: (-((one.read_rate or 0.0) + (one.write_rate or 0.0)), one.pid)
        case "pid":
            return lambda one: (one.pid, one.pid)
        case _:
            return lambda one: (-round(one.cpu_percent, 1), -one.memory_bytes, one.pid)


def _as_tree(ordered: Iterable[HostProcess]) -> list[Branch]:
    below: dict[int, list[HostProcess]] = {}
    every = list(ordered)
    known = {one.pid for one in every}
    for one in every:
        below.setdefault(one.parent if one.parent in known and one.parent != one.pid else 0, []).append(one)
    shown: list[Branch] = []
    waiting = [Branch(one) for one in reversed(below.get(0, []))]
    seen: set[int] = set()
    while waiting:
        branch = waiting.pop()
        if branch.process.pid in seen:
            continue
        seen.add(branch.process.pid)
        shown.append(branch)
        waiting += [Branch(one, branch.depth + 1) for one in reversed(below.get(branch.process.pid, []))]
    # A parent that was read later than its child may point back at it; what hangs together so is shown flat.
    return shown + [Branch(one) for one in every if one.pid not in seen]


def _test(word: str) -> Callable[[HostProcess], bool]:
    bare = word.removeprefix("-")
    name, _, value = bare.partition(":")
    tests: dict[str, Callable[[HostProcess], bool]] = {
        "user": lambda one: value in one.user.casefold(),
        "pid": lambda one: value in (str(one.pid), str(one.parent)),
        "state": lambda one: value in one.state,
    }
    plain: Callable[[HostProcess], bool] = lambda one: bare in f"{one.name} {one.command} {one.pid}".casefold()  # noqa: E731
    fit = tests[name] if value and name in tests else plain
    return fit if bare == word else lambda one: not fit(one)
