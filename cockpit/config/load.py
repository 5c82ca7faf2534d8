"""Find the configuration and read it."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from cockpit.config.incident import incident_problems
from cockpit.config.locate import KeyPath, line_of
from cockpit.config.settings import (
    CHANGE_SUBJECTS,
    CHECK_SUBJECTS,
    Check,
    Docker,
    Environment,
    Postgres,
    Redis,
    Settings,
)
from cockpit.model.errors import ConfigError

_NAMED_TABLES = (
    *("postgres", "redis", "docker", "processes", "pm2"),
    *("logs", "prometheus", "alertmanager", "changes", "jobs"),
)
"""Tables whose entries must have names of their own."""
FILE_NAME = "cockpit.toml"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and where they came from; `path` is None when they were made from environment variables."""

    settings: Settings
    path: Path | None

    @property
    def folder(self) -> Path:
        """The folder that relative paths in the file start from."""
        return self.path.parent if self.path else Path.cwd()

    def environment(self, name: str | None) -> tuple[str, Environment]:
        """The environment of that name, else the default one.

        Raises:
            ConfigError: when there is none of that name, or several and no default.
        """
        known = self.settings.environments
        wanted = name or self.settings.default or (next(iter(known)) if len(known) == 1 else "")
        if wanted in known:
            return wanted, known[wanted]
        if not known:
            raise ConfigError("no environment is configured", "add one, as [environments.prod]")
        names = ", ".join(known)
        if not wanted:
            raise ConfigError(f"several environments are configured: {names}", "name one with --env")
        raise ConfigError(f"there is no environment {wanted!r}", f"choose one of {names}")


def find(explicit: Path | None) -> Path | None:
    """The file to read: the given one, ./cockpit.toml, or the user's; None when there is none.

    Raises:
        ConfigError: when a file was given and does not exist.
    """
    if explicit is not None:
        if not explicit.is_file():
            raise ConfigError(
                f"there is no configuration file {explicit}", "cockpit config init writes a commented one"
            )
        return explicit
    from platformdirs import user_config_path

    for candidate in (Path.cwd() / FILE_NAME, user_config_path("cockpit") / FILE_NAME):
        if candidate.is_file():
            return candidate
    return None


def load(explicit: Path | None = None) -> Loaded:
    """Read the configuration, or make one from DATABASE_URL, REDIS_URL and their like.

    Raises:
        ConfigError: naming file, line and key.
    """
    path = find(explicit)
    if path is None:
        return Loaded(from_variables(), None)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    return Loaded(parse(text, str(path)), path.resolve())


def parse(text: str, name: str) -> Settings:
    """Settings from TOML text; `name` is the file's name for errors.

    Raises:
        ConfigError: naming file, line and key.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is no valid TOML: {error}") from error
    environments = raw.get("environments")
    if isinstance(environments, dict):
        for environment_name, table in environments.items():
            _convert(table, Environment, text, name, ("environments", environment_name))
    settings = _convert(raw, Settings, text, name, ())
    for problem, key in incident_problems(settings.incident, settings.escalation, settings.templates, settings.notify):
        raise ConfigError(f"{name}:{line_of(text, key)}: {problem}")
    for environment_name, environment in settings.environments.items():
        for problem, key in _problems(environment):
            line = line_of(text, ("environments", environment_name, *key))
            raise ConfigError(f"{name}:{line}: {problem}")
    return settings


def _convert(table: object, shape: type[T], text: str, name: str, at: KeyPath) -> T:
    """The table in its shape, or an error that names file, line and key."""
    try:
        return msgspec.convert(table, shape, strict=True)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        steps = re.findall(r"\.([A-Za-z0-9_\-]+)|\[(\d+)\]", where.rstrip("`"))
        path = (*at, *(key or int(index) for key, index in steps))
        unknown = re.search(r"unknown field `([^`]+)`", what)
        path = (*path, unknown[1]) if unknown else path
        key = ".".join(map(str, path)) or "top level"
        raise ConfigError(f"{name}:{line_of(text, path)}: {what} (key {key})") from error


def _problems(environment: Environment) -> list[tuple[str, KeyPath]]:
    found: list[tuple[str, KeyPath]] = []
    names: set[str] = set()
    for index, check in enumerate(environment.checks):
        where: KeyPath = ("checks", index, "name")
        given = _subjects(check)
        if len(given) != 1:
            said = " and ".join(given) or "none"
            found.append(
                (
                    f"check {check.name!r} needs exactly one of {', '.join(CHECK_SUBJECTS)}, and has {said}",
                    where,
                )
            )
        if check.metrics is not None and not check.metric:
            found.append((f"check {check.name!r} reads metrics and does not say which metric", where))
        if check.name in names:
            found.append((f"two checks are called {check.name!r}", where))
        names.add(check.name)
    for index, changes in enumerate(environment.changes):
        told = [subject for subject in CHANGE_SUBJECTS if getattr(changes, subject) is not None]
        if len(told) != 1:
            said = " and ".join(told) or "none"
            needs = f"changes {changes.name!r} needs exactly one of {', '.join(CHANGE_SUBJECTS)}, and has {said}"
            found.append((needs, ("changes", index, "name")))
    for table in _NAMED_TABLES:
        known: set[str] = set()
        for index, item in enumerate(getattr(environment, table)):
            if item.name in known:
                found.append((f"two {table} entries are called {item.name!r}", (table, index, "name")))
            known.add(item.name)
    return found


def _subjects(check: Check) -> list[str]:
    return [subject for subject in CHECK_SUBJECTS if getattr(check, subject) is not None]


def from_variables() -> Settings:
    """One protected environment from the variables that a service itself would use.

    Raises:
        ConfigError: when none of them is set.
    """
    variables = os.environ
    postgres = (Postgres(name="main", dsn="env:DATABASE_URL"),) if variables.get("DATABASE_URL") else ()
    redis: tuple[Redis, ...] = ()
    if variables.get("REDIS_URL"):
        redis = (Redis(name="kv", url="env:REDIS_URL"),)
    elif variables.get("KV_REST_API_URL"):
        redis = (Redis(name="kv", rest_url="env:KV_REST_API_URL", rest_token="env:KV_REST_API_TOKEN"),)  # noqa: S106
    docker = (Docker(name="docker"),) if variables.get("DOCKER_HOST") else ()
    if not (postgres or redis or docker):
        raise ConfigError(
            "there is no configuration and none of DATABASE_URL, REDIS_URL, KV_REST_API_URL, DOCKER_HOST is set",
            "write one with `cockpit config init`, or try `cockpit demo`",
        )
    environment = Environment(
        label="ENV", protected=True, service="from variables", postgres=postgres, redis=redis, docker=docker
    )
    return Settings(environments={"variables": environment})
