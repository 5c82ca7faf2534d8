"""What a Redis server says of its own commands."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """One entry of the server's COMMAND INFO.

    Attributes:
        name: in capitals; a sub-command as `CONFIG|GET`.
        flags: readonly, write, admin, blocking, pubsub ... in lower case.
        categories: of its access control, without the `@`: dangerous, admin, keyspace ... in lower case.
        first_key: the place of its first key among its words, 0 when it names none.
    """

    name: str
    flags: frozenset[str] = field(default_factory=frozenset)
    categories: frozenset[str] = field(default_factory=frozenset)
    first_key: int = 0
