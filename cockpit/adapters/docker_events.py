"""What happens to containers, told by the Engine as it happens."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_json import at, text, whole
from cockpit.adapters.docker_stream import DockerStream
from cockpit.model.services import ServiceEvent

KEPT_EVENTS = 200
"""Events held in memory; older ones are forgotten."""
_LINE_LIMIT = 1_000_000
_SHELL_NOISE = ("exec_create", "exec_start", "exec_die", "exec_detach", "top", "attach", "resize", "copy", "export")
"""What health checks and people looking cause all the time; it changes nothing about a container."""
_GRAVE = frozenset({"oom", "die", "kill"})
_WORDS = {"die": "ended", "oom": "out of memory", "start": "started", "create": "created", "destroy": "removed"}


class DockerEvents:
    """Listens to the Engine's events of containers.

    Args:
        engine: whom to listen to.
        heard: called on the listening thread when something has happened to a container.
        label: listen only to containers with this label, "" for all.
    """

    def __init__(self, engine: DockerEngine, heard: Callable[[], None], *, label: str = "") -> None:
        self._engine = engine
        self._heard = heard
        self._label = label
        self._kept: deque[ServiceEvent] = deque(maxlen=KEPT_EVENTS)
        self._lock = threading.Lock()
        self._pending = b""
        self._stream: DockerStream | None = None
        self._oom: set[str] = set()
        self._touched: set[str] = set()

    @property
    def listening(self) -> bool:
        """False before the first call of `listen`, and when the Engine has hung up."""
        return self._stream is not None and not self._stream.ended

    def listen(self) -> None:
        """Begin, or begin again after the Engine has hung up."""
        if not self.listening:
            filters: dict[str, list[str]] = {"type": ["container"]}
            if self._label:
                filters["label"] = [self._label]
            self._pending = b""
            self._stream = DockerStream(
                self._engine, "/events", {"filters": json.dumps(filters)}, self._take, silence=None
            )

    def kept(self) -> tuple[ServiceEvent, ...]:
        """The last events, oldest first."""
        with self._lock:
            return tuple(self._kept)

    def touched(self) -> set[str]:
        """The containers to which something has happened since this was asked last."""
        with self._lock:
            found, self._touched = self._touched, set()
        return found

    def out_of_memory(self, container: str) -> bool:
        """Whether the kernel was heard to end a process of the container since its last start."""
        with self._lock:
            return container in self._oom

    def close(self) -> None:
        """Stop listening."""
        if self._stream is not None:
            self._stream.close()

    def _take(self, data: bytes) -> None:
        *complete, self._pending = (self._pending + data).split(b"\n")
        if len(self._pending) > _LINE_LIMIT:
            self._pending = b""
        found = [event for line in complete if (event := _event(line)) is not None]
        with self._lock:
            for event in found:
                self._kept.append(event)
                self._touched.add(event.service)
                if event.what == _WORDS["oom"]:
                    self._oom.add(event.service)
                elif event.what in (_WORDS["start"], _WORDS["destroy"]):
                    self._oom.discard(event.service)
        if found:
            self._heard()


def _event(line: bytes) -> ServiceEvent | None:
    """One line of the Engine's answer (API reference, "Monitor events"); None for what is not worth a line."""
    try:
        said: object = json.loads(line)
    except ValueError:
        return None
    action = text(said, "Action")
    word, _, rest = action.partition(": ")
    if not action or word in _SHELL_NOISE:
        return None
    seconds = whole(said, "time")
    attributes = at(said, "Actor", "Attributes")
    return ServiceEvent(
        at=datetime.fromtimestamp(seconds, UTC) if seconds is not None else datetime.now(UTC),
        service=text(said, "Actor", "ID"),
        name=text(attributes, "name"),
        what=f"{word.replace('_', ' ')} {rest}" if rest else _WORDS.get(word, word),
        detail=_detail(word, attributes),
        grave=(word in _GRAVE and not _went_well(word, attributes)) or rest == "unhealthy",
    )


def _went_well(word: str, attributes: object) -> bool:
    return (word == "die" and text(attributes, "exitCode") == "0") or (word == "kill" and _signal(attributes) == "15")


def _signal(attributes: object) -> str:
    return text(attributes, "signal")


def _detail(word: str, attributes: object) -> str:
    if word == "die":
        return f"exit code {text(attributes, 'exitCode')}"
    return f"signal {_signal(attributes)}" if word == "kill" else text(attributes, "image") if word == "create" else ""
