"""Keys, columns, table state, log window, deck and fuzzy search, without a screen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.errors import ConfigError
from cockpit.model.incident import Role
from cockpit.model.logs import Level, LogLine
from cockpit.ui.bindings import REGISTRY, Scope
from cockpit.ui.deck import ALL, places
from cockpit.ui.fuzzy import score
from cockpit.ui.keymap import Keymap, label
from cockpit.ui.present.footer import footer_line, help_lines
from cockpit.ui.spans import line, plain, width
from cockpit.ui.widgets.columns import GAP, Column, share_out, with_room_of_empty
from cockpit.ui.widgets.table_state import Row, TableState
from tests.support.fake_session import START

PANE_SCOPES = (Scope.ACTIVITY, Scope.TABLE, Scope.PANE, Scope.GLOBAL)


def test_ids_are_unique_and_defaults_do_not_clash() -> None:
    assert len({binding.id for binding in REGISTRY}) == len(REGISTRY)
    Keymap(Role.OPERATOR)


def test_every_dangerous_key_is_an_operators_and_a_capital() -> None:
    for binding in REGISTRY:
        if binding.danger:
            assert binding.operator
            assert binding.keys[0].isupper()


def test_a_remapped_key_is_found_and_the_old_one_is_not() -> None:
    keymap = Keymap(Role.OPERATOR, {"pane.zoom": "f, ctrl+z"})
    found = keymap.find("f", PANE_SCOPES)
    assert found is not None
    assert found.id == "pane.zoom"
    assert keymap.find("ctrl+z", PANE_SCOPES) is found
    assert keymap.find("z", PANE_SCOPES) is None


def test_a_clash_names_both_and_an_unknown_id_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"keys\.activity\.cancel and keys\.pane\.zoom are both bound to 'C'"):
        Keymap(Role.OPERATOR, {"pane.zoom": "C"})
    with pytest.raises(ConfigError, match=r"keys\.pane\.zoon names no key binding"):
        Keymap(Role.OPERATOR, {"pane.zoon": "f"})
    Keymap(Role.OPERATOR, {"locks.release": "C"})


def test_an_observer_has_no_writing_key() -> None:
    assert not any(binding.operator for binding in Keymap(Role.OBSERVER).bindings)
    assert Keymap(Role.OBSERVER).find("K", PANE_SCOPES) is None


def test_the_footer_keeps_help_and_quit_however_narrow() -> None:
    bindings = Keymap(Role.OPERATOR).valid(PANE_SCOPES)
    for cells in (20, 40, 80, 200):
        spans = footer_line(bindings, cells)
        assert "? help" in plain(spans)
        assert "q quit" in plain(spans)
        assert width(spans) <= max(cells, 20)
    assert "K terminate" in plain(footer_line(bindings, 120))


def test_help_groups_keys_by_scope() -> None:
    text = "\n".join(plain(spans) for spans in help_lines(Keymap(Role.OPERATOR).valid(PANE_SCOPES)))
    assert "Activity" in text
    assert "j ↓" in text
    assert label(REGISTRY[0], ascii_only=True) == "enter"


@given(st.integers(0, 200), st.lists(st.tuples(st.integers(1, 12), st.integers(0, 30), st.integers(0, 2)), min_size=1))
def test_columns_never_take_more_than_there_is_unless_their_least_does(
    cells: int, shapes: list[tuple[int, int, int]]
) -> None:
    columns = [Column("x", least, most, flex, drop=index) for index, (least, most, flex) in enumerate(shapes)]
    widths = share_out(columns, [most for _, most, _ in shapes], cells)
    used = sum(widths) + GAP * (sum(1 for w in widths if w) - 1)
    assert used <= max(cells, columns[0].least)
    assert widths[0] >= columns[0].least


def rows(*keys: object, heading: object = None) -> list[Row]:
    return [Row(key, (line(str(key)),), heading=key == heading) for key in keys]


def under_cursor(state: TableState) -> object:
    return state.current.key if state.current else None


def test_the_cursor_stays_with_its_row_and_passes_over_headings() -> None:
    state = TableState()
    state.replace(rows("h", "a", "b", "c", heading="h"))
    assert under_cursor(state) == "a"
    state.move(1)
    state.replace(rows("c", "h", "b", "a", heading="h"))
    assert under_cursor(state) == "b"
    state.move(-1)
    assert under_cursor(state) == "c"
    state.move(-1)
    assert under_cursor(state) == "c"


def test_a_row_that_is_gone_leaves_the_cursor_at_its_place() -> None:
    state = TableState()
    state.replace(rows("a", "b", "c"))
    state.to(2)
    state.replace(rows("a", "b"))
    assert under_cursor(state) == "b"
    state.replace([])
    assert under_cursor(state) is None
    assert state.chosen == []


def test_tags_go_with_their_rows_and_with_a_filter() -> None:
    state = TableState()
    state.replace(rows("apple", "pear", "plum"))
    state.toggle_tag()
    state.to(1)
    state.toggle_tag()
    assert state.chosen == ["apple", "pear"]
    state.filter("p")
    assert state.chosen == ["apple", "pear"]
    state.filter("pea")
    assert state.chosen == ["pear"]
    state.replace(rows("apple"))
    assert state.tags == set()
    assert state.total == 1


@given(st.lists(st.lists(st.integers(0, 9), unique=True), min_size=1, max_size=6), st.integers(0, 9))
def test_the_cursor_is_always_on_a_row(refreshes: list[list[int]], start: int) -> None:
    state = TableState()
    for keys in refreshes:
        state.replace(rows(*keys))
        state.to(start)
        assert (state.current is None) == (not keys)


def a_line(number: int, level: Level = Level.INFO, stream: str = "api") -> LogLine:
    return LogLine(stream, f"line {number}", level, START + timedelta(seconds=number))


@given(st.integers(20, 300), st.integers(3, 90), st.sampled_from(ALL), st.booleans())
def test_panes_never_overlap_or_leave_the_deck(cells: int, lines: int, shown: str, zoomed: bool) -> None:
    regions = places(cells, lines, shown, zoomed)
    assert shown in regions
    assert sum(region.area for region in regions.values()) == cells * lines
    for name, region in regions.items():
        assert region.right <= cells
        assert region.bottom <= lines
        assert not any(region.overlaps(other) for key, other in regions.items() if key != name)


def test_fuzzy_search_likes_beginnings_and_whole_words() -> None:
    assert score("zz", "zoom the pane") is None
    zoom, freeze = score("zoom", "zoom the pane"), score("zoom", "read the zoo modestly")
    assert zoom is not None
    assert freeze is not None
    assert zoom > freeze
    assert score("", "anything") == 0


@pytest.mark.parametrize(
    ("cells", "contents", "expected"),
    [
        ([6, 4, 3], ["a long title", "", ""], [12, 0, 3]),
        ([6, 4, 3], ["a long", "", ""], [6, 4, 3]),
        ([6, 4, 3], ["longest", "", "x"], [12, 0, 3]),
        ([6, 4, 3], ["a long title", "x", ""], [6, 4, 3]),
        ([6, 0, 3], ["", "", "a number"], [6, 0, 3]),
    ],
)
def test_a_long_text_takes_the_room_of_empty_columns(
    cells: list[int], contents: list[str], expected: list[int]
) -> None:
    row = [(room, line(text), False) for room, text in zip(cells, contents, strict=True)]
    assert with_room_of_empty(row) == expected


def test_a_number_never_moves_into_another_column() -> None:
    assert with_room_of_empty([(3, line("12345"), True), (4, line(""), False)]) == [3, 4]
