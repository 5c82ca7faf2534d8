"""What every source says when it is asked once: does it answer, which version, which rights are missing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cockpit.adapters.clock import SystemClock
from cockpit.config.load import Loaded
from cockpit.engine.board import Board
from cockpit.engine.roots import Place, look_at
from cockpit.model.activity import ActivitySnapshot
from cockpit.model.changes import ChangesSnapshot
from cockpit.model.health import HttpSample, Json
from cockpit.model.incident import Role
from cockpit.model.locks import AdvisorySnapshot, LocksSnapshot
from cockpit.model.masking import Masker
from cockpit.model.readings import Reading, ReadingState
from cockpit.model.services import ServicesSnapshot
from cockpit.model.text import clean
from cockpit.model.wording import count
from cockpit.wiring.parts import Parts
from cockpit.wiring.places import library_folders
from cockpit.wiring.sources import add_sources


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one source said.

    Attributes:
        source: its kind and name.
        reachable: whether it answered.
        version: what runs there, "" when it does not say.
        remarks: what it holds, why it did not answer, or which right is missing and how to grant it.
        lacking: True when a right is missing.
    """

    source: str
    reachable: bool
    version: str
    remarks: str
    lacking: bool = False

    @property
    def well(self) -> bool:
        """Whether nothing needs to be done about it."""
        return self.reachable and not self.lacking

    def as_row(self) -> tuple[str, str, str, str]:
        """Cells for a table: source, state, version, remarks."""
        state = "ok" if self.well else "lacks rights" if self.reachable else "no answer"
        return self.source, state, self.version, self.remarks

    def as_json(self) -> Json:
        """The same as JSON."""
        return {
            "source": self.source,
            "reachable": self.reachable,
            "version": self.version,
            "remarks": self.remarks,
            "lacking": self.lacking,
        }


async def examine(loaded: Loaded, name: str, role: Role) -> list[Diagnosis]:
    """Read every source once and say what came of it; changes nothing.

    Args:
        loaded: the configuration.
        name: the environment.
        role: whose credentials to use.

    Raises:
        ConfigError: when the environment cannot be built.
    """
    _, environment = loaded.environment(name)
    parts, board = Parts(role, SystemClock()), Board()
    add_sources(parts, environment, loaded.folder)
    pollers = [make(board.publish) for make in parts.pollers]
    try:
        readings = await asyncio.gather(*(poller.once() for poller in pollers))
    finally:
        await asyncio.gather(*(poller.stop() for poller in pollers))
        for close in parts.closers:
            await close()
    masker = Masker(parts.secrets)
    places = [look_at(folder) for folder in library_folders(loaded, environment)] if environment.runbooks else []
    return [*(_diagnosis(reading, masker) for reading in readings), *(_place(place) for place in places)]


def _place(place: Place) -> Diagnosis:
    """What was found where the configuration says that runbooks lie."""
    version = clean(str(place.checkout)) if place.checkout else ""
    remarks = f"{place.trouble}; correct `runbooks` in the configuration" if place.trouble else ""
    return Diagnosis(
        f"runbooks {clean(str(place.path))}", not place.trouble, version, remarks or count(len(place.files), "file")
    )


def _diagnosis(reading: Reading[object], masker: Masker) -> Diagnosis:
    source = str(reading.source)
    if reading.state is not ReadingState.FRESH:
        return Diagnosis(source, False, "", masker.secrets(reading.error or "it did not answer."))
    match reading.value:
        case ActivitySnapshot() as activity:
            version = f"PostgreSQL {activity.server_version // 10_000}.{activity.server_version % 10_000}"
            used = f"{activity.connections} of {activity.max_connections} connections"
            return Diagnosis(source, True, version, activity.hidden or used, bool(activity.hidden))
        case LocksSnapshot() as locks:
            version = locks.figures.version if locks.figures else ""
            remarks = "; ".join(locks.notes) or count(len(locks.locks), "lock")
            return Diagnosis(source, True, version, remarks, bool(locks.notes))
        case AdvisorySnapshot() as advisory:
            return Diagnosis(source, True, "", count(len(advisory.locks), "advisory lock"))
        case ServicesSnapshot() as services:
            return Diagnosis(source, True, services.engine, count(len(services.services), "service"))
        case ChangesSnapshot() as told:
            return Diagnosis(source, True, told.origin, _changes_words(told))
        case HttpSample() as sample:
            return Diagnosis(source, True, dict(sample.headers).get("server", ""), f"status {sample.status}")
        case _:
            return Diagnosis(source, True, "", "")


def _changes_words(told: ChangesSnapshot) -> str:
    newest = f", the newest {told.changes[0].at:%Y-%m-%d %H:%M}Z" if told.changes else ""
    return f"{count(len(told.changes), 'change')}{newest}"
