"""The text as its authors meant it: line ends, byte order marks, and characters decoded the wrong way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cockpit.model.text import clean_block

_RUN = re.compile(r"[^\x00-\x7f]{2,}")
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]+")
_WRONG_ENCODINGS = ("mac_roman", "cp1252", "latin-1")
_LIKELY = re.compile(r"[\u00a0-\u017f\u2000-\u2bff\ufe0f\U0001f000-\U0001faff]+")
_LONG_ENOUGH_FOR_ANY_SCRIPT = 6
TEXT_CAP = 8_000_000
"""Characters of one file that are read."""


@dataclass(frozen=True, slots=True)
class RepairedText:
    """A file's text made safe and readable.

    Attributes:
        text: UTF-8 text with line feeds, without byte order mark, safe for a terminal; the line numbers are
            those of the file.
        notes: what was repaired, one sentence each.
    """

    text: str
    notes: tuple[str, ...] = ()


def repair(text: str) -> RepairedText:
    """Return the text with its line ends, its wrongly decoded characters and its control characters put right.

    Args:
        text: a file's text; bytes that are no UTF-8 may be there as lone surrogates (`surrogateescape`).
    """
    notes: list[str] = []
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub("[\x0b\x0c\x85\u2028\u2029]", " ", text)
    if _LONE_SURROGATES.search(text):
        text = _LONE_SURROGATES.sub("�", text)
        notes.append("The file is not UTF-8 throughout; the bytes that are not are shown as �.")
    repaired = _RUN.sub(_redecode, text)
    if repaired != text:
        notes.append("Characters that had been decoded the wrong way were put right.")
    return RepairedText(clean_block(repaired, TEXT_CAP), tuple(notes))


def _redecode(found: re.Match[str]) -> str:
    run = found[0]
    for encoding in _WRONG_ENCODINGS:
        try:
            meant = run.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if _LIKELY.fullmatch(meant) or len(run) >= _LONG_ENOUGH_FOR_ANY_SCRIPT:
            return meant
    return run
