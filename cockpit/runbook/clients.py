"""Database clients on a command line: what psql and redis-cli were told to run."""

# ruff: noqa: SIM905  tables of words are easier to read and to extend as text

from __future__ import annotations

from dataclasses import dataclass

from cockpit.model.actions import Risk
from cockpit.runbook.shell_syntax import SimpleCommand

_PSQL_VALUES = frozenset(
    """-d --dbname -h --host -p --port -U --username -v --set --variable -P --pset -o --output -L --log-file -F
    --field-separator -R --record-separator -T --table-attr""".split()
)
_REDIS_VALUES = frozenset("-h -p -a -u -n -s --user --pass --cacert --cert --key --sni -r -i -t -D -d --eval".split())
_REDIS_READ_MODES = frozenset(
    "--scan --bigkeys --memkeys --hotkeys --stat --latency --latency-history --version".split()
)


@dataclass(frozen=True, slots=True)
class ClientStatement:
    """What a database client runs.

    Attributes:
        language: "sql" or "redis".
        text: the statement, "" when none is on the command line.
        opens: True when it opens an interactive session.
        risk, reason: of what it does without a statement.
    """

    language: str
    text: str
    opens: bool = False
    risk: Risk = Risk.UNKNOWN
    reason: str = ""


def client_statement(command: SimpleCommand) -> ClientStatement | None:
    """What psql or redis-cli runs; None for any other program."""
    if command.program == "psql":
        return _psql(command)
    if command.program in ("redis-cli", "valkey-cli"):
        return _redis(command)
    return None


def _psql(command: SimpleCommand) -> ClientStatement:
    texts = command.texts[1:]
    statements: list[str] = []
    at = 0
    while at < len(texts):
        text = texts[at]
        if text in ("-f", "--file") or text.startswith("--file="):
            return ClientStatement("sql", "", risk=Risk.UNKNOWN, reason="psql runs a file that is not shown here")
        if text in ("-l", "--list"):
            return ClientStatement("sql", "", risk=Risk.READ, reason="psql lists the databases")
        if text.startswith("--command="):
            statements.append(text.partition("=")[2])
        elif _gives_command(text) and at + 1 < len(texts):
            statements.append(texts[at + 1])
            at += 1
        elif text in _PSQL_VALUES:
            at += 1
        at += 1
    if statements:
        return ClientStatement("sql", "\n".join(_ended(text) for text in statements))
    if command.piped_from is not None:
        return ClientStatement("sql", "", risk=Risk.UNKNOWN, reason="psql runs what arrives through the pipe")
    return ClientStatement("sql", "", opens=True)


def _gives_command(text: str) -> bool:
    return text == "--command" or (text.startswith("-") and not text.startswith("--") and text.endswith("c"))


def _ended(text: str) -> str:
    text = text.strip()
    return text if text.endswith(";") or text.startswith("\\") else f"{text};"


def _redis(command: SimpleCommand) -> ClientStatement:
    words = command.words[1:]
    at = 0
    while at < len(words) and words[at].text.startswith("-"):
        text = words[at].text
        if text in _REDIS_READ_MODES:
            return ClientStatement("redis", "", risk=Risk.READ, reason=f"redis-cli {text} only reads")
        if text == "--eval":
            return ClientStatement(
                "redis", "", risk=Risk.CHANGE, reason="redis-cli --eval runs a script, and a script may write"
            )
        if text == "--pipe":
            return ClientStatement(
                "redis", "", risk=Risk.CHANGE, reason="redis-cli --pipe runs what arrives through the pipe"
            )
        at += 2 if text in _REDIS_VALUES else 1
    rest = words[at:]
    if not rest:
        piped = command.piped_from is not None
        reason = "redis-cli runs what arrives through the pipe" if piped else ""
        return ClientStatement("redis", "", opens=not piped, reason=reason)
    return ClientStatement("redis", " ".join(_redis_word(item.text) for item in rest))


def _redis_word(text: str) -> str:
    if text and not any(character.isspace() or character in "\"'\\" for character in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
