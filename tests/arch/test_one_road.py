"""Nothing changes a system but the one road."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import cockpit

HOUSE = Path(cockpit.__file__).parent


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path.relative_to(HOUSE).as_posix(), node


def name_of(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def test_only_the_policy_makes_permits() -> None:
    assert {place for place, call in calls() if name_of(call) == "Permit"} == {"engine/policy.py"}


def test_only_the_road_hands_a_permit_to_an_executor() -> None:
    with_permit = {
        place
        for place, call in calls()
        if name_of(call) == "execute"
        and any(isinstance(argument, ast.Name) and argument.id == "permit" for argument in call.args)
    }
    assert with_permit == {"engine/road.py"}


def test_only_the_wiring_builds_a_road() -> None:
    places = {place for place, call in calls() if name_of(call) == "Road"}
    assert all(place.startswith("wiring/") for place in places)
    assert places


def test_the_screen_reaches_a_change_only_through_the_road() -> None:
    forbidden = {"execute", "permit"}
    found = {
        (place, name_of(call)) for place, call in calls() if place.startswith("ui/") and name_of(call) in forbidden
    }
    assert found == set()
