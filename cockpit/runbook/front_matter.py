"""The metadata block at the top of a file, in YAML or TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field

import yaml

from cockpit.model.health import Json
from cockpit.model.text import clean

SIZE_CAP = 32_768
"""Characters of front matter that are read; more is treated as prose."""
_DEPTH_CAP = 12


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stood before the document.

    Attributes:
        body: the document with the metadata replaced by empty lines, so that line numbers stay.
        data: all metadata; scalars are texts.
        line: 1-based line of the opening fence, 0 when there is none.
        notes: why it could not be used, one sentence, else empty.
    """

    body: str
    data: dict[str, Json] = field(default_factory=dict)
    line: int = 0
    notes: tuple[str, ...] = ()


class _PlainLoader(yaml.BaseLoader):
    """Scalars stay texts; aliases are refused, because they let a small file grow without bound."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def split(text: str) -> FrontMatter:
    """Separate the metadata from the document; unusable metadata gives a note and no data."""
    lines = text.split("\n")
    marker = lines[0].rstrip() if lines else ""
    if marker not in ("---", "+++"):
        return FrontMatter(text)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == marker), 0)
    inner = "\n".join(lines[1:end])
    if not end or len(inner) > SIZE_CAP:
        return FrontMatter(text)
    body = "\n" * (end + 1) + "\n".join(lines[end + 1 :])
    try:
        raw: object = _yaml(inner) if marker == "---" else tomllib.loads(inner)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError) as error:
        return FrontMatter(body, line=1, notes=(f"The front matter cannot be read: {clean(str(error), 200)}.",))
    data = _json(raw, _DEPTH_CAP)
    if not isinstance(data, dict):
        # A thematic break opens many documents; what follows it is text, not metadata.
        return FrontMatter(text if marker == "---" else body)
    return FrontMatter(body, data, 1)


def _yaml(text: str) -> object:
    raw: object = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  a BaseLoader: it only makes texts, lists and maps
    return raw


def _json(value: object, depth: int) -> Json:
    if depth == 0:
        return None
    if isinstance(value, dict):
        return {clean(str(key), 200): _json(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item, depth - 1) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return clean(str(value))
