"""Fuzzy matching for the palette."""

from __future__ import annotations


def score(needle: str, text: str) -> int | None:
    """How well the letters of the needle appear in order in the text; higher is better, None when they do not."""
    wanted, folded = needle.casefold().replace(" ", ""), text.casefold()
    if not wanted:
        return 0
    position, points, last = 0, 0, -2
    for letter in wanted:
        found = folded.find(letter, position)
        if found < 0:
            return None
        starts_word = found == 0 or not folded[found - 1].isalnum()
        points += (8 if found == last + 1 else 0) + (5 if starts_word else 0) + 1
        last, position = found, found + 1
    whole = needle.casefold()
    return points + (40 if folded.startswith(whole) else 20 if whole in folded else 0) - len(folded) // 10
