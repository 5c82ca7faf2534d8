"""Other ways of writing than CommonMark, rewritten line by line so that every line keeps its number.

MkDocs (`!!! note`, `??? tip`, `=== "Linux"`), Docusaurus (`:::warning`), GitHub (`> [!NOTE]`), Confluence
(`{code:bash}`, `h2. Title`) and AsciiDoc (`== Title`, `[source,bash]`, `. item`) are understood as far as runbooks use
them, and so are toggles (`<details>`) and steps that are numbered 1.1, 1.2. Nothing inside a fence is touched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SIGNS = re.compile(
    r"^[ \t]*(?:!!!|\?\?\?|=== ?[\"']|:::|\{code|\{noformat|h[1-6]\. |={2,6} \S|\[source|\d{1,2}\.\d{1,2}[.)]? "
    r"|<(?:details|summary)|(?:>[ \t]*)+\[!)",
    re.MULTILINE | re.IGNORECASE,
)
_STARTS = frozenset("!?=:{h[<.+>-0123456789")
"""What every line begins with that may be rewritten."""
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")
_ADMONITION = re.compile(
    r"^([ \t]*)(?:!!!|\?\?\?\+?)[ \t]+([\w-]+)(?:[ \t]+inline(?:[ \t]+end)?)?(?:[ \t]+[\"'](.*)[\"'])?[ \t]*$"
)
_TAB = re.compile(r"^([ \t]*)===!?\+?[ \t]?[\"'](.+)[\"'][ \t]*$")
_COLONS = re.compile(r"^([ \t]*):{3,}[ \t]*([\w-]*)[ \t]*(.*)$")
_CALLOUT = re.compile(r"^([ \t]*(?:>[ \t]*)+)\[!([A-Za-z]+)\][+-]?[ \t]*(.*)$")
_CODE = re.compile(r"^([ \t]*)\{(?:code|noformat)(?::(?:[^}]*\blanguage=)?([\w+-]*)[^}]*)?\}[ \t]*$", re.IGNORECASE)
_WIKI_HEADING = re.compile(r"^h([1-6])\.[ \t]+(\S.*)$")
_DOC_HEADING = re.compile(r"^(={2,6})[ \t]+(\S.*?)(?:[ \t]+=+)?$")
_SOURCE = re.compile(r"^\[source(?:,[ \t]*([\w+-]+))?[^\]]*\][ \t]*$")
_RULE = re.compile(r"^-{4,}[ \t]*$")
_DOC_ITEM = re.compile(r"^(\.{1,3})[ \t]+(\S.*)$")
_DEEP_NUMBER = re.compile(r"^([ \t]*)\d{1,2}(?:\.\d{1,2})+[.)]?([ \t]+[^\W\da-z].*|[ \t]+[`*\[].*)$")
_ITEM = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-*+])[ \t]")
_UNDERLINE = re.compile(r"^(?:=+|-+)[ \t]*$")
_TOGGLE = re.compile(r"^[ \t]*(?:(?:</?details\b[^>]*>|<br[ \t]*/?>)[ \t]*)+$", re.IGNORECASE)
_TAGS = re.compile(r"</?[A-Za-z][^<>]*>")
_SUMMARY = re.compile(r"^([ \t]*)(?:<details[^>]*>[ \t]*)?<summary[^>]*>(.*?)</summary>[ \t]*$", re.IGNORECASE)


def as_commonmark(text: str) -> str:
    """The text with those ways of writing put as CommonMark has them; the number of lines stays the same.

    Args:
        text: repaired text with line feeds.
    """
    if _SIGNS.search(text) is None:
        return text
    return "\n".join(_Rewriter(text.split("\n")).lines())


class _Rewriter:
    """Goes over the lines once, with what is open at each."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._fence = ""
        self._code = False
        self._source: str | None = None
        self._listing = False
        self._dedent: list[int] = []
        self._asciidoc = any(_DOC_HEADING.match(line) for line in lines)

    def lines(self) -> list[str]:
        """The rewritten lines."""
        found: list[str] = []
        for number, line in enumerate(self._lines, 1):
            following = self._lines[number] if number < len(self._lines) else ""
            found.append(self._line(line, found[-1] if found else "", following))
        return found

    def _line(self, line: str, before: str, following: str) -> str:
        if self._code or self._listing:
            return self._in_block(line)
        line = self._dedented(line)
        fence = _FENCE.match(line)
        if self._fence:
            if fence is not None and fence[1].startswith(self._fence) and not line.strip(" \t>").strip("`~"):
                self._fence = ""
            return line
        if fence is not None:
            self._fence = fence[1]
            return line
        if line.lstrip()[:1] not in _STARTS:
            return line
        return self._opened(line, before, following)

    def _in_block(self, line: str) -> str:
        if self._code and _CODE.match(line):
            self._code = False
            return "```"
        if self._listing and _RULE.match(line):
            self._listing = False
            return "```"
        return line

    def _dedented(self, line: str) -> str:
        """The line without the indentation of the admonitions around it."""
        while self._dedent and line.strip() and len(line) - len(line.lstrip()) < self._dedent[-1]:
            self._dedent.pop()
        return line[4 * len(self._dedent) :] if self._dedent and line.strip() else line

    def _opened(self, line: str, before: str, following: str) -> str:
        if (found := _ADMONITION.match(line)) is not None:
            self._dedent.append(len(found[1]) + 4 * len(self._dedent) + 4)
            return f"{found[1]}> **{found[2].capitalize()}:** {found[3] or ''}".rstrip()
        if (found := _TAB.match(line)) is not None:
            # What a tab holds stays indented and so belongs to the item.
            return f"{found[1]}- If {found[2]}:"
        if (found := _COLONS.match(line)) is not None:
            return f"{found[1]}> **{found[2].capitalize()}:** {found[3]}".rstrip() if found[2] else ""
        if (found := _CALLOUT.match(line)) is not None:
            return f"{found[1]}**{found[2].capitalize()}:** {found[3]}".rstrip()
        if (found := _CODE.match(line)) is not None:
            self._code = True
            return f"```{found[2] or ''}"
        if (found := _SOURCE.match(line)) is not None:
            self._source = found[1] or ""
            return ""
        if self._source is not None and _RULE.match(line):
            language, self._source, self._listing = self._source, None, True
            return f"```{language}"
        return self._headed(line, before, following)

    def _headed(self, line: str, before: str, following: str) -> str:
        if (found := _WIKI_HEADING.match(line)) is not None:
            return f"{'#' * int(found[1])} {found[2]}"
        if self._asciidoc and (found := _DOC_HEADING.match(line)) is not None:
            return f"{'#' * len(found[1])} {found[2]}"
        if self._asciidoc and line.strip() == "+":
            return ""
        if self._asciidoc and (found := _DOC_ITEM.match(line)) is not None:
            return f"{'   ' * (len(found[1]) - 1)}1. {found[2]}"
        if (found := _SUMMARY.match(line)) is not None:
            return f"{found[1]}**{_TAGS.sub('', found[2]).strip(' *')}**"
        if _TOGGLE.match(line):
            # Without the tag what stands inside is read as it would be outside.
            return ""
        found = _DEEP_NUMBER.match(line)
        if found is not None and (not before.strip() or _ITEM.match(before)) and not _UNDERLINE.match(following):
            return f"{found[1]}1.{found[2]}"
        return line
