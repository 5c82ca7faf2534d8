"""What the environment says of the terminal."""

from __future__ import annotations

from collections.abc import Mapping


def ascii_locale(environ: Mapping[str, str]) -> bool:
    """Whether the locale names a character set that is not UTF-8, by POSIX's order: LC_ALL, LC_CTYPE, LANG.

    When none of them is set nothing is known, and UTF-8 is taken for granted as every terminal of today speaks it.
    """
    named = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")
    return bool(named) and "utf8" not in named.lower().replace("-", "")
