"""Programs that read, and the arguments that make them write after all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.model.risk import Risk, RiskVerdict

_AWK_WRITES = re.compile(r"system\s*\(|\|\s*\"|>\s*\"|getline|print[^;}]*[>|](?![|=])|\|&|@load|-i\s*inplace")
_SED_WRITES = re.compile(r"(?:^|[;/{}\s\d$,!])(?:[wW]\s+\S|e\b)|/[gipmIM0-9]*[we](?:\s|$|;|\})")
_WRITING_OPTIONS: dict[str, tuple[str, str]] = {
    "sort": (r"-[a-zA-Z]*o.*|--output.*", "sort -o writes a file"),
    "tree": (r"-o", "tree -o writes a file"),
    "sar": (r"-o", "sar -o writes a file"),
    "dmesg": (r"-[a-zA-Z]*[cCDEn].*|--clear|--read-clear|--console-.*", "it clears or mutes the kernel's messages"),
    "journalctl": (r"--(?:vacuum|rotate|flush|sync|relinquish|setup-keys|update-catalog).*", "it changes the journal"),
    "fuser": (r"-[a-zA-Z]*k.*|--kill", "it signals processes"),
    "yq": (r"-[a-zA-Z]*i.*|--in-?place.*", "it edits files in place"),
    "sed": (r"-[a-zA-Z]*i.*|--in-place.*", "it edits files in place"),
    "awk": (r"-i|--in-place|-l|--load", "it edits files in place"),
    "gawk": (r"-i|--in-place|-l|--load|--include", "it edits files in place"),
    "ss": (r"-[a-zA-Z]*K.*|--kill", "it closes connections"),
    "arp": (r"-[sd]|--set|--delete", "it changes the table of addresses"),
    "find": (r"-f(?:print0?|printf|ls)", "it writes a file"),
    "history": (r"-[cdw]", "it changes the shell's history"),
    "glances": (r"-w|-s|--export.*", "it opens a server or writes files"),
}
_RUNNING_OPTIONS: dict[str, str] = {
    "sort": r"--compress-program.*",
    "rg": r"--pre.*",
    "sed": r"-[a-zA-Z]*f.*|--file.*",
    "awk": r"-f.*|--file.*|-E.*",
    "gawk": r"-f.*|--file.*|-E.*",
    "env": r"-S.*|--split-string.*",
    "man": r"-P.*|--pager.*",
}
_ONE_OPERAND = frozenset({"uniq", "xxd"})


def judge_reader(program: str, texts: Sequence[str]) -> RiskVerdict:
    """The risk of a program that reads unless its arguments say otherwise.

    Args:
        program: its name.
        texts: the program and its arguments without quotes.
    """
    return _written(program, texts[1:]) or RiskVerdict(Risk.READ, f"{program} only reads")


def _written(program: str, arguments: Sequence[str]) -> RiskVerdict | None:
    pattern, reason = _WRITING_OPTIONS.get(program, ("", ""))
    if pattern and any(re.fullmatch(pattern, text, re.DOTALL) for text in arguments):
        return RiskVerdict(Risk.CHANGE, reason)
    runs = _RUNNING_OPTIONS.get(program, "")
    if runs and any(re.fullmatch(runs, text, re.DOTALL) for text in arguments):
        return RiskVerdict(Risk.UNKNOWN, f"{program} runs here what is not shown")
    if program in ("awk", "gawk") and any(_AWK_WRITES.search(text) for text in arguments):
        return RiskVerdict(Risk.CHANGE, f"the program given to {program} may run commands or write files")
    if program == "sed" and any(_SED_WRITES.search(text) for text in _sed_programs(arguments)):
        return RiskVerdict(Risk.UNKNOWN, "the program given to sed may write files or run commands")
    operands = [text for text in arguments if not text.startswith(("-", "+"))]
    if program in ("date", "hostname") and operands and not {"-d", "--date", "-r"} & set(arguments):
        return RiskVerdict(Risk.UNKNOWN, f"{program} with an argument may set it")
    if program in ("date", "hostname") and any(re.match(r"-s|--set|-b|-F|--file", text) for text in arguments):
        return RiskVerdict(Risk.CHANGE, f"it sets the {program}")
    if program in _ONE_OPERAND and len(operands) > 1:
        return RiskVerdict(Risk.UNKNOWN, f"{program} may write to its last argument")
    return None


def _sed_programs(arguments: Sequence[str]) -> list[str]:
    attached = [text[2:] for text in arguments if text.startswith("-e") and len(text) > 2]
    return attached + [text for text in arguments if not text.startswith("-")]
