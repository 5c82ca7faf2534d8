from __future__ import annotations

import pytest

from cockpit.model.wording import count, short_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.034, "34ms"),
        (3.21, "3.2s"),
        (51.9, "51s"),
        (300, "5m"),
        (725, "12m05s"),
        (7980, "2h13m"),
        (7200, "2h"),
        (273_600, "3d04h"),
        (-5, "-5.0s"),
    ],
)
def test_durations_as_people_say_them(seconds: float, text: str) -> None:
    assert short_duration(seconds) == text


def test_counts() -> None:
    assert [count(0, "key"), count(1, "key"), count(1204, "key")] == ["0 keys", "1 key", "1,204 keys"]
    assert count(2, "entry", "entries") == "2 entries"
