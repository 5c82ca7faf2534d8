"""What several contract tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from cockpit.adapters.docker_engine import DockerEngine
from tests.support.docker import Containers, client_or_skip, ensure_image


@pytest.fixture
def containers() -> Iterator[Containers]:
    """Makes containers on the real Docker Engine; they are gone when the test is."""
    client = client_or_skip()
    ensure_image(client)
    made = Containers(client)
    yield made
    made.remove_all()
    client.close()


@pytest.fixture
async def engine(containers: Containers) -> AsyncIterator[DockerEngine]:
    """The Engine itself."""
    made = DockerEngine("host1", timeout=20)
    yield made
    made.close()
