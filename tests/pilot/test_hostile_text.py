"""Outside text is plain text, in every pane: the adapters clean it, and the screen never reads it as markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cockpit.model.locks import AgeBasis, CronLock, LocksSnapshot, LockState
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.text import clean
from tests.pilot.support import a_screen
from tests.support.fake_session import (
    API_LOG,
    HOST,
    KV,
    MAIN,
    SHOP,
    START,
    a_backend,
    a_range,
    an_activity,
    the_host,
    the_services,
)

pytestmark = pytest.mark.anyio

HOSTILE = [
    "\x1b]52;c;ZXZpbA==\x07 osc",
    "[@click=app.exit]press[/]",
    "[/nope]",
    "arr[0] [ERROR] [red] done",
    "\u202egnihton\u202c rtl",
    "nul\x00 c1 \x9b31m",
    "x" * 1_000_000,
    "全角の行" * 40,
    "$(rm -r /) `id`",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
async def test_every_pane_shows_it_as_it_is(text: str) -> None:
    safe = clean(text)
    backend = a_backend(1, application=safe, query=safe, user=safe, transaction_age=100.0)
    service = replace(the_services().services[0], name=safe, image=safe, state=safe)
    process = replace(the_host().top[0], name=safe, command=safe)
    answers = {
        MAIN: replace(an_activity(), backends=(backend,)),
        KV: LocksSnapshot((CronLock(safe, LockState.HELD, b"x", safe, 1.0, 1.0, AgeBasis.TTL),)),
        SHOP: replace(the_services(), services=(service,)),
        API_LOG: LogBatch((LogLine("api", safe, Level.ERROR, START - timedelta(seconds=1)),)),
        HOST: replace(the_host(), top=(process,), hostname=safe),
    }
    async with a_screen(range_=a_range(answers=answers)) as screen:
        await screen.press("colon", *"note x", "enter")
        for number in "1234567":
            await screen.press(number, "z")
            shown = screen.text
            assert not any(character in shown for character in "\x1b\x07\x00\x9b\u202e")
            await screen.press("enter", "escape", "z")
        await screen.press("3", "z")
        assert safe.replace("\u202c", "")[:6] in screen.text
        await screen.press("z", "slash", *"[/x]", "enter", "escape")
        assert screen.app.is_running
        assert screen.app.failure is None


async def test_a_hostile_error_is_shown_as_text() -> None:
    from cockpit.model.errors import SourceUnreachable

    async with a_screen() as screen:
        screen.range.say(KV, SourceUnreachable(clean("[/nope] [@click=app.exit]x[/] \x1b[31m")))
        pane = screen.app.main.panes.locks
        await screen.until(lambda: "[/nope]" in str(pane.body.border_subtitle))
        screen.app.main.say("[/nope] [@click=app.exit]x[/]")
        await screen.until_text("[/nope] [@click=app.exit]x[/]")
