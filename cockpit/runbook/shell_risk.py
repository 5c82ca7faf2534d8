"""What a shell command may do: every simple command in it is looked up, wrappers are looked into."""

# ruff: noqa: E501, SIM905  tables of words are easier to read and to extend as text

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from cockpit.model.actions import Risk, RiskVerdict
from cockpit.runbook import placeholders, programs, shell_syntax
from cockpit.runbook.clients import client_statement
from cockpit.runbook.http_risk import judge_request
from cockpit.runbook.http_text import read_curl
from cockpit.runbook.redis_risk import judge_redis
from cockpit.runbook.shell_syntax import Redirect, SimpleCommand
from cockpit.runbook.sql_risk import judge_sql
from cockpit.runbook.wrappers import option_values, peel

_DEPTH = 6
_SHELLS = frozenset("sh bash zsh dash ash ksh fish python python3 perl ruby node php".split())
_LOADING = frozenset(
    "LD_PRELOAD LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES PATH IFS BASH_ENV ENV PAGER GIT_PAGER EDITOR GIT_SSH_COMMAND PYTHONSTARTUP NODE_OPTIONS PERL5OPT PSQLRC".split()
)
_SYSTEM_FOLDERS = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"})
_NOWHERE = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"})
_VERSION = frozenset({"--version", "-version", "-V", "--help", "-h"})
_AWK_WRITES = re.compile(r"system\s*\(|\|\s*\"|>\s*\"|getline")
_SED_WRITES = re.compile(r"(?:^|[;/{}\s])(?:w\s+\S|e\b)|/[gip0-9]*[we](?:\s|$)")


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


def _judge_named(command: SimpleCommand, depth: int) -> RiskVerdict:
    program = command.program
    if not program:
        return RiskVerdict(Risk.UNKNOWN, "the program has no name")
    if command.words[0].dynamic or "PLACEHOLDER" in command.words[0].text:
        return RiskVerdict(Risk.UNKNOWN, "which program runs is only known when its variables are filled")
    if command.assigned & _LOADING:
        return RiskVerdict(Risk.UNKNOWN, "it sets a variable that makes the program load or run something else")
    if program in _SHELLS and command.piped_from is not None and _reads_program_from_input(command):
        return RiskVerdict(Risk.HIGH, f"{program} runs whatever arrives through the pipe")
    if program in programs.SESSION:
        return _judge_session(command)
    peeled = peel(command)
    if peeled is not None and peeled.opens and command.piped_from is not None:
        return RiskVerdict(Risk.HIGH, f"{peeled.wrapper} runs whatever arrives through the pipe")
    if peeled is not None and peeled.command is not None:
        peeled = replace(peeled, command=replace(peeled.command, piped_from=command.piped_from))
    if peeled is not None:
        return _judge_peeled(peeled.wrapper, peeled.command, peeled.text, peeled.opens, depth)
    return _judge_client(command) or _judge_program(command)


def _reads_program_from_input(command: SimpleCommand) -> bool:
    return all(text.startswith("-") for text in command.texts[1:]) and not ({"-c", "-m", "-e"} & set(command.texts))


def _judge_session(command: SimpleCommand) -> RiskVerdict:
    if command.program in ("source", "."):
        return RiskVerdict(Risk.UNKNOWN, f"{command.program} runs a file that is not shown here")
    return RiskVerdict(Risk.READ, f"{command.program} changes only this shell session")


def _judge_peeled(wrapper: str, inner: SimpleCommand | None, text: str, opens: bool, depth: int) -> RiskVerdict:
    if opens:
        return RiskVerdict(Risk.UNKNOWN, f"{wrapper} opens a session, and what is typed there is not known")
    if inner is not None:
        verdict = (
            _judge_command(inner, depth - 1) if depth > 1 else RiskVerdict(Risk.UNKNOWN, "it is wrapped too deeply")
        )
    else:
        verdict = _judge_text(text, depth - 1)
    return RiskVerdict(verdict.risk, f"inside {wrapper}: {verdict.reason}")


def _judge_client(command: SimpleCommand) -> RiskVerdict | None:
    program = command.program
    if program in ("curl", "wget", "http", "https", "xh"):
        return _judge_transfer(command)
    statement = client_statement(command)
    if statement is None:
        return None
    if statement.text:
        verdict = judge_sql(statement.text) if statement.language == "sql" else judge_redis(statement.text)
        return RiskVerdict(verdict.risk, verdict.reason)
    if statement.opens and command.piped_from is None:
        return RiskVerdict(Risk.UNKNOWN, f"{program} opens a session, and what is typed there is not known")
    return RiskVerdict(statement.risk, statement.reason)


def _judge_transfer(command: SimpleCommand) -> RiskVerdict:
    program = command.program
    if program == "curl":
        request = read_curl(command.texts)
        if request is not None:
            return judge_request(request)
        texts = set(command.texts)
        if texts & {"-o", "-O", "--output", "--remote-name"}:
            return RiskVerdict(Risk.CHANGE, "curl writes a file")
        if texts & {"-T", "--upload-file", "-F", "--form"}:
            return RiskVerdict(Risk.CHANGE, "curl sends a file")
        if "..." in texts or any(text.startswith("PLACEHOLDER") for text in texts):
            return _incomplete_curl(command)
        return RiskVerdict(Risk.UNKNOWN, "curl does more here than send one plain request")
    if program == "wget":
        quiet = {"-qO-", "-O-", "--spider"} & set(command.texts) or ("-O" in command.texts and "-" in command.texts)
        return (
            RiskVerdict(Risk.READ, "wget prints what it gets")
            if quiet
            else RiskVerdict(Risk.CHANGE, "wget writes a file")
        )
    methods = [text for text in command.texts[1:] if text in ("POST", "PUT", "PATCH", "DELETE")]
    data = any(re.match(r"[\w-]+:?=", text) for text in command.texts[1:])
    if methods or data:
        return RiskVerdict(Risk.CHANGE, f"{methods[0] if methods else 'POST'} changes something at the other end")
    return RiskVerdict(Risk.READ, "GET only reads")


def _incomplete_curl(command: SimpleCommand) -> RiskVerdict:
    texts = command.texts
    for flag, method in pairwise(texts):
        if flag in ("-X", "--request") and method not in ("GET", "HEAD", "OPTIONS"):
            return RiskVerdict(Risk.CHANGE, f"{method} changes something at the other end")
    return RiskVerdict(Risk.UNKNOWN, "the request is not complete")


def _judge_program(command: SimpleCommand) -> RiskVerdict:
    program, texts = command.program, command.texts
    if len(texts) == 2 and texts[1] in _VERSION:
        return RiskVerdict(Risk.READ, f"{program} tells its version or its usage")
    if program in ("awk", "gawk") and any(_AWK_WRITES.search(text) for text in texts[1:]):
        return RiskVerdict(Risk.CHANGE, f"the program given to {program} may run commands or write files")
    if program == "sed" and any(_SED_WRITES.search(text) for text in texts[1:] if not text.startswith("-")):
        return RiskVerdict(Risk.UNKNOWN, "the program given to sed may write files or run commands")
    if program == "git" and any(text == "-c" or text.startswith("--config-env") for text in texts[1:3]):
        return RiskVerdict(Risk.UNKNOWN, "git -c may name a program that git then runs")
    if program in programs.TABLE:
        return _judge_by_table(program, texts)
    if program in programs.ARGUMENT_WORDS:
        return _judge_cloud(command)
    if program in programs.ALWAYS_READ:
        return _judge_reader(program, texts)
    if program in programs.INTERPRETERS:
        return RiskVerdict(Risk.UNKNOWN, f"{program} runs a program that is not shown here")
    return RiskVerdict(Risk.UNKNOWN, f"{program} is not in the table of programs")


def _judge_reader(program: str, texts: tuple[str, ...]) -> RiskVerdict:
    options = set(texts[1:])
    if program == "sort" and any(text == "-o" or text.startswith("--output") for text in texts):
        return RiskVerdict(Risk.CHANGE, "sort -o writes a file")
    if program == "dmesg" and options & {"-c", "-C", "--clear", "--read-clear"}:
        return RiskVerdict(Risk.CHANGE, "it clears the kernel's messages")
    if program == "journalctl" and any(text.startswith(("--vacuum", "--rotate", "--flush")) for text in texts):
        return RiskVerdict(Risk.CHANGE, "it removes old log entries")
    if (
        program in ("date", "hostname")
        and any(not text.startswith(("+", "-")) for text in texts[1:])
        and "-d" not in options
    ):
        return RiskVerdict(Risk.UNKNOWN, f"{program} with an argument may set it")
    if program == "fuser" and options & {"-k", "-ki", "--kill"}:
        return RiskVerdict(Risk.CHANGE, "it signals processes")
    if program == "yq" and options & {"-i", "--inplace"}:
        return RiskVerdict(Risk.CHANGE, "it edits files in place")
    return RiskVerdict(Risk.READ, f"{program} only reads")


def _judge_by_table(program: str, texts: tuple[str, ...]) -> RiskVerdict:
    plain = _plain_words(program, texts[1:])
    options = [text for text in texts[1:] if text.startswith("-")]
    best: programs.Line | None = None
    for line in programs.TABLE[program]:
        words = [item for item in line.words if not item.startswith("-")]
        flags = [item for item in line.words if item.startswith("-")]
        fits = plain[: len(words)] == words and all(any(_is_flag(flag, option) for option in options) for flag in flags)
        if fits and (best is None or (len(line.words), line.risk.rank) > (len(best.words), best.risk.rank)):
            best = line
    if best is None:
        return RiskVerdict(Risk.UNKNOWN, f"{' '.join([program, *plain[:1]])} is not in the table of programs")
    shown = " ".join([program, *best.words])
    return RiskVerdict(best.risk, f"{shown}: {best.reason}")


def _is_flag(flag: str, option: str) -> bool:
    return option == flag or (flag.startswith("--") and option.startswith(f"{flag}="))


def _plain_words(program: str, texts: tuple[str, ...]) -> list[str]:
    takes_value = option_values(program) | (option_values(f"{program} compose") if program == "docker" else frozenset())
    plain: list[str] = []
    skip = False
    for text in texts:
        if skip:
            skip = False
        elif text.startswith("-"):
            skip = text in takes_value and not (plain and plain[-1] != "compose")
        else:
            plain.append(text)
    return plain


def _judge_cloud(command: SimpleCommand) -> RiskVerdict:
    plain = _plain_words(command.program, command.texts[1:])
    shown = " ".join([command.program, *plain[:3]])
    words = {part for item in plain[:4] for part in (item, item.partition("-")[0])}
    if words & set(programs.HIGH_VERBS):
        return RiskVerdict(Risk.HIGH, f"{shown} is hard to take back")
    if words & set(programs.READ_VERBS):
        return RiskVerdict(Risk.READ, f"{shown} only reads")
    return RiskVerdict(Risk.CHANGE, f"{shown} is not among the operations that only read")
