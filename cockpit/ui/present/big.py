"""Words and times in letters five lines high, for those who look from the other end of the room."""

from __future__ import annotations

HEIGHT = 5
"""Lines of a letter."""
_BLOCK, _PLAIN = "█", "#"

_DOTS: dict[str, str] = {
    "0": "### #.# #.# #.# ###",
    "1": ".#. ##. .#. .#. ###",
    "2": "### ..# ### #.. ###",
    "3": "### ..# ### ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# ..# ..#",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    ":": ". # . # .",
    "-": "... ... ### ... ...",
    "?": "### ..# .## ... .#.",
    " ": ". . . . .",
    "A": ".#. #.# ### #.# #.#",
    "B": "##. #.# ##. #.# ##.",
    "C": ".## #.. #.. #.. .##",
    "D": "##. #.# #.# #.# ##.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": ".## #.. #.# #.# .##",
    "H": "#.# #.# ### #.# #.#",
    "I": "### .#. .#. .#. ###",
    "J": "..# ..# ..# #.# .#.",
    "K": "#.# #.# ##. #.# #.#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#..# ##.# #.## #..# #..#",
    "O": "### #.# #.# #.# ###",
    "P": "### #.# ### #.. #..",
    "Q": "### #.# #.# ### ..#",
    "R": "##. #.# ##. #.# #.#",
    "S": ".## #.. .#. ..# ##.",
    "T": "### .#. .#. .#. .#.",
    "U": "#.# #.# #.# #.# ###",
    "V": "#.# #.# #.# #.# .#.",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "### ..# .#. #.. ###",
}
"""Each letter's lines from top to bottom."""


def big(text: str, scale: int = 2, *, ascii_only: bool = False) -> tuple[str, ...]:
    """A text in large letters; what has none is left out.

    Args:
        text: digits, letters, colons.
        scale: cells of one dot; two make it about square.
        ascii_only: True draws with `#`.

    Returns:
        HEIGHT lines of the same width.
    """
    block = (_PLAIN if ascii_only else _BLOCK) * scale
    letters = [_DOTS[letter].split() for letter in text.upper() if letter in _DOTS]
    gap = " " * scale
    return tuple(
        gap.join(letter[row].replace("#", block).replace(".", gap) for letter in letters) for row in range(HEIGHT)
    )


def big_cells(text: str, scale: int = 2) -> int:
    """Cells that a text in large letters takes."""
    return len(big(text, scale)[0])
