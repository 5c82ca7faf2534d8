"""A shell in a container, by the docker program, on the terminal that the screen lends."""

from __future__ import annotations

import shutil

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_json import at, moment, text
from cockpit.engine.terminal import LentTerminal
from cockpit.model.actions import Prepared, Preview, PreviewFact
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.identities import ServiceIdentity
from cockpit.model.operations import OpenShell
from cockpit.model.outcomes import Outcome, OutcomeKind

_SHELL = "command -v bash >/dev/null 2>&1 && exec bash; exec sh"
_NOT_STARTED = (125, 126, 127)
"""Exit codes of `docker exec` when it could not start the program (docker exec, "Exit status")."""


class ContainerShell:
    """Opens shells; part of the executor, so that a shell takes the one road.

    Args:
        engine: whose containers.
        terminal: what is lent to the shell; None opens none.
    """

    def __init__(self, engine: DockerEngine, terminal: LentTerminal | None = None) -> None:
        self._engine = engine
        self._terminal = terminal or LentTerminal()

    def prepared(self, detail: object, operation: OpenShell) -> Prepared:
        """Look at what a shell would be opened in.

        Raises:
            SourceRefused: when the container does not run, or there is no docker program here.
        """
        name = text(detail, "Name").removeprefix("/")
        identity = ServiceIdentity(text(detail, "Id"), moment(detail, "State", "StartedAt"))
        if operation.identity is not None and operation.identity.id != identity.id:
            raise SourceRefused(f"{name} was made anew since the list was read", "look at the new one, then decide")
        if at(detail, "State", "Running") is not True or at(detail, "State", "Paused") is True:
            raise SourceRefused(f"{name} does not run, so there is nothing to open a shell in", "start it first")
        if shutil.which("docker") is None:
            raise SourceRefused("a shell is opened by the docker program, and it is not on this machine", "install it")
        facts = (
            PreviewFact("image", text(detail, "Config", "Image")),
            PreviewFact("user", text(detail, "Config", "User") or "root"),
            PreviewFact("this screen", "goes away until the shell ends; its sources are read on"),
        )
        preview = Preview(
            f"will open a shell in the container {name}; what is typed there is not noted", facts, count=1
        )
        return Prepared(OpenShell(name, identity), identity, preview, name)

    async def opened(self, operation: OpenShell) -> Outcome:
        """Open the shell and wait for its end."""
        if operation.identity is None:
            return Outcome(OutcomeKind.FAILED, f"{operation.name} was not prepared")
        try:
            words = ["docker", *self._engine.program_words(), "exec", "-it", operation.identity.id, "sh", "-c", _SHELL]
            code = await self._terminal.run(words)
        except SourceError as error:
            return Outcome(OutcomeKind.FAILED, str(error))
        if code in _NOT_STARTED:
            return Outcome(OutcomeKind.FAILED, f"no shell could be started in {operation.name} (exit code {code})")
        return Outcome(OutcomeKind.SUCCEEDED, f"the shell in {operation.name} ended with exit code {code}")
