"""A written command line and its values as one command for bash; values travel in the environment."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence

from tree_sitter import Node

from cockpit.model.errors import RunbookError
from cockpit.model.operations import ServiceOperation, ShellCommand
from cockpit.model.runbook import Command, Kind
from cockpit.runbook import shell_syntax
from cockpit.runbook.fill import places_in
from cockpit.runbook.placeholders import Placeholder, find, replace
from cockpit.runbook.programs import ALWAYS_READ, EVALUATING
from cockpit.runbook.wrappers import innermost, peel, skip_options

_SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./][A-Za-z0-9_@%+=:,./-]*")
SSH_OPTIONS = (
    '-o BatchMode=yes -o ControlMaster=auto -o "ControlPath=${COCKPIT_SSH:?}/%C" -o ControlPersist=60 '
    "-o ConnectTimeout=10 -o ServerAliveInterval=5"
)
"""One connection for all commands of a run, in a folder that the adapter makes; nothing is asked at a terminal."""
_SSH_WITH_VALUE = frozenset(f"-{letter}" for letter in "BbcDEeFIiJLlmOoPpRSWw")
_VERBS = frozenset({"restart", "stop", "start", "pause", "unpause", "kill"})
_PREFIX = "COCKPIT_VALUE_"
_EVALUATED_NODES = frozenset(
    {
        "arithmetic_expansion",
        "test_command",
        "binary_expression",
        "subscript",
        "c_style_for_statement",
    }
)
_HARMLESS_READERS = (ALWAYS_READ - EVALUATING) | {"docker", "docker-compose", "kubectl", "tee", "systemctl", "pm2"}
_NO_VALUE_HERE: dict[str, str] = {
    "command_name": "as the name of a program",
    "variable_name": "as the name of a variable",
    "heredoc_start": "as the mark of a here-document",
    "ansi_c_string": "inside $'...'",
    "function_definition": "inside a function",
}


def resolve_service(command: Command, values: Mapping[str, str]) -> ServiceOperation | None:
    """`docker restart NAME` and its like, None for every other command.

    Raises:
        RunbookError: when the value for the name is missing or is no name.
    """
    places = places_in(command)
    marked = replace(command.text, places, lambda index, _: f"{_PREFIX}{index}")
    only = shell_syntax.read(marked).only
    if only is None or any(word.dynamic for word in only.words):
        return None
    core, _ = innermost(only)
    rest = list(core.words[1:])
    if core.program in ("docker", "podman"):
        rest = list(skip_options("docker", tuple(rest)))
        if rest and rest[0].text in ("compose", "container"):
            rest = list(skip_options(f"docker {rest[0].text}", tuple(rest[1:])))
    elif core.program != "docker-compose":
        return None
    texts = [word.text for word in rest]
    if len(texts) != 2 or texts[0] not in _VERBS or texts[1].startswith("-"):
        return None
    name = re.sub(rf"{_PREFIX}(\d+)", lambda found: _value(places[int(found[1])], values), texts[1])
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name) is None:
        raise RunbookError(f"{name[:40]!r} is no name of a container", "use letters, digits, _, . and -")
    return ServiceOperation(texts[0], name)


def is_service(command: Command) -> bool:
    """Whether a command is `docker restart NAME` or its like, whatever the name will be."""
    if command.context is not None:
        return False
    try:
        return resolve_service(command, {place.name: "name" for place in places_in(command)}) is not None
    except RunbookError:
        return False


def resolve_shell(command: Command, values: Mapping[str, str]) -> ShellCommand:
    """The command line for bash, with each value in a variable that is referenced in quotes.

    Args:
        command: of kind shell, docker, logs, settings, or http that is no plain request.
        values: for its placeholders.

    Raises:
        RunbookError: when a value is missing, stands where it would be read as a program, or when the command
            belongs into a session that the cockpit cannot open.
    """
    written = command.unwrapped_from or command.text
    if command.context is not None:
        return _in_context(command, written, values)
    places = places_in(command)
    for place in places:
        _value(place, values)
    if not places:
        return ShellCommand(written, cwd=command.annotations.cwd)
    names = {place.name: f"{_PREFIX}{number}" for number, place in enumerate(_distinct(places), 1)}
    marked = replace(written, places, lambda index, _: f"{_PREFIX}{names[places[index].name].removeprefix(_PREFIX)}_")
    root = shell_syntax.syntax_tree(marked)
    if root.has_error or not shell_syntax.read(marked).understood:
        raise RunbookError(
            "the grammar of bash does not fit the command, so a value cannot be put in safely", "edit it first"
        )
    found = {node_start: node for node in shell_syntax.descend(root) for node_start in _marks(node)}
    line = _substituted(marked, found, dict(_numbered(places, names, values)))
    environment = tuple((names[place.name], values[place.name]) for place in _distinct(places))
    return ShellCommand(line, environment, command.annotations.cwd)


def _in_context(command: Command, written: str, values: Mapping[str, str]) -> ShellCommand:
    context = command.context
    if context is None or context.program != "ssh":
        program = context.program if context else "another session"
        raise RunbookError(
            f"the command belongs into a session of {program}", "open that session yourself and run it there"
        )
    filled = replace(written, places_in(command), lambda _, place: _strict(place, values))
    opened = replace(context.text, places_in_context(command), lambda _, place: _strict(place, values))
    words = opened.split(None, 1)
    if len(words) != 2 or words[0].rpartition("/")[2] != "ssh":
        raise RunbookError(f"{context.text} is not plain ssh to a host", "open that session yourself")
    line = f"{words[0]} {SSH_OPTIONS} {words[1]} -- {shlex.quote(filled)}"
    return ShellCommand(line, cwd=command.annotations.cwd, host=host_of(opened))


def places_in_context(command: Command) -> tuple[Placeholder, ...]:
    """The placeholders in the line that opens a command's session (`ssh deploy@<host>`)."""
    return find(command.context.text, Kind.SHELL, frozenset()) if command.context is not None else ()


def host_of(text: str) -> str:
    """The host of an ssh line, with the user when it says one."""
    words, at = text.split()[1:], 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _SSH_WITH_VALUE else 1
    return words[at] if at < len(words) else ""


def _value(place: Placeholder, values: Mapping[str, str]) -> str:
    if place.name not in values:
        raise RunbookError(f"the command still waits for {place.name}", "give it a value first")
    value = values[place.name]
    if "\x00" in value:
        raise RunbookError(f"the value of {place.name} holds the character NUL", "remove it")
    return value


def _strict(place: Placeholder, values: Mapping[str, str]) -> str:
    value = _value(place, values)
    if _SAFE.fullmatch(value) is None:
        raise RunbookError(
            f"the value of {place.name} is read a second time by another program and may hold only letters, digits "
            "and _ @ % + = : , . / -",
            "use such a value",
        )
    return value


def _distinct(places: Sequence[Placeholder]) -> list[Placeholder]:
    return list({place.name: place for place in reversed(places)}.values())[::-1]


def _numbered(
    places: Sequence[Placeholder], names: Mapping[str, str], values: Mapping[str, str]
) -> list[tuple[str, tuple[Placeholder, str]]]:
    return [(names[place.name], (place, values[place.name])) for place in places]


_MARK = re.compile(rf"{_PREFIX}(\d+)_".encode())


def _marks(node: Node) -> list[int]:
    """Byte offsets of the marks in a leaf."""
    if node.child_count and node.type not in ("string", "raw_string", "heredoc_body"):
        return []
    return [node.start_byte + match.start() for match in _MARK.finditer(node.text or b"")]


def _substituted(marked: str, nodes: Mapping[int, Node], known: Mapping[str, tuple[Placeholder, str]]) -> str:
    raw = marked.encode("utf-8", "replace")
    parts: list[bytes] = []
    at = 0
    for match in _MARK.finditer(raw):
        name = f"{_PREFIX}{int(match[1])}"
        place, value = known[name]
        node = nodes.get(match.start())
        if node is None:
            raise RunbookError(f"the value of {place.name} stands where it cannot be quoted", "edit the command first")
        if node.type == "comment":
            parts += [raw[at : match.start()], b"..."]
            at = match.end()
            continue
        parts += [raw[at : match.start()], _reference(node, match.start(), raw, name, place, value).encode()]
        at = match.end()
    return b"".join([*parts, raw[at:]]).decode("utf-8", "replace")


def _reference(node: Node, start: int, raw: bytes, name: str, place: Placeholder, value: str) -> str:
    """How the variable is referenced at a place, by the quotes around it."""
    around = _ancestors(node)
    for ancestor in around:
        if ancestor.type in _NO_VALUE_HERE:
            raise RunbookError(f"the value of {place.name} stands {_NO_VALUE_HERE[ancestor.type]}", "write it out")
    if any(ancestor.type in _EVALUATED_NODES for ancestor in around) or _is_read_again(around) or _is_passed_on(around):
        _strict(place, {place.name: value})
    if any(ancestor.type == "heredoc_body" for ancestor in around):
        if _quoted_heredoc(around):
            raise RunbookError(f"the value of {place.name} stands in a quoted here-document", "write it out")
        return f"${{{name}}}"
    holder = next((a for a in around if a.type in ("string", "raw_string", "command_substitution")), None)
    if holder is not None and holder.type == "string":
        return f"${{{name}}}"
    if holder is not None and holder.type == "raw_string":
        return f"'\"${{{name}}}\"'"
    if value.startswith("-") and (start == 0 or raw[start - 1 : start].isspace()):
        raise RunbookError(
            f"the value of {place.name} begins with - and would be read as an option", "use another value"
        )
    return f'"${{{name}}}"'


def _ancestors(node: Node) -> list[Node]:
    found: list[Node] = []
    at: Node | None = node
    while at is not None:
        found.append(at)
        at = at.parent
    return found


def _quoted_heredoc(around: Sequence[Node]) -> bool:
    holder = next((a for a in around if a.type == "heredoc_redirect"), None)
    start = next((c for c in holder.children if c.type == "heredoc_start"), None) if holder is not None else None
    return start is not None and any(mark in (start.text or b"") for mark in (b"'", b'"', b"\\"))


def _is_read_again(around: Sequence[Node]) -> bool:
    """True when the program around a value reads its arguments as a program of its own."""
    for node in around:
        if node.type != "command":
            continue
        parts = shell_syntax.read((node.text or b"").decode("utf-8", "replace"))
        if not parts.commands:
            return True
        command = parts.commands[0]
        for _ in range(8):
            if command.program in EVALUATING:
                return True
            peeled = peel(command)
            if peeled is None:
                break
            if peeled.command is None or peeled.interprets:
                return True
            command = peeled.command
    return False


def _is_passed_on(around: Sequence[Node]) -> bool:
    """True when what a value is printed into may be read as a program: `echo "DEL <key>" | redis-cli`."""
    documented = any(node.type in ("heredoc_body", "herestring_redirect") for node in around)
    for node in around:
        if node.type == "pipeline" or (documented and node.type in ("redirected_statement", "command")):
            parts = shell_syntax.read((node.text or b"").decode("utf-8", "replace"))
            readers = [c for c in parts.commands if c.piped_from is not None or c.has_input]
            if not all(_only_shows(innermost(command)[0]) for command in readers):
                return True
    return False


def _only_shows(command: shell_syntax.SimpleCommand) -> bool:
    return command.program in _HARMLESS_READERS and peel(command) is None
