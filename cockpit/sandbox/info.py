"""Where everything of a running range is, as `cockpit sandbox --json` prints it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from cockpit.model.errors import SandboxError


@dataclass(frozen=True, slots=True)
class RangeInfo:
    """Addresses of a range; all are on 127.0.0.1 and hold the passwords that were made for it.

    Attributes:
        scenario: name of the fault in it, None when it is healthy.
        config: path of the cockpit's configuration file for it.
        postgres: URL of the operator on the database `shop`.
        postgres_admin: URL of the superuser on the same.
        redis: URL of the operator.
        redis_admin: URL of the user that may do everything.
        api: base URL of the service.
        log_dir: folder of the log files.
        pids: process ids by name.
    """

    scenario: str | None
    config: str
    postgres: str
    postgres_admin: str
    redis: str
    redis_admin: str
    api: str
    log_dir: str
    pids: dict[str, int]

    def to_json(self) -> str:
        """One line of JSON with exactly these keys."""
        return json.dumps(asdict(self))


def parse_info(line: str) -> RangeInfo:
    """Read what `to_json` wrote, or the error that a range process said instead.

    Raises:
        SandboxError: when the line carries an error or is no range's.
    """
    try:
        found = json.loads(line)
    except ValueError as error:
        raise SandboxError("the sandbox's process ended before it said where everything is") from error
    if "error" in found:
        raise SandboxError(str(found["error"]), str(found.get("remedy", "")))
    return RangeInfo(**found)
