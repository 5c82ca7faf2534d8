"""Which commands an account of Redis may run, by its rules and by what the server says of its commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cockpit.adapters.redis_reader import command_info
from cockpit.model.command_info import CommandInfo
from cockpit.model.text import clean_bytes

SUBCOMMANDS = 9
"""Where COMMAND puts the sub-commands of an entry, from Redis 7 on."""
_TELLING: dict[str, tuple[str, ...]] = {
    "acl": ("cat", "dryrun", "getuser", "list", "log", "users", "whoami"),
    "client": ("getname", "id", "info", "list", "setname"),
    "cluster": ("info", "nodes", "shards", "slots"),
    "commandlog": ("get", "len"),
    "config": ("get",),
    "latency": ("doctor", "graph", "histogram", "history", "latest"),
    "memory": ("doctor", "stats", "usage"),
    "module": ("list",),
    "object": ("encoding", "freq", "idletime", "refcount"),
    "slowlog": ("get", "len"),
}
SAFE = frozenset({"command", "info", "lastsave", "role", "sort_ro"}).union(
    f"{container}|{name}" for container, names in _TELLING.items() for name in names
)
"""Commands that the server counts as administration or as dangerous, and that only tell something."""


@dataclass(frozen=True, slots=True)
class Known:
    """A command, or a sub-command as `config|get`, with what the server says of it.

    Attributes:
        name: in lower case.
        info: flags and categories.
        arity: how many words it takes with its own, negative for at least so many.
    """

    name: str
    info: CommandInfo
    arity: int

    @property
    def kind(self) -> str:
        """The kind of change that it could make, "" for none."""
        if self.name in SAFE:
            return ""
        if "write" in self.info.flags:
            return "change keys"
        if "scripting" in self.info.categories and self.name != "script|exists":
            return "run scripts"
        if self.name in ("publish", "spublish"):
            return "publish"
        if "admin" in self.info.flags or self.info.categories & {"admin", "dangerous"}:
            return "administer the server"
        return ""


KINDS = ("change keys", "administer the server", "run scripts", "publish")
"""The kinds in the order in which they are told."""


def known_commands(reply: object) -> tuple[Known, ...]:
    """The commands of a reply to COMMAND; those with sub-commands are replaced by these where the server tells them."""
    found: list[Known] = []
    for entry in reply if isinstance(reply, list) else []:
        if not isinstance(entry, list) or not entry or not isinstance(entry[0], bytes):
            continue
        parts = entry[SUBCOMMANDS] if len(entry) > SUBCOMMANDS else []
        found += known_commands(parts) or _known(entry)
    return tuple(found)


def _known(entry: list[object]) -> list[Known]:
    name = clean_bytes(entry[0]).lower() if isinstance(entry[0], bytes) else ""
    info = command_info(name, entry)
    arity = entry[1] if info is not None and isinstance(entry[1], int) else 1
    return [] if info is None else [Known(name, info, arity)]


def permitted(commands: Iterable[Known], rule_sets: Sequence[str]) -> list[Known]:
    """The commands that one of the sets of rules lets through, as `-@all +@read -@dangerous +info`."""
    return [command for command in commands if any(_lets_through(command, rules) for rules in rule_sets)]


def _lets_through(command: Known, rules: str) -> bool:
    allowed = False
    for rule in rules.lower().split():
        if rule in ("allcommands", "nocommands"):
            allowed = rule == "allcommands"
        elif rule[:1] in "+-" and _is_about(rule[1:], command):
            allowed = rule[0] == "+"
    return allowed


def _is_about(subject: str, command: Known) -> bool:
    """Whether a rule is about a command: by its category, its name, its container, or one of its first words."""
    if subject.startswith("@"):
        return subject == "@all" or subject[1:] in command.info.categories
    if subject == command.name or command.name.startswith(f"{subject}|"):
        return True
    return subject.startswith(f"{command.name}|") and subject not in SAFE


def rules_of(reply: object) -> tuple[str, ...]:
    """The rules about commands in a reply to ACL GETUSER: the account's own, and those of its selectors."""
    found: list[str] = []
    pairs = list(reply) if isinstance(reply, list) else []
    for name, value in zip(pairs[::2], pairs[1::2], strict=False):
        if name == b"commands" and isinstance(value, bytes):
            found.append(clean_bytes(value))
        if name == b"selectors" and isinstance(value, list):
            found += [rules for selector in value for rules in rules_of(selector)]
    return tuple(found)
