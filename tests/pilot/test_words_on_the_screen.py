"""Header, footer and notices say what is true now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cockpit.engine.conditions import evaluate
from cockpit.model.answers import Fact
from cockpit.model.errors import ConditionError, SourceUnreachable
from cockpit.model.incident import EnvironmentFacts
from cockpit.ui.present.header import header_line, local_clock_line
from cockpit.ui.spans import line, plain
from tests.pilot.support import a_screen
from tests.support.fake_session import KV, a_range

pytestmark = pytest.mark.anyio


async def test_the_footer_says_what_enter_does_on_each_step() -> None:
    async with a_screen() as screen:
        await screen.press("0", "enter")
        await screen.until(lambda: screen.app.main.walking)
        footer = screen.app.main.footer
        await screen.until(lambda: " run " in footer.text, "a read")
        await screen.press("enter")
        await screen.until(lambda: " go on " in footer.text, "a step that is done")
        assert " run " not in footer.text
        await screen.press("j", "j")
        await screen.until(lambda: " tick " in footer.text, "a step by hand")
        await screen.press("j")
        await screen.until(lambda: " ask " in footer.text, "a change")


async def test_a_row_without_a_text_to_copy_says_so() -> None:
    async with a_screen() as screen:
        await screen.press("3", "slash", *"zzz", "enter", "y")
        await screen.until(lambda: "nothing to copy" in screen.app.main.notice.text)


async def test_a_protected_environment_has_a_word_in_the_header_until_it_is_unlocked() -> None:
    facts = EnvironmentFacts("prod", "PROD", True, "", "shop")
    async with a_screen(range_=a_range(facts=facts)) as screen:
        header = screen.app.main.header
        assert "PROD  PROTECTED" in header.text
        road = screen.range.session.road
        assert road is not None
        assert road.policy.unlock("PROD", timedelta(minutes=10)) is None
        screen.app.main.bring_up_bars()
        assert "UNLOCKED 10:00" in header.text
        assert "PROTECTED" not in header.text


def test_the_local_time_is_named_where_it_is_not_utc_and_goes_first() -> None:
    now = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
    local = local_clock_line(now, timezone(timedelta(hours=1), "CET"))
    assert plain(local) == "04:00 CET"
    assert local_clock_line(now, UTC) == ()
    dots = line("dots"), line("d")
    right = [local, line("03:00:00Z"), line("OPERATOR")]
    assert "04:00 CET" in plain(header_line([line("PROD")], dots, right, 60))
    narrow = plain(header_line([line("PROD")], dots, right, 35))
    assert "04:00 CET" not in narrow
    assert "03:00:00Z" in narrow


@pytest.mark.parametrize(
    ("condition", "names", "sentence"),
    [
        ("body.degraded == true", {"body": {"ok": True}}, "the answer has no field body.degraded"),
        ("body.a.b.c > 1", {"body": {"a": {}}}, "the answer has no field body.a.b"),
        ("body.degraded", {"body": None}, "the answer is not JSON, so it has no field body.degraded"),
        ("nope > 1", {"status": 200}, "nothing here is called nope"),
        ("status > 'x'", {"status": 200}, "values that are not of one kind"),
        ("value.rows > 1", {"value": {"count": 1}}, "there is no value.rows"),
    ],
)
def test_a_condition_that_cannot_be_judged_is_a_sentence(condition: str, names: dict[str, Fact], sentence: str) -> None:
    with pytest.raises(ConditionError, match=sentence) as caught:
        evaluate(condition, names)
    assert "overload" not in str(caught.value)


async def test_health_counts_down_to_the_next_try_of_a_lost_source() -> None:
    async with a_screen() as screen:
        screen.range.say(KV, SourceUnreachable("no route"))
        title = screen.app.main.panes.health.title_text
        await screen.until(lambda: "again in" in title(), "the countdown")
        before = title()
        screen.range.clock.advance(1)
        await screen.until(lambda: title() != before, "the count")
