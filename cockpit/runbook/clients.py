"""Database clients on a command line: what psql and redis-cli were told to run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cockpit.model.risk import Risk
from cockpit.runbook.shell_syntax import SimpleCommand
from cockpit.runbook.words import words

_PSQL_VALUES = words(
    """
    -d --dbname -h --host -p --port -U --username -v --set --variable -P --pset -o --output -L --log-file -F
    --field-separator -R --record-separator -T --table-attr
    """
)
_REDIS_VALUES = words(
    "-h -p -a -u -n -s --user --pass --cacert --cert --key --sni -r -i -t -D -d --eval --pattern --count"
)
_REDIS_READ_MODES = words(
    "--scan --bigkeys --memkeys --hotkeys --stat --latency --latency-history --latency-dist --version"
)


@dataclass(frozen=True, slots=True)
class ClientStatement:
    """What a database client runs.

    Attributes:
        language: "sql" or "redis".
        text: the statement, "" when none is on the command line.
        opens: True when it opens an interactive session.
        risk, reason: of what it does without a statement.
        arrives: True when the statement arrives through a here-document or a pipe.
        writes: the file that the client writes, "" when it writes none.
    """

    language: str
    text: str
    opens: bool = False
    risk: Risk = Risk.UNKNOWN
    reason: str = ""
    arrives: bool = False
    writes: str = ""


def client_statement(command: SimpleCommand) -> ClientStatement | None:
    """What psql or redis-cli runs; None for any other program."""
    if command.program == "psql":
        return _psql(command)
    if command.program in ("redis-cli", "valkey-cli"):
        return _redis(command)
    return None


def input_text(command: SimpleCommand) -> str | None:
    """What a command reads, when the text shows it: a here-document, or what echo, printf or cat print into it."""
    if command.document is not None:
        return command.document
    source = command.piped_from
    if source is None or any(item.dynamic for item in source.words[1:]):
        return None
    if source.program == "cat" and len(source.words) == 1:
        return source.document
    arguments = [text for text in source.texts[1:] if text not in ("-e", "-n", "-ne", "-en")]
    if source.program == "echo":
        return " ".join(arguments).replace("\\n", "\n")
    if source.program == "printf" and len(arguments) == 1 and "%" not in arguments[0]:
        return arguments[0].replace("\\n", "\n")
    return None


def _arriving(command: SimpleCommand, language: str) -> ClientStatement:
    """A client without a statement on its command line."""
    text = input_text(command)
    if text is not None and text.strip():
        return ClientStatement(language, text.strip(), arrives=True)
    if command.has_input or text is not None:
        return ClientStatement(language, "", reason=f"{command.program} runs a file that is not shown here")
    if command.piped_from is not None:
        return ClientStatement(language, "", reason=f"{command.program} runs what arrives through the pipe")
    return ClientStatement(language, "", opens=True)


def _psql(command: SimpleCommand) -> ClientStatement:
    texts = command.texts[1:]
    statements: list[str] = []
    writes = ""
    at = 0
    while at < len(texts):
        text = texts[at]
        if text in ("-f", "--file") or text.startswith("--file="):
            return ClientStatement("sql", "", reason="psql runs a file that is not shown here")
        if text in ("-l", "--list"):
            return ClientStatement("sql", "", risk=Risk.READ, reason="psql lists the databases")
        if text in ("-o", "-L", "--output", "--log-file") or text.startswith(("--output=", "--log-file=")):
            writes = text.partition("=")[2] or (texts[at + 1] if at + 1 < len(texts) else "a file")
        if text.startswith("--command="):
            statements.append(text.partition("=")[2])
        elif _gives_command(text) and at + 1 < len(texts):
            statements.append(texts[at + 1])
            at += 1
        elif text in _PSQL_VALUES:
            at += 1
        at += 1
    if statements:
        return ClientStatement("sql", "\n".join(_ended(text) for text in statements), writes=writes)
    return replace(_arriving(command, "sql"), writes=writes)


def _gives_command(text: str) -> bool:
    return text == "--command" or (text.startswith("-") and not text.startswith("--") and text.endswith("c"))


def _ended(text: str) -> str:
    text = text.strip()
    return text if text.endswith(";") or text.startswith("\\") else f"{text};"


def _redis(command: SimpleCommand) -> ClientStatement:
    given = command.words[1:]
    at = 0
    while at < len(given) and given[at].text.startswith("-"):
        text = given[at].text
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
    rest = given[at:]
    if not rest:
        return _arriving(command, "redis")
    return ClientStatement("redis", " ".join(_redis_word(item.text) for item in rest))


def _redis_word(text: str) -> str:
    if text and not any(character.isspace() or character in "\"'\\" for character in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
