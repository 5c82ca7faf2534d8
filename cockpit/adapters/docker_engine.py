"""The line to one Docker Engine: a few threads of its own, deadlines, and errors in plain words."""

from __future__ import annotations

import http.client
import os
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import requests
import urllib3
from docker import APIClient
from docker.context import ContextAPI
from docker.errors import APIError, DockerException, NotFound
from docker.tls import TLSConfig
from docker.utils import kwargs_from_env

from cockpit.adapters.docker_tunnel import SshTunnel
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

T = TypeVar("T")

CALL_THREADS = 4
"""Calls to one Engine at a time."""
_PEMS = ("ca.pem", "cert.pem", "key.pem")


class DockerEngine:
    """Runs calls of the Docker SDK; nothing is retried.

    Args:
        name: the source's name.
        host: unix://, tcp:// or ssh:// address, the name of a Docker context, or "" for DOCKER_HOST, else the
            current context.
        timeout: seconds that one call may take.
        tls: folder with ca.pem, cert.pem and key.pem for a tcp:// address, "" for none of its own.
    """

    def __init__(self, name: str, host: str = "", *, timeout: float = 5.0, tls: str = "") -> None:
        self.id = SourceId(SourceKind.DOCKER, name)
        self.timeout = timeout
        self._host = host
        self._tls = Path(tls).expanduser() if tls else None
        self._tunnel: SshTunnel | None = None
        self._pool = BlockingPool(f"docker-{name}", CALL_THREADS)
        self._client: APIClient | None = None
        self._connecting = threading.Lock()

    async def call(self, what: Callable[[APIClient], T], deadline: float | None = None) -> T:
        """Run `what` on one of the Engine's threads.

        Args:
            what: given the client; runs on a thread.
            deadline: seconds, the Engine's timeout when not given.

        Raises:
            SourceUnreachable: when the Engine does not answer, or not in time, or has no such container.
            SourceRefused: when it says no.
            SourceError: when the SDK cannot be used with this host.
        """
        seconds = self.timeout if deadline is None else deadline
        try:
            return await self._pool.run(lambda: what(self.client()), seconds)
        except TimeoutError as error:
            raise SourceUnreachable(f"the Docker Engine did not answer within {seconds:g} s") from error
        except (DockerException, requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._explained(translated(error)) from error

    @property
    def far(self) -> bool:
        """Whether it is reached through ssh, where each stream is a session of its own."""
        return self._tunnel is not None

    def program_words(self) -> list[str]:
        """The options with which the docker program reaches the same Engine.

        Raises:
            SourceError: when there is no such context.
        """
        if "://" not in self._host:
            return ["--context", self._host] if self._host else []
        if self._tls is None:
            return ["--host", self._host]
        ca, cert, key = (str(self._tls / name) for name in _PEMS)
        return ["--host", self._host, "--tlsverify", "--tlscacert", ca, "--tlscert", cert, "--tlskey", key]

    def _explained(self, error: SourceError) -> SourceError:
        """With what ssh said, when it is ssh that failed."""
        said = self._tunnel.said if self._tunnel else ""
        if not said or isinstance(error, SourceRefused):
            return error
        return SourceUnreachable(f"ssh to the Docker Engine failed: {said}", "try the same ssh by hand")

    def client(self) -> APIClient:
        """The SDK's client, connected when first asked for; to be called on a thread."""
        with self._connecting:
            if self._client is None:
                self._client = self._connected()
            return self._client

    def _connected(self) -> APIClient:
        address, tls = _endpoint(self._host, self._tls)
        if address and address.startswith("ssh://"):
            self._tunnel = self._tunnel or SshTunnel(address)
            address, tls = self._tunnel.url, False
        return _Client(base_url=address, tls=tls, timeout=max(1, round(self.timeout)))

    def close(self) -> None:
        """Let go of the connections and the threads; does not wait."""
        self._pool.close()
        client, self._client = self._client, None
        if client is not None:
            client.close()
        if self._tunnel is not None:
            self._tunnel.close()


class _Client(APIClient):
    """Trusts the certificate authority that was given to it, whatever REQUESTS_CA_BUNDLE says."""

    def _retrieve_server_version(self) -> str:
        # the SDK asks for the version while it is being built, and requests lets the variable win otherwise
        self.trust_env = not isinstance(self.verify, str)
        version: str = super()._retrieve_server_version()  # type: ignore[misc]  # the stubs leave it out
        return version


def _endpoint(host: str, tls_folder: Path | None) -> tuple[str | None, TLSConfig | bool]:
    """Address and TLS as the docker program itself would choose them."""
    if tls_folder is not None:
        ca, cert, key = (str(tls_folder / name) for name in _PEMS)
        return host, TLSConfig(client_cert=(cert, key), ca_cert=ca, verify=True)
    if "://" not in host and (host or "DOCKER_HOST" not in os.environ):
        context = ContextAPI.get_context(host or os.environ.get("DOCKER_CONTEXT") or None)
        if context is None:
            raise DockerException(f"there is no Docker context {host!r}")
        tls_of_context: TLSConfig | None = context.TLSConfig
        return context.Host, False if tls_of_context is None else tls_of_context
    settings = kwargs_from_env()
    tls = settings.get("tls")
    return host or settings.get("base_url"), tls if isinstance(tls, TLSConfig) else False


def translated(error: Exception) -> SourceError:
    """The cockpit's own error for one of the SDK."""
    causes = list(_causes(error))
    if isinstance(error, NotFound):
        return SourceUnreachable(f"the Docker Engine does not know it: {_said(error)}")
    if isinstance(error, APIError):
        return SourceRefused(f"the Docker Engine refused: {_said(error)}")
    if any(isinstance(cause, PermissionError) for cause in causes):
        return SourceRefused(
            "this user may not use the Docker Engine's socket", "`sudo usermod -aG docker $USER`, then log in again"
        )
    if any(isinstance(cause, FileNotFoundError | ConnectionRefusedError) for cause in causes):
        return SourceUnreachable(
            "no Docker Engine listens there", "start it (`sudo systemctl start docker`), or correct `host`"
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return SourceUnreachable(
            f"the Docker Engine's TLS line failed: {_tls_reason(causes)}", "correct the files in the folder `tls`"
        )
    if any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes):
        return SourceUnreachable("the Docker Engine did not answer in time")
    if any(isinstance(cause, http.client.BadStatusLine) and not isinstance(cause, OSError) for cause in causes):
        return SourceUnreachable("what answers there is no Docker Engine", "correct `host`")
    if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError | OSError):
        reasons = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
        reason = reasons[-1] if reasons else str(error)
        return SourceUnreachable(f"the line to the Docker Engine broke: {clean(reason, 300)}")
    return SourceError(f"the Docker Engine cannot be used: {clean(str(error), 300)}")


def never_sent(error: BaseException | None) -> bool:
    """Whether an error proves that a request did not reach the Engine."""
    return error is not None and any(
        isinstance(
            cause,
            urllib3.exceptions.NewConnectionError | FileNotFoundError | ConnectionRefusedError | PermissionError,
        )
        for cause in _causes(error)
    )


def _tls_reason(causes: list[BaseException]) -> str:
    said = [clean(str(cause), 200) for cause in causes if isinstance(cause, ssl.SSLError)]
    return said[-1]


def _said(error: APIError) -> str:
    return clean(str(error.explanation or error), 300)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it; requests and urllib3 carry causes as arguments too."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [current.__context__, current.__cause__, getattr(current, "reason", None), *current.args]
