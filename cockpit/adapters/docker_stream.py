"""An answer of the Docker Engine that does not end by itself: statistics and followed logs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping

import requests
import urllib3
from docker.errors import DockerException
from docker.types import CancellableStream

from cockpit.adapters.docker_engine import DockerEngine, translated

_CONNECT_TIMEOUT = 5.0


class DockerStream:
    """Reads one endless answer on a daemon thread until it ends or is closed.

    Args:
        engine: where to ask.
        path: below the API's version, for example "/containers/ID/stats".
        parameters: of the query.
        on_data: called on the thread with each piece as it arrives.
        silence: seconds without any data after which the line counts as broken; None for no limit.
    """

    def __init__(
        self,
        engine: DockerEngine,
        path: str,
        parameters: Mapping[str, str],
        on_data: Callable[[bytes], None],
        *,
        silence: float | None,
    ) -> None:
        self.error = ""
        """Why the stream ended, one sentence; "" while it runs, or when the Engine ended it."""
        self._engine = engine
        self._path = path
        self._parameters = dict(parameters)
        self._on_data = on_data
        self._silence = silence
        self._response: requests.Response | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"docker-stream-{path[:30]}", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """True when nothing more will come."""
        return not self._thread.is_alive()

    def close(self) -> None:
        """End the stream; the thread notices at once, and is not waited for."""
        self._closed = True
        response = self._response
        if response is not None:
            # the socket below may be gone already, then the SDK finds None where it looks for it
            with contextlib.suppress(DockerException, OSError, AttributeError):
                CancellableStream(iter(()), response).close()

    def _run(self) -> None:
        try:
            with self._open() as response:
                self._response = response
                response.raise_for_status()
                for piece in response.iter_content(chunk_size=None):
                    if self._closed:
                        break
                    self._on_data(piece)
        except (requests.RequestException, urllib3.exceptions.HTTPError, DockerException, OSError) as error:
            self.error = "" if self._closed else str(translated(error))
        except (AttributeError, ValueError) as error:
            # what http.client raises when its socket is closed under it by `close`
            self.error = "" if self._closed else f"the stream broke: {type(error).__name__}"

    def _open(self) -> requests.Response:
        client = self._engine.client()
        return client.get(
            f"{client.base_url}/v{client.api_version}{self._path}",
            params=self._parameters,
            stream=True,
            timeout=(_CONNECT_TIMEOUT, self._silence),
        )
