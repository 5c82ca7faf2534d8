"""Which containers were made anew lately, and from which image: a deployment as the Docker Engine sees it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from docker import APIClient

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_json import items, text, whole
from cockpit.adapters.plain_source import PlainSource
from cockpit.model.changes import Change, ChangesSnapshot, newest_first
from cockpit.model.readings import SourceId

MOST = 60
_SHORT = 12
"""Digits of a digest that are shown, as the docker program does."""


class ContainerChanges(PlainSource):
    """Fulfils `Source[ChangesSnapshot]`; nothing but one GET request.

    The creation of each running container is a change; so is another image under the same name, which is noticed
    while the cockpit looks.

    Args:
        source: its id.
        engine: whom to ask; closed with this source.
        now: tells the UTC time.
    """

    def __init__(self, source: SourceId, engine: DockerEngine, now: Callable[[], datetime]) -> None:
        super().__init__(source)
        self._engine = engine
        self._now = now
        self._images: dict[str, str] = {}
        self._noticed: deque[Change] = deque(maxlen=MOST)

    async def fetch(self) -> ChangesSnapshot:
        """When the running containers were made, and changes of image that were noticed.

        Raises:
            SourceError: when the Engine cannot be asked.
        """
        listed: list[object] = await self._engine.call(_running)
        for container in listed:
            self._notice(container)
        changes = [change for container in listed if (change := _made(container)) is not None]
        return ChangesSnapshot(newest_first([*changes, *self._noticed], MOST), str(self._engine.id))

    async def whole(self, change: Change) -> Sequence[str]:
        """Nothing but the facts, which the change has already."""
        return ()

    async def close(self) -> None:
        """Let go of the Engine."""
        self._engine.close()

    def _notice(self, container: object) -> None:
        name, image = _name(container), text(container, "ImageID")
        before = self._images.get(name)
        self._images[name] = image
        if before is not None and before != image:
            now = self._now()
            what = f"{name} has another image: {_short(before)} → {_short(image)}"
            facts = (("before", before), ("now", image), ("image", text(container, "Image")))
            self._noticed.append(Change(f"{name} {image} {now.isoformat()}", now, "image", what, "", facts))


def _running(client: APIClient) -> list[object]:
    return list(client.containers())


def _made(container: object) -> Change | None:
    created = whole(container, "Created")
    if created is None:
        return None
    name, image, digest = _name(container), text(container, "Image"), text(container, "ImageID")
    facts = (("image", image), ("digest", digest), ("container", text(container, "Id")[:_SHORT]))
    what = f"{name} made from {image} ({_short(digest)})"
    return Change(text(container, "Id"), datetime.fromtimestamp(created, UTC), "container", what, "", facts)


def _name(container: object) -> str:
    names = items(container, "Names")
    return text({"name": names[0]}, "name").removeprefix("/") if names else text(container, "Id")[:_SHORT]


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:_SHORT]
