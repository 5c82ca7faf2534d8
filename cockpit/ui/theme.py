"""Colours: two calm themes, and what each tone looks like in them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style
from textual.theme import Theme
from textual.widget import Widget

from cockpit.ui.spans import Tone

DARK_NAME, LIGHT_NAME, WALL_NAME = "cockpit-dark", "cockpit-light", "cockpit-wall"


@dataclass(frozen=True, slots=True)
class Colours:
    """The few colours that the screen is made of, as #rrggbb."""

    background: str
    raised: str
    cursor: str
    cursor_faded: str
    border: str
    focus: str
    text: str
    strong: str
    dim: str
    faint: str
    accent: str
    ok: str
    warn: str
    crit: str
    unknown: str
    found: str


DARK = Colours(
    background="#10141b",
    raised="#171d27",
    cursor="#24415f",
    cursor_faded="#1b2431",
    border="#2e3847",
    focus="#5c9bd6",
    text="#c9d1dc",
    strong="#f2f5f9",
    dim="#8391a3",
    faint="#566375",
    accent="#74b4f0",
    ok="#79c08a",
    warn="#e5b454",
    crit="#f2727c",
    unknown="#b99ae0",
    found="#5a4a12",
)
LIGHT = Colours(
    background="#fbfcfd",
    raised="#eef1f5",
    cursor="#cfe3f7",
    cursor_faded="#e9eef4",
    border="#c5ced8",
    focus="#2f74b5",
    text="#2a333d",
    strong="#0b1118",
    dim="#5b6875",
    faint="#8b97a4",
    accent="#1f68b3",
    ok="#1f7a3d",
    warn="#8f5f00",
    crit="#c4222f",
    unknown="#7445b0",
    found="#ffe9a6",
)

WALL = Colours(
    background="#000000",
    raised="#0a0d12",
    cursor="#000000",
    cursor_faded="#000000",
    border="#46525f",
    focus="#46525f",
    text="#f2f5f8",
    strong="#ffffff",
    dim="#b4c0cc",
    faint="#8592a0",
    accent="#8cc4ff",
    ok="#63d686",
    warn="#ffc24d",
    crit="#ff6b75",
    unknown="#cdb1f5",
    found="#5a4a12",
)
"""High contrast, and no cursor: for a screen across the room."""


def _theme(name: str, colours: Colours, *, dark: bool) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        primary=colours.accent,
        secondary=colours.dim,
        accent=colours.accent,
        warning=colours.warn,
        error=colours.crit,
        success=colours.ok,
        foreground=colours.text,
        background=colours.background,
        surface=colours.background,
        panel=colours.raised,
        boost=colours.raised,
        variables={
            "frame": colours.border,
            "frame-focus": colours.focus,
            "raised": colours.raised,
            "cursor": colours.cursor,
            "calm-warn": colours.warn,
            "calm-crit": colours.crit,
            "input-selection-background": colours.cursor,
            "scrollbar": colours.border,
            "scrollbar-hover": colours.faint,
            "scrollbar-active": colours.focus,
            "scrollbar-background": colours.background,
            "scrollbar-background-hover": colours.background,
            "scrollbar-background-active": colours.background,
            "scrollbar-corner-color": colours.background,
        },
    )


THEMES = (
    _theme(DARK_NAME, DARK, dark=True),
    _theme(LIGHT_NAME, LIGHT, dark=False),
    _theme(WALL_NAME, WALL, dark=True),
)


def _styles(c: Colours) -> dict[Tone, Style]:
    white = "#ffffff"
    return {
        Tone.PLAIN: Style(color=c.text),
        Tone.DIM: Style(color=c.dim),
        Tone.FAINT: Style(color=c.faint),
        Tone.STRONG: Style(color=c.strong, bold=True),
        Tone.TITLE: Style(color=c.strong, bold=True),
        Tone.KEY: Style(color=c.accent, bold=True),
        Tone.ACCENT: Style(color=c.accent),
        Tone.OK: Style(color=c.ok),
        Tone.WARN: Style(color=c.warn),
        Tone.CRIT: Style(color=c.crit, bold=True),
        Tone.UNKNOWN: Style(color=c.unknown),
        Tone.CHANGE: Style(color=c.warn, bold=True),
        Tone.HIGH: Style(color=white, bgcolor="#b3262f", bold=True),
        Tone.FRAME: Style(color=c.border),
        Tone.FRAME_LIT: Style(color=c.focus),
        Tone.FOUND: Style(color=c.strong, bgcolor=c.found, bold=True),
        Tone.BADGE_RED: Style(color=white, bgcolor="#c62f39", bold=True),
        Tone.BADGE_YELLOW: Style(color="#1b1400", bgcolor="#e0ac3a", bold=True),
        Tone.BADGE_GREEN: Style(color=white, bgcolor="#2c7a45", bold=True),
        Tone.BADGE_BLUE: Style(color=white, bgcolor="#2b66b8", bold=True),
        Tone.BADGE_ROLE: Style(color=c.dim, bold=True),
        Tone.BADGE_OBSERVER: Style(color=white, bgcolor="#6a4fb0", bold=True),
    }


def _colourless() -> dict[Tone, Style]:
    """Weight, underline and reversal alone: what must be seen first is reversed, what matters is bold."""
    bold, dim = Style(bold=True), Style(dim=True)
    reversed_, underlined = Style(bold=True, reverse=True), Style(bold=True, underline=True)
    return {
        Tone.PLAIN: Style(),
        Tone.DIM: dim,
        Tone.FAINT: dim,
        Tone.STRONG: bold,
        Tone.TITLE: bold,
        Tone.KEY: bold,
        Tone.ACCENT: Style(),
        Tone.OK: Style(),
        Tone.WARN: bold,
        Tone.CRIT: bold,
        Tone.UNKNOWN: bold,
        Tone.CHANGE: underlined,
        Tone.HIGH: reversed_,
        Tone.FRAME: dim,
        Tone.FRAME_LIT: bold,
        Tone.FOUND: underlined,
        Tone.BADGE_RED: reversed_,
        Tone.BADGE_YELLOW: reversed_,
        Tone.BADGE_GREEN: reversed_,
        Tone.BADGE_BLUE: reversed_,
        Tone.BADGE_ROLE: bold,
        Tone.BADGE_OBSERVER: reversed_,
    }


STYLES = {DARK_NAME: _styles(DARK), LIGHT_NAME: _styles(LIGHT), WALL_NAME: _styles(WALL)}
COLOURS = {DARK_NAME: DARK, LIGHT_NAME: LIGHT, WALL_NAME: WALL}


class Paint:
    """Turns tones into styles under one theme; remembers what it mixed.

    Attributes:
        colours: of the theme.
    """

    def __init__(self, styles: dict[Tone, Style], colours: Colours) -> None:
        self.colours = colours
        self._styles = styles
        self._mixed: dict[tuple[Tone, str], Style] = {}

    def style(self, tone: Tone, background: str) -> Style:
        """The style of a tone on a background (#rrggbb); badges keep their own."""
        mixed = self._mixed.get((tone, background))
        if mixed is None:
            mixed = self._mixed[tone, background] = self._mix(self._styles[tone], background)
        return mixed

    def _mix(self, style: Style, background: str) -> Style:
        return Style(bgcolor=background) + style


class ColourlessPaint(Paint):
    """For a terminal that shall get no colours: the row under the cursor is reversed, a resting one underlined."""

    def _mix(self, style: Style, background: str) -> Style:
        if background == self.colours.cursor:
            return style + Style(reverse=True, dim=False)
        return style + Style(underline=True) if background == self.colours.cursor_faded else style


_PAINTS = {
    (name, colourless): ColourlessPaint(_colourless(), COLOURS[name]) if colourless else Paint(styles, COLOURS[name])
    for name, styles in STYLES.items()
    for colourless in (False, True)
}


def paint_for(widget: Widget) -> Paint:
    """The paint of the theme in force; a theme that is not ours gets the dark one."""
    colourless = widget.app.no_color
    return _PAINTS.get((widget.app.theme, colourless), _PAINTS[DARK_NAME, colourless])


def theme_name(wanted: str, *, wall: bool = False) -> str:
    """The theme that a setting names: "light", "dark" or a full name; dark for anything else, on a wall its own."""
    if wanted in ("light", LIGHT_NAME):
        return LIGHT_NAME
    return WALL_NAME if wall else DARK_NAME
