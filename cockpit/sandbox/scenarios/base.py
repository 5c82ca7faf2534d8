"""What a scenario is: one fault, really injected, and the verdicts that it turns red."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from cockpit.sandbox.range import Range


class Scenario(ABC):
    """A fault that can be brought into a running, healthy range.

    Attributes:
        name: as in `cockpit demo NAME`.
        summary: one line for the list.
        description: what happened, in a few sentences, without giving the repair away.
        runbook: file name of the runbook that repairs it.
        procedure: slug of the procedure in that runbook.
        required: names of the checks that must turn red.
        allowed: names of the checks that may be red; holds `required`.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    description: ClassVar[str]
    runbook: ClassVar[str]
    procedure: ClassVar[str]
    required: ClassVar[frozenset[str]]
    allowed: ClassVar[frozenset[str]]

    async def prepare(self, sandbox: Range) -> None:  # noqa: B027  most faults have no past
        """Write the past: the servers are up and filled, the service has not begun yet.

        Raises:
            SandboxError: when that fails.
        """

    @abstractmethod
    async def inject(self, sandbox: Range) -> None:
        """Break it; returns when the fault is there.

        The service has begun, and whoever needs its api waits for `Range.until_listening`. The past may be written
        (rows, a lock's age), the present must be real.

        Raises:
            SandboxError: when the fault does not come about.
        """
