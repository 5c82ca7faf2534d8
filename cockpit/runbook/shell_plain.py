"""Shell text that is plain enough to be read without the grammar: words, quotes and pipes, and nothing to expand.

Most commands of most runbooks are of this sort. Whatever might mean more to bash is left to the grammar, so that both
ways always agree.
"""

from __future__ import annotations

import re

from cockpit.runbook.shell_words import Word, word
from cockpit.runbook.words import words

_ARGUMENT = r"(?:[A-Za-z0-9_./:%+,=-]|@(?=[A-Za-z0-9])|'[^'\n\\]*'|\"[^\"$`\\\n!]*\")+"
_COMMAND = rf"[A-Za-z0-9_./+-]+(?:[ \t]+{_ARGUMENT})*"
_PLAIN = re.compile(rf"{_COMMAND}(?:[ \t]+\|[ \t]+{_COMMAND})*")
_SPLIT = re.compile(rf"\||{_ARGUMENT}")
_KEYWORDS = words(
    """
    if then else elif fi for while until do done case esac in select function time coproc declare typeset export
    readonly local unset unsetenv let test
    """
)
_NUMBER = re.compile(r"[0-9]+")


def plain_commands(text: str) -> list[tuple[Word, ...]] | None:
    """The words of each command of a pipeline; None when the text is not plain.

    Args:
        text: shell text without placeholders.
    """
    if _PLAIN.fullmatch(text) is None:
        return None
    found: list[list[Word]] = [[]]
    for piece in _SPLIT.findall(text):
        if piece == "|":
            found.append([])
        else:
            found[-1].append(word(piece))
    firsts = [command[0].raw for command in found]
    if any(first in _KEYWORDS or _NUMBER.fullmatch(first) for first in firsts):
        return None
    return [tuple(command) for command in found]
