"""Frames as bytes and back: JSON of a known version, masked, compressed, bounded."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import msgspec

from cockpit.engine.share.strings import through
from cockpit.engine.share.values import TYPES, inward, name_of, outward
from cockpit.model.errors import SourceGarbled
from cockpit.model.health import HealthSnapshot
from cockpit.model.masking import Masker
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.model.share import Frame, Scene
from cockpit.model.text import clean, clean_block

VERSION = 1
"""Of the format; a frame of another one is not read."""
MOST_BYTES = 8_000_000
"""Bytes of a frame's JSON that are read."""
TOO_LARGE = "it is too large to be shared"
_T = TypeVar("_T")


class _Reading(msgspec.Struct, frozen=True, omit_defaults=True):
    kind: str
    name: str
    state: str
    type: str = ""
    value: msgspec.Raw = msgspec.Raw(b"null")
    taken_at: datetime | None = None
    latency: float | None = None
    error: str | None = None
    failures: int = 0
    next_try: datetime | None = None
    restarted_at: datetime | None = None


class _Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    v: int
    at: datetime
    whole: bool
    readings: list[msgspec.Raw] = []
    health: HealthSnapshot | None = None
    scene: Scene | None = None


class Encoder:
    """Turns frames into bytes; a reading that did not change is masked and written once.

    Args:
        masker: hides secrets and personal data, as on an observer's screen.
        most: bytes of a frame that are shared, compressed.
    """

    def __init__(self, masker: Masker, most: int) -> None:
        self._masker = masker
        self._most = most
        self._written: dict[SourceId, tuple[Reading[object], bytes]] = {}

    def encode(self, frame: Frame) -> bytes:
        """The frame as bytes; where it is too large, the largest readings go without their values."""
        readings = {reading.source: self._reading(reading) for reading in frame.readings}
        packed = self._packed(frame, readings.values())
        for source in sorted(readings, key=lambda one: -len(readings[one])):
            if len(packed) <= self._most:
                break
            bare = next(reading for reading in frame.readings if reading.source == source)
            readings[source] = self._wire(bare, None, TOO_LARGE)
            packed = self._packed(frame, readings.values())
        return packed

    def _packed(self, frame: Frame, readings: Iterable[bytes]) -> bytes:
        raw = [msgspec.Raw(one) for one in readings]
        health, scene = self._masked(frame.health), self._masked(frame.scene)
        return zlib.compress(msgspec.json.encode(_Frame(VERSION, frame.at, frame.whole, raw, health, scene)))

    def _masked(self, value: _T) -> _T:
        return through(value, self._masker.everything, self._masker.query)

    def _reading(self, reading: Reading[object]) -> bytes:
        known = self._written.get(reading.source)
        if known is None or known[0] is not reading:
            known = (reading, self._wire(reading, self._masked(outward(reading.value)), reading.error))
            self._written[reading.source] = known
        return known[1]

    def _wire(self, reading: Reading[object], value: object, error: str | None) -> bytes:
        name, hide = name_of(value), self._masker.everything
        wire = _Reading(
            reading.source.kind.value,
            hide(reading.source.name),
            reading.state.value,
            name,
            msgspec.Raw(msgspec.json.encode(value) if name else b"null"),
            reading.taken_at,
            reading.latency,
            None if error is None else hide(error),
            reading.failures,
            reading.next_try,
            reading.restarted_at,
        )
        return msgspec.json.encode(wire)


def decode(data: bytes) -> Frame:
    """A frame from bytes, every text in it cleaned; a reading that makes no sense is left out.

    Raises:
        SourceGarbled: when it is no frame, or one of another version.
    """
    try:
        wire = msgspec.json.decode(_unpacked(data), type=_Frame)
    except (msgspec.MsgspecError, zlib.error, ValueError, RecursionError) as error:
        raise SourceGarbled("what the share holds is no frame", "let all cockpits be of one version") from error
    if wire.v != VERSION:
        raise SourceGarbled(f"the share holds frames of version {wire.v}", "let all cockpits be of one version")
    read = [reading for raw in wire.readings if (reading := _read(raw)) is not None]
    health, scene = (through(one, _cleaned, _cleaned) for one in (wire.health, wire.scene))
    return Frame(wire.at, wire.whole, tuple(read), health, scene)  # type: ignore[arg-type]


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(data, MOST_BYTES)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError("it is too large or cut off")
    return text


def _read(raw: msgspec.Raw) -> Reading[object] | None:
    try:
        wire = msgspec.json.decode(raw, type=_Reading)
        kind = TYPES.get(wire.type)
        value = msgspec.json.decode(wire.value, type=kind) if kind is not None else None
        source = SourceId(SourceKind(wire.kind), clean(wire.name, 300))
        return Reading(
            source,
            ReadingState(wire.state),
            inward(through(value, _cleaned, _cleaned)),
            wire.taken_at,
            wire.latency,
            None if wire.error is None else clean(wire.error, 1_000),
            wire.failures,
            wire.next_try,
            restarted_at=wire.restarted_at,
        )
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _cleaned(text: str) -> str:
    return clean_block(text) if "\n" in text else clean(text)
