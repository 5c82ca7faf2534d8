"""Messages to people through Apprise: chat, mail, paging, status pages. Optional: the extra `notify` brings it."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cockpit.adapters.pool import BlockingPool
from cockpit.model.actions import Permit, Prepared, Preview, PreviewFact
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.identities import EndpointIdentity, Identity
from cockpit.model.operations import Operation, SendMessage
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

if TYPE_CHECKING:
    from apprise import NotifyBase

CONNECT = 4.0
"""Seconds in which the service has to take the connection."""
LOADING = 12.0
"""Seconds that loading Apprise may take."""
_ANSWERED = re.compile(r"\berror=(\d{3})\b")
_NEVER_LEFT = ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "Failed to resolve", "refused")
"""What the libraries below say when nothing has left this machine."""


class NotifyExecutor:
    """Fulfils `Executor` for one target: a message is sent once and never again; not built for an observer.

    Args:
        name: what the configuration calls it.
        address: an address as Apprise writes them; it is a secret.
        trouble: why there is no address, "" when there is one.
    """

    def __init__(self, name: str, address: str, trouble: str = "") -> None:
        self._id = SourceId(SourceKind.NOTIFY, name)
        self._address = address
        self._trouble = trouble
        self._pool = BlockingPool(f"notify {name}", 1)

    @property
    def id(self) -> SourceId:
        """The target."""
        return self._id

    async def prepare(self, operation: Operation) -> Prepared:
        """Say which service would get what; sends nothing.

        Raises:
            SourceError: when Apprise is not installed or does not know the address.
        """
        message = _message(operation, self._id)
        service = await self._asked(lambda: clean(str(_plugin(self._address, self._id).service_name), 60))
        facts = [PreviewFact("goes to", f"{service}, which the configuration calls {self._id.name}")]
        if message.title:
            facts.append(PreviewFact("subject", clean(message.title)))
        text = tuple(clean(line) for line in message.text.splitlines())
        preview = Preview("will send one message, which cannot be taken back", tuple(facts), text, count=1)
        return Prepared(message, self._identity(), preview, self._id.name)

    async def identify(self, operation: Operation) -> Identity | None:
        """The address, as far as it may be written down."""
        return self._identity()

    async def execute(self, permit: Permit) -> Outcome:
        """Send it once. When no answer came the outcome is unknown, unless it is certain that nothing left."""
        started, seconds = time.monotonic(), permit.action.timeout
        try:
            message = _message(permit.action.operation, self._id)
            outcome = await self._pool.run(lambda: _send(self._address, self._id, message, seconds), seconds)
        except TimeoutError:
            said = f"{self._id.name} did not answer within {seconds:g} s; look there before you send it again"
            outcome = Outcome(OutcomeKind.UNKNOWN, said)
        except SourceError as error:
            outcome = Outcome(OutcomeKind.FAILED, error.what)
        return Outcome(outcome.kind, outcome.reason, duration=time.monotonic() - started)

    async def close(self) -> None:
        """Let go of the thread; never raises."""
        self._pool.close()

    async def _asked(self, call: _Ask) -> str:
        if self._trouble:
            raise SourceError(self._trouble, "see [notify.targets] in the configuration")
        try:
            return await self._pool.run(call, LOADING)
        except TimeoutError as error:
            raise SourceError(f"Apprise was not loaded within {LOADING:g} s") from error

    def _identity(self) -> EndpointIdentity:
        digest = hashlib.sha256(self._address.encode()).hexdigest()[:12]
        return EndpointIdentity(f"{self._id.name} {digest}")


if TYPE_CHECKING:
    from collections.abc import Callable

    _Ask = Callable[[], str]


def _message(operation: Operation, source: SourceId) -> SendMessage:
    if not isinstance(operation, SendMessage):
        raise SourceRefused(f"{source} takes messages only")
    return operation


def _plugin(address: str, source: SourceId) -> NotifyBase:
    """What sends to that address, with everything off that would send twice or call a failure a success.

    Raises:
        SourceError: when Apprise is not installed or does not know the address.
    """
    try:
        from apprise import Apprise, AppriseAsset, NotifyBase
    except ImportError as error:
        raise SourceError("Apprise is not installed", "install the extra: incident-cockpit[notify]") from error
    asset = AppriseAsset(storage_mode="memory", secure_logging=True, async_mode=False, http_redirects=False)
    with _listening():
        plugin = Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if not isinstance(plugin, NotifyBase):
        raise SourceError(f"the address of {source.name} is none that Apprise knows", "see [notify.targets]")
    plugin.retry, plugin.optional, plugin.redirects = 0, False, False
    return plugin


def _send(address: str, source: SourceId, message: SendMessage, seconds: float) -> Outcome:
    """Send it and judge by what the libraries below have said; their own words may hold the address."""
    plugin = _plugin(address, source)
    plugin.socket_connect_timeout = min(CONNECT, seconds)
    plugin.socket_read_timeout = max(1.0, seconds - CONNECT)
    with _listening() as heard:
        try:
            sent = bool(plugin.notify(body=message.text, title=message.title))
        except TypeError:
            return Outcome(OutcomeKind.FAILED, f"{source.name} does not take such a message")
    if sent:
        return Outcome(OutcomeKind.SUCCEEDED, f"{source.name} has taken the message")
    return _judged(source.name, "\n".join(heard), receivers=len(plugin))


def _judged(name: str, heard: str, receivers: int) -> Outcome:
    answered = _ANSWERED.search(heard)
    if receivers > 1:
        said = f"{name} goes to {receivers} receivers and not all have taken it; look there before you send it again"
        return Outcome(OutcomeKind.UNKNOWN, said)
    if answered is not None:
        return Outcome(OutcomeKind.FAILED, f"{name} answered {answered[1]} and did not take the message")
    if any(words in heard for words in _NEVER_LEFT):
        return Outcome(OutcomeKind.FAILED, f"{name} could not be reached; nothing was sent")
    said = f"the answer of {name} was lost; it may have taken the message: look there before you send it again"
    return Outcome(OutcomeKind.UNKNOWN, said)


class _Ear(logging.Handler):
    """Keeps what is said, in memory only."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Hear what Apprise says, and keep it from the terminal."""
    logger, ear = logging.getLogger("apprise"), _Ear()
    level, onward = logger.level, logger.propagate
    logger.addHandler(ear)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield ear.heard
    finally:
        logger.removeHandler(ear)
        logger.setLevel(level)
        logger.propagate = onward
