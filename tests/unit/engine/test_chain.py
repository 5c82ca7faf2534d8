"""The hash chain finds every way of changing what is written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.chain import GENESIS, START, Head, Link, canonical, entry_hash, forged, verify_chain
from cockpit.model.health import Json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("at", "actor", "incident", "kind", "payload", "previous", "hash")


def chain(length: int) -> list[Link]:
    links: list[Link] = []
    for number in range(1, length + 1):
        previous = links[-1].hash if links else GENESIS
        links.append(
            forged(number, "2026-03-14T03:00:00+00:00", "ada@laptop", "", "note", f'{{"n":{number}}}', previous)
        )
    return links


def head_of(links: list[Link]) -> Head:
    return Head(len(links), links[-1].hash, len(links)) if links else START


@pytest.mark.parametrize("length", [0, 1, 5])
def test_an_untouched_chain_holds(length: int) -> None:
    links = chain(length)
    found = verify_chain(links, head_of(links))
    assert (found.intact, found.entries, found.problem) == (True, length, "")


def test_an_empty_journal_needs_no_head() -> None:
    assert verify_chain([], None).intact


def test_a_database_ahead_of_its_head_holds() -> None:
    links = chain(5)
    assert verify_chain(links, head_of(links[:3])).intact


@given(place=st.integers(0, 4), field=st.sampled_from(FIELDS), other=st.text(min_size=1))
def test_any_edit_is_found(place: int, field: str, other: str) -> None:
    links = chain(5)
    if getattr(links[place], field) == other:
        return
    links[place] = replace(links[place], **{field: other})  # type: ignore[arg-type]
    assert not verify_chain(links, head_of(chain(5))).intact


@given(st.integers(0, 4))
def test_an_edit_with_a_new_hash_is_found(place: int) -> None:
    links = chain(5)
    old = links[place]
    links[place] = forged(old.sequence, old.at, "eve@laptop", "", "note", old.payload, old.previous)
    assert not verify_chain(links, head_of(chain(5))).intact


@given(st.integers(0, 4))
def test_a_removed_entry_is_found(place: int) -> None:
    links = chain(5)
    head = head_of(links)
    del links[place]
    assert not verify_chain(links, head).intact


@given(st.permutations(range(5)))
def test_another_order_is_found(order: list[int]) -> None:
    links = chain(5)
    moved = [links[index] for index in order]
    assert verify_chain(moved, head_of(links)).intact == (order == sorted(order))


def test_a_chain_made_anew_from_an_entry_on_is_found() -> None:
    links, head = chain(5), head_of(chain(5))
    for index in range(2, 5):
        old = links[index]
        links[index] = forged(old.sequence, old.at, "eve@laptop", "", "note", "{}", links[index - 1].hash)
    found = verify_chain(links, head)
    assert not found.intact
    assert "rewritten" in found.problem


def test_a_cut_tail_is_named() -> None:
    links = chain(5)
    assert "knows 5 entries and 3 are left" in verify_chain(links[:3], head_of(links)).problem


def test_a_missing_head_is_named() -> None:
    assert "head record is missing" in verify_chain(chain(2), None).problem


@pytest.mark.parametrize("head", [Head(2, chain(2)[1].hash, 3), Head(-1, GENESIS, -1)])
def test_a_head_that_contradicts_itself_is_named(head: Head) -> None:
    assert "contradicts" in verify_chain(chain(2), head).problem


def test_the_start_record_cannot_be_forged() -> None:
    assert not verify_chain(chain(2), Head(0, "1" * 64, 0)).intact


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_the_same_payload_is_always_written_the_same_way(payload: dict[str, Json]) -> None:
    turned = dict(reversed(list(payload.items())))
    assert canonical(payload) == canonical(turned)
    assert canonical(payload).isascii()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_json_cannot_say_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"n": number})


def test_fields_cannot_run_into_each_other() -> None:
    one = entry_hash(1, "t", "ab", "c", "note", "{}", GENESIS)
    assert one != entry_hash(1, "t", "a", "bc", "note", "{}", GENESIS)
