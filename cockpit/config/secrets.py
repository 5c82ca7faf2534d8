"""Secrets by reference: `env:NAME`, `file:PATH`, `cmd:...`; a plain text is a secret too once it is loaded."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NoReturn

from cockpit.model.errors import ConfigError

_COMMAND_TIMEOUT = 10.0


class Secret:
    """A value that never prints itself; `reveal` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the driver that needs it and for nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be serialised")


def resolve(reference: str, where: str) -> Secret:
    """Follow a reference to its value.

    Args:
        reference: `env:NAME`, `file:PATH`, `cmd:COMMAND`, or the value itself.
        where: the configuration key, for the error.

    Raises:
        ConfigError: when the reference leads nowhere.
    """
    scheme, separator, rest = reference.partition(":")
    if not separator or scheme not in _SCHEMES:
        return Secret(reference)
    return Secret(_SCHEMES[scheme](rest, where))


def _from_environment(name: str, where: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ConfigError(f"{where} refers to the environment variable {name}, which is not set", f"export {name}")
    return value


def _from_file(path: str, where: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        raise ConfigError(f"{where} refers to the file {path}, which cannot be read: {reason}") from error


def _from_command(command: str, where: str) -> str:
    try:
        done = subprocess.run(  # noqa: S602  the owner of the configuration asked for this command line
            command, shell=True, capture_output=True, text=True, timeout=_COMMAND_TIMEOUT, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigError(f"the command behind {where} did not end within {_COMMAND_TIMEOUT:.0f} s") from error
    except (subprocess.CalledProcessError, OSError) as error:
        code = error.returncode if isinstance(error, subprocess.CalledProcessError) else error
        raise ConfigError(f"the command behind {where} failed ({code})", "run it by hand to see why") from error
    return done.stdout.strip()


_SCHEMES = {"env": _from_environment, "file": _from_file, "cmd": _from_command}
