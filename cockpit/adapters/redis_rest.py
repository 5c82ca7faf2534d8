"""A line to a Redis over HTTP, as Upstash and Vercel KV offer it: commands as JSON arrays.

POST / with ["GET","k"] answers {"result": ...} or {"error": ...}; POST /pipeline with an array of commands answers an
array of those. With `Upstash-Encoding: base64` every text in a result comes as base64, so that values which are no
UTF-8 survive; whether a service honours that is found out once, by an ECHO.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cockpit.adapters.http_errors import translated
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.redis_line import Command, Refused, Word
from cockpit.config.secrets import Secret
from cockpit.model.errors import ConfigError, SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.keys import key_bytes
from cockpit.model.masking import Masker
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

if TYPE_CHECKING:
    import httpx

ANSWER_CAP = 16_000_000
"""Bytes of one answer that are read."""
_LARGE = 65_536
"""Bytes from which an answer is decoded on a thread."""
_PROBE = "cockpit"
_PLAIN = frozenset({"OK"})
"""What a service writes as it is even where it encodes."""


class RedisRest:
    """Fulfils `RedisLine` over HTTP. Nothing is sent twice, redirects are not followed, certificates are verified.

    Args:
        name: the source's name.
        url: https://host, of the service.
        token: sent as a bearer token to that server only.
        deadline: seconds for one exchange.
        transport: stands in for the network in tests of what no server would do.

    Raises:
        ConfigError: when the URL is none.
    """

    def __init__(
        self,
        name: str,
        url: Secret,
        token: Secret,
        deadline: float = 3.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.id = SourceId(SourceKind.REDIS, name)
        self.deadline = deadline
        parts = urlsplit(url.reveal())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"the rest_url of redis {name} is no web address", "write https://your-store.example.com")
        self.address = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
        self._url = url.reveal().rstrip("/")
        self._token = token
        self._masker = Masker([token.reveal(), url.reveal()])
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._pool = BlockingPool("redis-rest", 1)
        self._encoded: bool | None = None

    async def send(self, *command: Word, seconds: float | None = None) -> object:
        """Send one command and return its reply.

        Args:
            command: its words.
            seconds: the deadline, None for the line's own.

        Raises:
            SourceUnreachable: when no answer came.
            SourceRefused: when the service refused the token or the command.
            SourceGarbled: when the answer makes no sense.
        """
        limit = seconds or self.deadline
        try:
            async with asyncio.timeout(limit):
                await self._learn_encoding()
                reply = self._reply(await self._post("", _words(command)))
        except TimeoutError as error:
            raise SourceUnreachable(f"redis {self.id.name} did not answer within {limit:g} s") from error
        if isinstance(reply, Refused):
            raise self._refusal(reply)
        return reply

    async def send_all(self, commands: Sequence[Command], seconds: float | None = None) -> list[object]:
        """Send several commands in one exchange; `Refused` stands where one was refused.

        Raises:
            SourceError: when the exchange as a whole failed.
        """
        if not commands:
            return []
        limit = seconds or self.deadline
        try:
            async with asyncio.timeout(limit):
                await self._learn_encoding()
                answers = await self._post("/pipeline", [_words(command) for command in commands])
        except TimeoutError as error:
            raise SourceUnreachable(f"redis {self.id.name} did not answer within {limit:g} s") from error
        if isinstance(answers, dict) and "error" in answers:
            raise self._refusal(Refused(self._said(answers["error"])))
        if not isinstance(answers, list) or len(answers) != len(commands):
            raise SourceGarbled(f"redis {self.id.name} did not answer each command of a pipeline")
        return [self._reply(answer) for answer in answers]

    async def close(self) -> None:
        """Let go of connections; never raises."""
        client, self._client = self._client, None
        self._pool.close()
        if client is not None:
            await client.aclose()

    async def _learn_encoding(self) -> None:
        """Find out once whether the service encodes its texts."""
        if self._encoded is not None:
            return
        answer = await self._post("", ["ECHO", _PROBE])
        echoed = answer.get("result") if isinstance(answer, dict) else None
        if echoed is None:
            reply = self._reply(answer)
            raise self._refusal(reply) if isinstance(reply, Refused) else self._nonsense()
        self._encoded = echoed != _PROBE

    async def _post(self, path: str, body: object) -> object:
        """The answer as JSON, whatever its status, unless it is no answer of such a service at all."""
        import httpx

        content = json.dumps(body).encode("utf-8")
        try:
            client = await self._opened()
            async with client.stream("POST", f"{self._url}{path}", content=content) as response:
                raw = bytearray()
                async for piece in response.aiter_bytes():
                    raw += piece
                    if len(raw) > ANSWER_CAP:
                        raise SourceGarbled(f"redis {self.id.name} answered with more than {ANSWER_CAP:,} bytes")
                status = response.status_code
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise self._broken(error) from error
        if status in (401, 403):
            raise SourceRefused(f"redis {self.id.name} refused the token of its REST service", "check rest_token")
        try:
            large = len(raw) > _LARGE
            found: object = await self._pool.run(lambda: json.loads(raw), self.deadline) if large else json.loads(raw)
        except ValueError as error:
            raise SourceGarbled(
                f"redis {self.id.name} answered {status} and no JSON", "check that rest_url is a Redis REST service"
            ) from error
        return found

    async def _opened(self) -> httpx.AsyncClient:
        """The client; loading the certificates takes 80 ms, so it happens on a thread."""
        import httpx

        from cockpit import __version__

        async with self._opening:
            if self._client is None:
                secure = self._url.lower().startswith("https:") and self._transport is None
                verify = await self._pool.run(httpx.create_ssl_context, self.deadline) if secure else False
                self._client = httpx.AsyncClient(
                    verify=verify,
                    headers={
                        "Authorization": f"Bearer {self._token.reveal()}",
                        "Upstash-Encoding": "base64",
                        "Content-Type": "application/json",
                        "User-Agent": f"cockpit/{__version__}",
                        "Accept-Encoding": "identity",
                    },
                    follow_redirects=False,
                    timeout=None,  # noqa: S113  asyncio.timeout bounds the whole exchange
                    transport=self._transport,
                )
            return self._client

    def _reply(self, answer: object) -> object:
        match answer:
            case {"error": said}:
                return Refused(self._said(said))
            case {"result": result}:
                return self._decoded(result)
            case _:
                raise self._nonsense()

    def _decoded(self, value: object) -> object:
        """Texts as bytes, as Redis' own protocol has them."""
        if isinstance(value, list):
            return [self._decoded(item) for item in value]
        if not isinstance(value, str):
            return value
        if self._encoded and value not in _PLAIN:
            try:
                return base64.b64decode(value, validate=True)
            except binascii.Error:
                return value.encode("utf-8", "surrogatepass")
        return value.encode("utf-8", "surrogatepass")

    def _said(self, said: object) -> str:
        return clean(self._masker.secrets(str(said)), 300)

    def _refusal(self, refused: Refused) -> SourceRefused:
        if refused.missing_right:
            return SourceRefused(
                f"redis {self.id.name} does not permit it: {refused.said}", "a read-only token cannot change anything"
            )
        return SourceRefused(f"redis {self.id.name} refused: {refused.said}")

    def _nonsense(self) -> SourceGarbled:
        return SourceGarbled(
            f"redis {self.id.name} answered something strange", "check that rest_url is a Redis REST service"
        )

    def _broken(self, error: Exception) -> SourceError:
        found = translated(error, f"redis {self.id.name} at {self.address}")
        return type(found)(self._masker.secrets(found.what), found.remedy)


def _words(command: Command) -> list[str | int]:
    """A command as JSON has it.

    Raises:
        SourceRefused: when a word is no UTF-8, which JSON cannot carry.
    """
    words: list[str | int] = []
    for word in command:
        raw = key_bytes(word) if isinstance(word, str) else word
        if isinstance(raw, int):
            words.append(raw)
            continue
        try:
            words.append(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise SourceRefused("a word of the command is no UTF-8, which Redis over REST cannot carry") from error
    return words
