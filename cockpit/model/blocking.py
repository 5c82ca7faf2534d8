"""Who waits behind whom: the blocking graph of one snapshot, and its tree rooted at the head blockers."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.model.activity import Backend


@dataclass(frozen=True, slots=True)
class BlockingNode:
    """A backend in the blocking tree.

    Attributes:
        backend: the backend; None when the blocker cannot be seen (a prepared transaction has pid 0).
        pid: its pid.
        depth: 0 for a head blocker.
        frees: how many backends wait, directly or through others, behind this one.
        waited: seconds those backends have waited together (by state_age of the waiting query).
        direct: how many backends name this one as their blocker.
    """

    backend: Backend | None
    pid: int
    depth: int
    frees: int
    waited: float
    direct: int = 0

    @property
    def idle_root(self) -> bool:
        """True for a head blocker that holds others up without running anything."""
        return self.depth == 0 and self.backend is not None and self.backend.idle_in_transaction


class Blocking:
    """The blocking graph; every question to it is answered from one pass over the backends.

    A queue of n waiters on one row has about n² / 2 edges, because pg_blocking_pids names those ahead in the
    queue too. Sets of pids are therefore kept as the bits of whole numbers.

    Args:
        backends: one snapshot.
    """

    def __init__(self, backends: Sequence[Backend]) -> None:
        self._by_pid = {backend.pid: backend for backend in backends}
        self._waiters: dict[int, list[int]] = {}
        for backend in backends:
            for blocker in backend.blocked_by:
                self._waiters.setdefault(blocker, []).append(backend.pid)
        involved = sorted({*self._waiters, *(pid for pids in self._waiters.values() for pid in pids)})
        self._pids = involved
        self._bit = {pid: 1 << number for number, pid in enumerate(involved)}
        self._reach: dict[int, int] = {}
        for group in _groups(self._waiters, involved):
            reach = sum(self._bit[pid] for pid in group) if len(group) > 1 else 0
            for pid in group:
                for waiter in self._waiters.get(pid, ()):
                    reach |= self._bit[waiter] | self._reach.get(waiter, 0)
            self._reach.update(dict.fromkeys(group, reach))

    def frees(self, pid: int) -> int:
        """How many backends wait, directly or through others, behind this one."""
        return (self._reach.get(pid, 0) & ~self._bit.get(pid, 0)).bit_count()

    def direct(self, pid: int) -> int:
        """How many backends name this one as their blocker."""
        return len(self._waiters.get(pid, ()))

    def behind(self, pid: int) -> list[int]:
        """Pids of the backends that wait behind this one, ascending."""
        bits = self._reach.get(pid, 0) & ~self._bit.get(pid, 0)
        return [waiter for waiter in self._pids if bits & self._bit[waiter]]

    def waited(self, pid: int) -> float:
        """Seconds that the backends behind this one have waited together."""
        return sum(self._by_pid[waiter].state_age or 0.0 for waiter in self.behind(pid) if waiter in self._by_pid)

    def head_of(self, pid: int) -> int | None:
        """The head blocker that this backend waits behind in the tree; None when it does not wait."""
        parents = {child: parent for parent, children in self._children().items() for child in children}
        if pid not in parents:
            return None
        seen: set[int] = set()
        while pid in parents and pid not in seen:
            seen.add(pid)
            pid = parents[pid]
        return pid

    def tree(self) -> tuple[BlockingNode, ...]:
        """The tree in display order, worst root first; every backend that is involved is in it once.

        A backend with several blockers stands under the one nearest to a root, the lowest pid among equals; a
        deadlock ring is entered at its lowest pid.
        """
        children = self._children()
        below = {child for group in children.values() for child in group}
        roots = [pid for pid in self._waiters if pid not in below]
        roots.sort(key=lambda pid: (self._in_ring(pid), -self.frees(pid), pid))
        nodes: list[BlockingNode] = []
        for root in roots:
            stack = [(root, 0)]
            while stack:
                pid, depth = stack.pop()
                nodes.append(self._node(pid, depth))
                stack.extend((child, depth + 1) for child in sorted(children.get(pid, ()), reverse=True))
        return tuple(nodes)

    def _node(self, pid: int, depth: int) -> BlockingNode:
        return BlockingNode(self._by_pid.get(pid), pid, depth, self.frees(pid), self.waited(pid), self.direct(pid))

    def _children(self) -> dict[int, list[int]]:
        """Each blocker's children in the tree, found breadth first from the roots."""
        heads = [pid for pid in self._waiters if pid not in self._by_pid or not self._by_pid[pid].blocked_by]
        placed: set[int] = set()
        children: dict[int, list[int]] = {}
        self._spread(sorted(heads), placed, children)
        for pid in sorted(self._waiters):
            if pid not in placed:
                self._spread([pid], placed, children)
        return children

    def _spread(self, starts: list[int], placed: set[int], children: dict[int, list[int]]) -> None:
        placed.update(starts)
        waiting = deque(starts)
        while waiting:
            pid = waiting.popleft()
            for waiter in sorted(self._waiters.get(pid, ())):
                if waiter not in placed:
                    placed.add(waiter)
                    children.setdefault(pid, []).append(waiter)
                    waiting.append(waiter)

    def _in_ring(self, pid: int) -> bool:
        return bool(self._reach.get(pid, 0) & self._bit[pid])


def _groups(waiters: dict[int, list[int]], pids: Sequence[int]) -> list[list[int]]:
    """Strongly connected groups, those that are waited behind last (R. Tarjan, 1972), without recursion."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_, on_stack = [], set[int]()
    groups: list[list[int]] = []
    for start in pids:
        if start in number:
            continue
        work = [(start, iter(waiters.get(start, ())))]
        number[start] = low[start] = len(number)
        open_.append(start)
        on_stack.add(start)
        while work:
            pid, rest = work[-1]
            following = next((w for w in rest if w not in number or w in on_stack), None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[pid])
                if low[pid] == number[pid]:
                    groups.append(_popped(open_, on_stack, pid))
            elif following in number:
                low[pid] = min(low[pid], number[following])
            else:
                number[following] = low[following] = len(number)
                open_.append(following)
                on_stack.add(following)
                work.append((following, iter(waiters.get(following, ()))))
    return groups


def _popped(open_: list[int], on_stack: set[int], until: int) -> list[int]:
    group: list[int] = []
    while not group or group[-1] != until:
        group.append(open_.pop())
        on_stack.discard(group[-1])
    return group
