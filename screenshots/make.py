"""Make the pictures of this folder from the real sandbox: `python screenshots/make.py [NAME...]`.

Each picture is the screen of a real session on a real range, driven by keys, as SVG, and as PNG where Pillow and
the font DejaVu Sans Mono are installed.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len
from rich.style import Style
from textual.pilot import Pilot

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cockpit.config.load import load
from cockpit.model.health import Verdict
from cockpit.model.incident import Role
from cockpit.sandbox.launch import start_range_process
from cockpit.ui.app import CockpitApp
from cockpit.wiring import session
from cockpit.wiring.demo import FACTS
from cockpit.wiring.shipped import shipped_runbooks

HERE = Path(__file__).resolve().parent
PATIENCE = 60.0
ACTOR = "ada@laptop"
"""Who sits at the screen in the pictures, instead of who makes them."""
SETTLED = 6.0
"""Seconds of life on the screen before a picture: enough for trends and logs to show something."""

_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_FAMILY = re.compile(r"font-family:[^;]*;")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file name, the fault, who looks, and the keys that lead to it."""

    name: str
    scenario: str
    role: Role
    walk: Callable[[Pilot[int]], Awaitable[None]]
    size: tuple[int, int] = (150, 44)


def screen_text(app: CockpitApp) -> str:
    """What stands on the screen, as text."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()  # noqa: SLF001  the same lines that the terminal gets
    return "\n".join(strip.text[:width] for strip in lines[:height])


async def wait_for(pilot: Pilot[int], words: str) -> None:
    """Wait until words stand on the screen."""
    app = pilot.app
    assert isinstance(app, CockpitApp)
    end = asyncio.get_running_loop().time() + PATIENCE
    while words not in screen_text(app):
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError(f"{words!r} did not appear:\n{screen_text(app)}")
        await asyncio.sleep(0.05)


async def open_runbook(pilot: Pilot[int]) -> None:
    """Open the runbook that is suggested."""
    await wait_for(pilot, "matches")
    await pilot.press("0", "enter")
    await wait_for(pilot, "Step 1 of")


async def overview(pilot: Pilot[int]) -> None:
    """The suggested runbook is open, its first steps have been read."""
    await open_runbook(pilot)
    await pilot.press("enter")
    await wait_for(pilot, "done")
    await pilot.press("j", "enter")
    await wait_for(pilot, "worker-")


async def confirmation(pilot: Pilot[int]) -> None:
    """The step that releases the lock asks."""
    await open_runbook(pilot)
    await pilot.press("j", "j", "j", "j", "j", "enter")
    await wait_for(pilot, "will delete 1 key")


async def observer(pilot: Pilot[int]) -> None:
    """The same incident on a shared screen."""
    await open_runbook(pilot)


async def activity(pilot: Pilot[int]) -> None:
    """Who blocks whom, zoomed."""
    await wait_for(pilot, "matches")
    await pilot.press("2")
    await pilot.press("z")
    await pilot.press("v", "v", "v")
    await wait_for(pilot, "└")


PICTURES = (
    Picture("overview", "cron-stuck", Role.OPERATOR, overview),
    Picture("confirmation", "cron-stuck", Role.OPERATOR, confirmation),
    Picture("observer", "cron-stuck", Role.OBSERVER, observer),
    Picture("activity", "db-connections", Role.OPERATOR, activity, (150, 36)),
)


async def take(picture: Picture) -> str:
    """The picture as SVG, without links to fonts elsewhere."""
    running, info = await asyncio.to_thread(start_range_process, picture.scenario, shipped_runbooks())
    try:
        loaded = load(Path(info.config))
        app = CockpitApp(lambda: session.open_session(loaded, None, picture.role), FACTS, picture.role)
        async with app.run_test(size=picture.size, notifications=True) as pilot:
            await wait_for(pilot, "crit")
            assert app.session is not None
            assert app.session.board.health.worst is Verdict.CRIT
            await asyncio.sleep(SETTLED)
            await picture.walk(pilot)
            await asyncio.sleep(1.0)
            svg = app.export_screenshot(title="cockpit", simplify=True)
            draw_png(app, HERE / f"{picture.name}.png")
    finally:
        await asyncio.to_thread(running.stop)
    return _FAMILY.sub("font-family: DejaVu Sans Mono, Menlo, Consolas, monospace;", _FONTS.sub("", svg))


def draw_png(app: CockpitApp, path: Path) -> None:
    """Draw the screen cell by cell as PNG, where Pillow and a monospace font are installed."""
    try:
        from PIL import Image, ImageDraw, ImageFont

        plain, bold = (ImageFont.truetype(f"DejaVuSansMono{weight}.ttf", 15) for weight in ("", "-Bold"))
    except (ImportError, OSError):
        print(f"Pillow or the font DejaVu Sans Mono is not there, so {path.name} was not drawn")  # noqa: T201
        return
    wide, high = round(plain.getlength("M")), 19
    columns, rows = app.size
    image = Image.new("RGB", (columns * wide, rows * high), "#0f141b")
    pen = ImageDraw.Draw(image)
    for row, strip in enumerate(app.screen._compositor.render_strips()):  # noqa: SLF001  as the terminal gets them
        column = 0
        for text, style, _ in strip:
            ink, paper = colours(style)
            for character in text:
                cells = cell_len(character)
                left, top = column * wide, row * high
                pen.rectangle((left, top, left + cells * wide - 1, top + high - 1), fill=paper)
                if character.strip():
                    pen.text((left, top + 1), character, fill=ink, font=bold if style and style.bold else plain)
                column += cells
    image.save(path, optimize=True)


def colours(style: Style | None) -> tuple[str, str]:
    """Ink and paper of a style as #rrggbb."""
    ink = style.color.get_truecolor().hex if style and style.color else "#d4d4d4"
    paper = style.bgcolor.get_truecolor().hex if style and style.bgcolor else "#0f141b"
    return (paper, ink) if style and style.reverse else (ink, paper)


def main(names: list[str]) -> None:
    """Make the named pictures, or all of them."""
    session.actor = lambda: ACTOR
    for picture in PICTURES:
        if names and picture.name not in names:
            continue
        svg = asyncio.run(take(picture))
        (HERE / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
        print(f"made {picture.name}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
