"""Inline Markdown as plain text, code spans and links; linear in the length of the text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache

from cockpit.model.text import clean

CODE = re.compile(r"(?<!`)(`+)(?!`)([^`\n]{1,2000}?)\1(?!`)")
"""A code span; its second group is what stands in it."""
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}(?:\s[^()\n]{0,200})?\)")
_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\(\s*<?([^()\s<>]{1,500}(?:\([^()\s]{0,100}\))?[^()\s<>]{0,100})>?(?:\s[^()\n]{0,200})?\)"
)
_AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,500})>")
_TAG = re.compile(
    r"</?(?:a|b|br|i|em|strong|code|kbd|span|sub|sup|p|div|details|summary|img|u|small|mark)\b[^<>]{0,300}>", re.I
)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_ANY_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_ALT = re.compile(r"<img\b[^<>]{0,300}?\balt=[\"']([^\"'<>]{1,300})[\"'][^<>]{0,300}>", re.I)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,1000}?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\*(?![\w*])|(?<!\w)_(?=[^\s_])([^_\n]{1,500}?)(?<=[^\s_])_(?!\w)"
)
_MARKUP = re.compile(r"[`*_\[<\\\x00]")
_KEPT = re.compile("\x00(\\d+)\x00")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_EMOJI = re.compile(
    "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\u20e3\U0001f000-\U0001faff]+|:[a-z0-9_+-]{2,30}:(?=\\s|$)"
)
_LEAD_IN = re.compile(r"^(\*\*|__)(?=\S)([^*\n]{1,120}?)\s*(:?)\s*\1\s*(:?)\s*")


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the text: what it says and where it points."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class LeadIn:
    """A bold opening of a paragraph or item.

    Attributes:
        label: the bold words without a closing colon.
        rest: what follows it, "" when the paragraph is nothing else.
        colon: True when a colon closes it, inside or outside the bold.
    """

    label: str
    rest: str
    colon: bool


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """One line without Markdown, cleaned."""
    if _MARKUP.search(text) is None:
        return " ".join(clean(text).split())
    codes: list[str] = []

    def keep(found: re.Match[str]) -> str:
        codes.append(found[2].strip())
        return f"\x00{len(codes) - 1}\x00"

    text = text.replace("\x00", "")
    if "`" in text:
        text = CODE.sub(keep, text)
    if "[" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    if "<" in text:
        text = _TAG.sub("", _ALT.sub(r"\1", _BREAK.sub(" ", _AUTOLINK.sub(r"\1", text))))
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub(lambda found: found[1] or found[2], _STRONG.sub(r"\2", text))
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    if codes:
        text = _KEPT.sub(lambda found: codes[int(found[1])], text)
    return " ".join(clean(text).split())


def html_text(text: str) -> str:
    """What a block of HTML says, on one line; comments say nothing, an image says its alternative text."""
    without = _ALT.sub(r" \1 ", _COMMENT.sub(" ", text))
    return " ".join(html.unescape(plain(_ANY_TAG.sub(" ", without))).split())


def without_emoji(text: str) -> str:
    """The text without pictures and arrows, trimmed."""
    if text.isascii() and ":" not in text:
        return " ".join(text.split())
    return " ".join(_EMOJI.sub(" ", text).split())


def code_spans(text: str) -> tuple[str, ...]:
    """The contents of the code spans, in order."""
    if "`" not in text:
        return ()
    return tuple(found[2].strip() for found in CODE.finditer(text) if found[2].strip())


def links(text: str) -> tuple[Link, ...]:
    """The links of the form [text](target), in order; those inside code spans are none."""
    return tuple(Link(plain(found[1]), found[2]) for found in _LINK.finditer(CODE.sub("", text)))


def lead_in(text: str) -> LeadIn | None:
    """The bold opening of a text, None when it does not open in bold."""
    found = _LEAD_IN.match(text)
    if found is None:
        return None
    return LeadIn(plain(found[2]), text[found.end() :].strip(), bool(found[3] or found[4]))
