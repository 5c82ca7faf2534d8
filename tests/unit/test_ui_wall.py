from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cockpit.model.health import Verdict
from cockpit.model.incident import Incident
from cockpit.ui.deck import ACTIVITY, HOST, LOCKS, LOGS, SERVICES, TIMELINE, wall_places
from cockpit.ui.present.big import HEIGHT, big, big_cells
from cockpit.ui.present.wall import LINES, WallHead, wall_lines
from cockpit.ui.spans import EMPTY, Span, Tone, line, plain, width
from cockpit.ui.wall import SETTLING, TAKING_TURNS, Front, WallWish, attention

CALM = dict.fromkeys(TAKING_TURNS, 0)
NOW = datetime(2026, 3, 14, 3, 0, 12, tzinfo=UTC)
HEAD = WallHead(line("PROD"), None, None, [Verdict.OK], line("4 ok"), EMPTY, EMPTY, line("●"), NOW)
INCIDENT = Incident("INC-7", "P1", "Checkout is failing", NOW - timedelta(seconds=3725))


@pytest.mark.parametrize("text", ["0123456789:", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "P1", "SEV-1", "?"])
def test_large_letters_are_five_even_lines(text: str) -> None:
    for scale in (1, 2):
        lines = big(text, scale)
        assert len(lines) == HEIGHT
        assert {len(row) for row in lines} == {big_cells(text, scale)}
        assert any("█" in row for row in lines)
        assert set("".join(big(text, scale, ascii_only=True))) <= {"#", " "}
    assert len({big(letter) for letter in text}) == len(text)


def test_what_has_no_letter_is_left_out() -> None:
    assert big("P\x1b1é") == big("P1")


@pytest.mark.parametrize("cells", [84, 100, 120, 160, 250])
@pytest.mark.parametrize("severity", ["P1", "SEV1", "CRITICAL"])
def test_the_head_fills_its_lines_and_leaves_room_for_words(cells: int, severity: str) -> None:
    incident = replace(INCIDENT, severity=severity)
    for head in (HEAD, replace(HEAD, incident=incident, elapsed=3725.0), replace(HEAD, verdicts=[Verdict.CRIT])):
        lines = wall_lines(head, cells)
        assert len(lines) == LINES
        assert all(width(one) <= cells for one in lines), (cells, [width(one) for one in lines])
        assert "PROD" in plain(lines[1])


def test_the_clock_is_the_incidents_while_there_is_one() -> None:
    wide = wall_lines(replace(HEAD, incident=INCIDENT, elapsed=3725.0), 200)
    assert big("1:02:05")[0] in plain(wide[1])
    assert plain(wide[-1]).strip() == "since 01:58Z, now 03:00:12Z"
    assert "INC-7  Checkout is failing" in plain(wide[2])
    assert big("03:00:12")[2] in plain(wall_lines(HEAD, 200)[3])
    assert big("03:00")[2] in plain(wall_lines(HEAD, 100)[3])


@pytest.mark.parametrize(
    ("verdicts", "word"),
    [
        ([Verdict.OK, Verdict.OK], "OK"),
        ([Verdict.OK, Verdict.UNKNOWN], "?"),
        ([Verdict.UNKNOWN, Verdict.WARN], "WARN"),
        ([Verdict.CRIT, Verdict.WARN], "CRIT"),
        ([], "?"),
    ],
)
def test_the_word_is_the_worst_verdict(verdicts: list[Verdict], word: str) -> None:
    assert plain(wall_lines(replace(HEAD, verdicts=verdicts), 250)[1]).lstrip().startswith(big(word)[0].lstrip())


def test_a_title_tells_how_much_attention_a_pane_needs() -> None:
    assert attention((Span("7 running", Tone.OK),), ()) == 0
    assert attention((Span("2 unknown", Tone.UNKNOWN), Span("load", Tone.WARN)), ()) == 2
    assert attention((Span("1 orphaned", Tone.CRIT),), ()) == 3


def test_what_needs_more_comes_at_once_and_what_needs_as_much_waits() -> None:
    front = Front(WallWish())
    assert front.choose(CALM, 100.0)[0] == ACTIVITY
    assert front.choose({**CALM, SERVICES: 3}, 101.0)[:2] == (SERVICES, ACTIVITY)
    assert front.choose({**CALM, SERVICES: 3, LOCKS: 3}, 102.0)[:2] == (SERVICES, LOCKS)
    assert front.choose({**CALM, SERVICES: 3, LOCKS: 3}, 102.0 + SETTLING)[:2] == (LOCKS, SERVICES)
    assert front.choose(CALM, 103.0 + SETTLING)[0] == LOCKS
    assert front.choose(CALM, 103.0 + 2 * SETTLING)[0] == ACTIVITY


def test_panes_take_turns_and_those_in_need_among_themselves() -> None:
    front = Front(WallWish(rotate=10.0))
    calm = [front.choose(CALM, 100.0 + 10.0 * turn)[0] for turn in range(6)]
    assert calm == [LOCKS, SERVICES, LOGS, HOST, ACTIVITY, LOCKS]
    assert front.choose({**CALM, HOST: 2}, 151.0)[0] == HOST
    needed = {**CALM, HOST: 2, SERVICES: 3}
    assert [front.choose(needed, 162.0 + 10.0 * turn)[0] for turn in range(3)] == [SERVICES, HOST, SERVICES]


def test_a_pane_that_stands_elsewhere_is_not_in_front() -> None:
    needs = {name: 0 for name in TAKING_TURNS if name != LOGS}
    front = Front(WallWish(rotate=10.0))
    for turn in range(8):
        assert LOGS not in front.choose(needs, 10.0 * turn)


@pytest.mark.parametrize(("cells", "lines"), [(60, 13), (83, 30), (84, 20), (120, 33), (149, 40), (150, 63), (250, 63)])
def test_the_panes_of_a_wall_fill_it_without_overlap(cells: int, lines: int) -> None:
    found = wall_places(cells, lines, TAKING_TURNS, TIMELINE)
    assert sum(region.area for region in found.values()) == cells * lines
    regions = list(found.values())
    assert not any(a.overlaps(b) for n, a in enumerate(regions) for b in regions[n + 1 :])
    assert found[ACTIVITY].area >= max(region.area for region in regions) * 0.6
