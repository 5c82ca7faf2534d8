"""Tables of words written as text, which is how a person can read and extend them."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text, whatever space is between them."""
    return frozenset(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text, separated by semicolons; a phrase may go on in the next line."""
    return tuple(" ".join(phrase.split()) for phrase in text.split(";") if phrase.strip())
