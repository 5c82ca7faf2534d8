"""What one program may do with its arguments, when no shell, wrapper or client is involved."""

from __future__ import annotations

from cockpit.model.risk import Risk, RiskVerdict
from cockpit.runbook import programs
from cockpit.runbook.cloud_risk import judge_cloud
from cockpit.runbook.reader_risk import judge_reader
from cockpit.runbook.shell_syntax import SimpleCommand
from cockpit.runbook.wrappers import option_values

_VERSION = frozenset({"--version", "-version", "--help"})
_GIT_FORCES = ("+", ":")
_IP_SHOWS = frozenset({"-s", "-br", "-brief", "-c", "-color", "-4", "-6", "-o", "-d", "-j", "-p", "-h"})


def judge_program(command: SimpleCommand) -> RiskVerdict:
    """The risk of a program by the tables; one that is in none is unknown."""
    program, texts = command.program, command.texts
    if program in programs.INTERPRETERS and texts[1:] in (("-v",), ("-V",), ("version",)):
        return RiskVerdict(Risk.READ, f"{program} tells its version")
    if len(texts) == 2 and texts[1] in _VERSION and program in programs.KNOWN:
        return RiskVerdict(Risk.READ, f"{program} tells its version or its usage")
    if program in ("python", "python3") and texts[1:3] == ("-m", "json.tool") and len(texts) == 3:
        return RiskVerdict(Risk.READ, "json.tool prints what it reads")
    if program == "command":
        return RiskVerdict(Risk.READ, "command -v tells where a program is")
    if program == "git" and any(text == "-c" or text.startswith("--config-env") for text in texts[1:3]):
        return RiskVerdict(Risk.UNKNOWN, "git -c may name a program that git then runs")
    if program == "docker-compose" or program in programs.TABLE:
        return _judge_by_table(program, texts)
    if program in programs.CLOUD:
        return judge_cloud(program, _plain_words(program, texts[1:]))
    if program in programs.ALWAYS_READ:
        return judge_reader(program, texts)
    if program in programs.INTERPRETERS:
        return RiskVerdict(Risk.UNKNOWN, f"{program} runs a program that is not shown here")
    return RiskVerdict(Risk.UNKNOWN, f"{program} is not in the table of programs")


def _judge_by_table(program: str, texts: tuple[str, ...]) -> RiskVerdict:
    plain = _plain_words(program, texts[1:])
    options = [text for text in texts[1:] if text.startswith("-")]
    name = program
    if program == "docker-compose":
        name, plain = "docker", ["compose", *plain]
    if program == "kubectl" and len(plain) > 1:
        # `delete pod/api` and `delete pod api` are the same.
        plain[1:2] = plain[1].split("/", 1)
    if program == "ip":
        options = [text for text in options if text not in _IP_SHOWS]
    special = _special(program, plain, options)
    if special is not None:
        return special
    line = programs.TABLE[name].line(plain, options)
    if line is None:
        return RiskVerdict(Risk.UNKNOWN, f"{' '.join([program, *plain[:1]])} is not in the table of programs")
    shown = line.shown.removeprefix("compose ") if program == "docker-compose" else line.shown
    return RiskVerdict(line.risk, f"{' '.join([program, shown]).strip()}: {line.reason}")


def _special(program: str, plain: list[str], options: list[str]) -> RiskVerdict | None:
    """Forms that no list of first words can tell."""
    if program == "git" and plain[:1] == ["push"] and any(text.startswith(_GIT_FORCES) for text in plain[2:]):
        return RiskVerdict(Risk.HIGH, "git push: it overwrites or removes published history")
    if program == "service" and plain[1:] == ["status"]:
        return RiskVerdict(Risk.READ, "service status: it shows what is there")
    if program == "sysctl" and not options and plain and not any("=" in text for text in plain):
        return RiskVerdict(Risk.READ, "sysctl: it shows a setting")
    return None


def _plain_words(program: str, texts: tuple[str, ...]) -> list[str]:
    """The words that are no options; the value of an option before the sub-command is left out too."""
    takes_value = option_values(program) | (option_values("docker compose") if program == "docker" else frozenset())
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
