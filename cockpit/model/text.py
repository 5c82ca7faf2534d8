"""Outside text made safe for a terminal.

Everything that the cockpit did not write itself passes `clean` where it enters (at an adapter's edge or in
the runbook reader): log lines, query text, application names, lock owners, HTTP bodies, Markdown.
"""

from __future__ import annotations

import re

_SEQUENCES = re.compile(
    r"""
      (?:\x1b\]|\x9d).*?(?:\x07|\x1b\\|\x9c|$)                 # OSC: title, clipboard, links
    | (?:\x1b[PX^_]|[\x90\x98\x9e\x9f]).*?(?:\x1b\\|\x9c|$)     # DCS, SOS, PM, APC
    | (?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?                        # CSI: colours, cursor
    | \x1b[ -/]*[0-~]?                                         # other escapes
    """,
    re.VERBOSE | re.DOTALL,
)
_INVISIBLE = "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
_HARMFUL = re.compile(f"[\x00-\x08\x0a-\x1f\x7f-\x9f{_INVISIBLE}]")
_HARMFUL_BUT_NEWLINE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_INVISIBLE}]")

LINE_CAP = 10_000
"""Characters of one outside line that are kept."""


def clean(text: str, cap: int = LINE_CAP) -> str:
    """Return one line of outside text that is safe to show.

    Escape sequences (CSI, OSC, DCS and the rest of ECMA-48), C0 and C1 controls, bidirectional overrides,
    invisible marks and lone surrogates are removed; tabs become four spaces, line breaks one space.

    Args:
        text: anything that came from outside.
        cap: characters kept; a longer text ends in `…` and the number of characters that were cut.
    """
    cut = len(text) - cap
    if cut > 0:
        text = text[:cap]
    if "\t" in text:
        text = text.replace("\t", "    ")
    if _HARMFUL.search(text) is not None:
        text = _SEQUENCES.sub("", text)
        text = re.sub(r"\r\n|[\n\r]", " ", text)
        text = _HARMFUL.sub("", text)
    return f"{text}… {cut:,} more characters" if cut > 0 else text


def clean_block(text: str, cap: int = 1_000_000) -> str:
    """Return several lines of outside text made safe; line feeds stay, all else as in `clean`."""
    cut = len(text) - cap
    if cut > 0:
        text = text[:cap]
    text = text.replace("\t", "    ").replace("\r\n", "\n")
    text = _SEQUENCES.sub("", text)
    text = _HARMFUL_BUT_NEWLINE.sub("", text)
    return f"{text}\n… {cut:,} more characters" if cut > 0 else text


def clean_bytes(raw: bytes, cap: int = LINE_CAP) -> str:
    """Decode as UTF-8, replacing what is not, and clean the line."""
    return clean(raw.decode("utf-8", "replace"), cap)
