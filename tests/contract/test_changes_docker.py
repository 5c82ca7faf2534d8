"""Containers made anew, on a real Docker Engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cockpit.adapters.changes_docker import ContainerChanges
from cockpit.adapters.docker_engine import DockerEngine
from cockpit.model.readings import SourceId, SourceKind
from tests.support.docker import Containers, client_or_skip, ensure_image

pytestmark = [pytest.mark.anyio, pytest.mark.docker, pytest.mark.xdist_group("docker")]
HERE = SourceId(SourceKind.CHANGES, "images")


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_container_made_now_is_the_newest_change() -> None:
    client = client_or_skip()
    ensure_image(client)
    containers = Containers(client)
    source = ContainerChanges(HERE, DockerEngine("host1", timeout=20), now)
    try:
        name = containers.start("api", "sleep 60")
        found = await source.fetch()
        change = next(change for change in found.changes if name in change.what)
        assert change.kind == "container"
        assert now() - change.at < timedelta(minutes=5)
        assert dict(change.facts)["digest"].startswith("sha256:")
        assert (source.id, source.server) == (HERE, None)
        assert list(await source.whole(change)) == []
    finally:
        containers.remove_all()
        client.close()
        await source.close()


class Listed(DockerEngine):
    """FAKE: lists what it is told."""

    listed: list[object]

    async def call(self, what: object, deadline: float | None = None) -> list[object]:  # type: ignore[override]
        return self.listed


def container(image: str, **more: object) -> dict[str, object]:
    names = {"Names": ["/api"], "Id": f"id-{image}", "Created": 1_773_457_200, "Image": "shop:latest"}
    return {**names, "ImageID": f"sha256:{image}", **more}


async def test_another_image_under_the_same_name_is_noticed() -> None:
    engine = Listed("host1")
    source = ContainerChanges(HERE, engine, lambda: datetime(2026, 3, 14, 3, 30, tzinfo=UTC))
    engine.listed = [container("aaaaaaaaaaaaaaaa")]
    assert [change.kind for change in (await source.fetch()).changes] == ["container"]
    engine.listed = [container("bbbbbbbbbbbbbbbb", Names=["/api"]), {"Id": "nameless", "ImageID": "sha256:c"}]
    newest, *rest = (await source.fetch()).changes
    assert newest.what == "api has another image: aaaaaaaaaaaa → bbbbbbbbbbbb"
    assert (newest.kind, newest.at.minute) == ("image", 30)
    assert [change.kind for change in rest] == ["container"]
    await source.close()
