"""What a shell command may do: every simple command in it is looked up, wrappers are looked into."""

from __future__ import annotations

import re
from functools import lru_cache

from cockpit.model.risk import Risk, RiskVerdict
from cockpit.runbook import placeholders, programs, shell_syntax, transfer_risk
from cockpit.runbook.clients import client_statement, input_text
from cockpit.runbook.program_risk import judge_program
from cockpit.runbook.redis_risk import judge_redis
from cockpit.runbook.shell_syntax import Redirect, SimpleCommand
from cockpit.runbook.sql_risk import judge_sql
from cockpit.runbook.words import words
from cockpit.runbook.wrappers import Peeled, found_commands, peel

_DEPTH = 6
_SHELLS = words("sh bash zsh dash ash ksh fish python python3 perl ruby node php")
_LOADING = words(
    """
    LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES PATH IFS BASH_ENV ENV PAGER GIT_PAGER EDITOR GIT_SSH_COMMAND
    PYTHONSTARTUP NODE_OPTIONS PERL5OPT PSQLRC
    """
)
_SYSTEM_FOLDERS = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"})
_NOWHERE = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"})
_FETCHED = re.compile(r"(?:\$\(|<\(|`)\s*(?:sudo\s+)?(?:curl|wget)\b")


@lru_cache(maxsize=4096)
def judge_shell(text: str) -> RiskVerdict:
    """The risk of a piece of shell text: the worst of its parts.

    Args:
        text: as written; placeholders may still be in it.
    """
    return _judge_text(placeholders.mask(text), _DEPTH)


def _judge_text(text: str, depth: int) -> RiskVerdict:
    if depth == 0:
        return RiskVerdict(Risk.UNKNOWN, "it is wrapped too deeply to be looked into")
    if not text.strip():
        return RiskVerdict(Risk.UNKNOWN, "there is no command")
    parts = shell_syntax.read(text)
    verdicts = [_judge_command(command, depth) for command in parts.commands]
    if _FETCHED.search(text) and any(_runs_text(command) for command in parts.commands):
        verdicts.append(RiskVerdict(Risk.HIGH, "it runs whatever it fetches"))
    verdicts += [verdict for redirect in parts.redirects if (verdict := _judge_redirect(redirect)) is not None]
    if not parts.understood:
        verdicts.append(RiskVerdict(Risk.UNKNOWN, "the grammar of bash does not fit it"))
    if "function_definition" in parts.compound:
        verdicts.append(RiskVerdict(Risk.UNKNOWN, "it defines a function, whose name may hide a program"))
    if not verdicts:
        return _without_commands(parts)
    return _worst(verdicts)


def _without_commands(parts: shell_syntax.ShellText) -> RiskVerdict:
    if parts.assignments or "declaration_command" in parts.compound or "unset_command" in parts.compound:
        return RiskVerdict(Risk.READ, "it only sets variables of this shell session")
    if "test_command" in parts.compound:
        return RiskVerdict(Risk.READ, "it only compares")
    return RiskVerdict(Risk.UNKNOWN, "no command was found in it")


def _worst(verdicts: list[RiskVerdict]) -> RiskVerdict:
    return max(verdicts, key=lambda verdict: verdict.risk.rank)


def _judge_redirect(redirect: Redirect) -> RiskVerdict | None:
    if redirect.operator in ("<", "<&", ">&", "<>") and not re.fullmatch(
        r"\D.*", redirect.target if redirect.operator == ">&" else ""
    ):
        return None
    if redirect.target in _NOWHERE or redirect.target.isdigit() or redirect.target == "-":
        return None
    if redirect.target.startswith("/dev/"):
        return RiskVerdict(Risk.HIGH, f"it writes to the device {redirect.target}")
    return RiskVerdict(Risk.CHANGE, f"it writes to the file {redirect.target}")


def _judge_command(command: SimpleCommand, depth: int) -> RiskVerdict:
    verdict = _judge_named(command, depth)
    folder = command.words[0].text.rpartition("/")[0] if command.words else ""
    if verdict.risk is Risk.READ and folder and folder not in _SYSTEM_FOLDERS:
        return RiskVerdict(Risk.UNKNOWN, f"the {command.program} in {folder} may be any program")
    return verdict


def _runs_text(command: SimpleCommand) -> bool:
    """True for `eval "$(curl ...)"`, `sh -c "$(curl ...)"`, `bash <(curl ...)` and `source <(curl ...)`."""
    return command.program in _SHELLS | {"eval", "source", "."} and any(
        _FETCHED.match(item.raw.strip("\"'")) for item in command.words[1:]
    )


def _judge_named(command: SimpleCommand, depth: int) -> RiskVerdict:
    program = command.program
    if not program:
        return RiskVerdict(Risk.UNKNOWN, "the program has no name")
    if command.words[0].dynamic or "PLACEHOLDER" in command.words[0].text:
        return RiskVerdict(Risk.UNKNOWN, "which program runs is only known when its variables are filled")
    if command.assigned & _LOADING:
        return RiskVerdict(Risk.UNKNOWN, "it sets a variable that makes the program load or run something else")
    if program in _SHELLS and command.piped_from is not None and _reads_program_from_input(command):
        return _judge_fed(program, command, depth)
    if program in programs.SESSION:
        return _judge_session(command)
    peeled = peel(command)
    if peeled is not None:
        return _judge_peeled(command, peeled, depth)
    if program == "find":
        found = [_judge_inside("find -exec", inner, depth) for inner in found_commands(command)]
        return _worst([judge_program(command), *found])
    return _judge_client(command) or judge_program(command)


def _reads_program_from_input(command: SimpleCommand) -> bool:
    return all(text.startswith("-") for text in command.texts[1:]) and not ({"-c", "-m", "-e"} & set(command.texts))


def _judge_fed(wrapper: str, command: SimpleCommand, depth: int) -> RiskVerdict:
    """A shell, here or elsewhere, that runs what it reads: a here-document, or what arrives through a pipe."""
    text = input_text(command)
    if text is not None and wrapper in _SHELLS and "sh" not in wrapper:
        return RiskVerdict(Risk.UNKNOWN, f"{wrapper} runs a program that is not judged")
    if text is not None:
        verdict = _judge_text(text, depth - 1)
        return RiskVerdict(verdict.risk, f"inside {wrapper}: {verdict.reason}")
    if command.input_file:
        return RiskVerdict(Risk.UNKNOWN, f"{wrapper} runs a file that is not shown here")
    return RiskVerdict(Risk.HIGH, f"{wrapper} runs whatever arrives through the pipe")


def _judge_session(command: SimpleCommand) -> RiskVerdict:
    if command.program in ("source", "."):
        return RiskVerdict(Risk.UNKNOWN, f"{command.program} runs a file that is not shown here")
    return RiskVerdict(Risk.READ, f"{command.program} changes only this shell session")


def _judge_peeled(command: SimpleCommand, peeled: Peeled, depth: int) -> RiskVerdict:
    if peeled.opens and (command.piped_from is not None or command.has_input):
        return _judge_fed(peeled.wrapper, command, depth)
    if peeled.opens:
        return RiskVerdict(Risk.UNKNOWN, f"{peeled.wrapper} opens a session, and what is typed there is not known")
    if peeled.command is not None:
        return _judge_inside(peeled.wrapper, peeled.command, depth)
    verdict = _judge_text(peeled.text, depth - 1)
    return RiskVerdict(verdict.risk, f"inside {peeled.wrapper}: {verdict.reason}")


def _judge_inside(wrapper: str, inner: SimpleCommand, depth: int) -> RiskVerdict:
    if depth <= 1:
        return RiskVerdict(Risk.UNKNOWN, "it is wrapped too deeply to be looked into")
    verdict = _judge_command(inner, depth - 1)
    return RiskVerdict(verdict.risk, f"inside {wrapper}: {verdict.reason}")


def _judge_client(command: SimpleCommand) -> RiskVerdict | None:
    if command.program in transfer_risk.PROGRAMS:
        return transfer_risk.judge_transfer(command)
    statement = client_statement(command)
    if statement is None:
        return None
    if statement.text:
        verdict = judge_sql(statement.text) if statement.language == "sql" else judge_redis(statement.text)
    elif statement.opens:
        reason = f"{command.program} opens a session, and what is typed there is not known"
        verdict = RiskVerdict(Risk.UNKNOWN, reason)
    else:
        verdict = RiskVerdict(statement.risk, statement.reason)
    if statement.writes and verdict.risk is Risk.READ:
        return RiskVerdict(Risk.CHANGE, f"{command.program} writes to the file {statement.writes}")
    return verdict
