"""Find the configuration and read it."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cockpit.config.settings import CHECK_SUBJECTS, Check, Docker, Environment, Postgres, Redis, Settings
from cockpit.model.errors import ConfigError

FILE_NAME = "cockpit.toml"


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
        names = ", ".join(known) or "none"
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
    try:
        settings = msgspec.convert(raw, Settings, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigError(_located(str(error), text, name)) from error
    for environment_name, environment in settings.environments.items():
        for problem, key in _problems(environment):
            line = _line_of(text, ["environments", environment_name, *key])
            raise ConfigError(f"{name}:{line}: {problem}")
    return settings


def _located(message: str, text: str, name: str) -> str:
    what, _, where = message.partition(" - at `$")
    steps = re.findall(r"\.([A-Za-z0-9_\-]+)|\[(\d+)\]|\[(\.\.\.)\]", where.rstrip("`"))
    path = [key or index or "..." for key, index, _ in steps]
    unknown = re.search(r"unknown field `([^`]+)`", what)
    if unknown:
        path = [*path, unknown[1]]
    return f"{name}:{_line_of(text, path)}: {what} (key {'.'.join(path) or 'top level'})"


def _line_of(text: str, path: list[str]) -> int:
    """The line, from 1, at which a key is most likely written."""
    best, seen = 1, 0
    tables = [step for step in path if not step.isdigit() and step != "..."]
    index = next((int(step) for step in path if step.isdigit()), 0)
    header = ""
    for number, line in enumerate(text.splitlines(), 1):
        opened = re.match(r"\s*\[\[?([^\]]+)\]\]?", line)
        if opened:
            header = opened[1].strip()
            if tables[:-1] and header == ".".join(tables[: len(header.split("."))]):
                best = number if seen <= index else best
                seen += 1
        key = re.match(r"\s*([A-Za-z0-9_\-]+)\s*=", line)
        within = header.split(".") if header else []
        if key and tables and key[1] == tables[-1] and within == tables[:-1] and (not seen or seen - 1 == index):
            return number
    return best


def _problems(environment: Environment) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    names: set[str] = set()
    for index, check in enumerate(environment.checks):
        where = ["checks", str(index), "name"]
        given = _subjects(check)
        if len(given) != 1:
            said = " and ".join(given) or "none"
            found.append(
                (
                    f"check {check.name!r} needs exactly one of {', '.join(CHECK_SUBJECTS)}, and has {said}",
                    where,
                )
            )
        if check.name in names:
            found.append((f"two checks are called {check.name!r}", where))
        names.add(check.name)
    for table in ("postgres", "redis", "docker", "processes", "logs", "jobs"):
        known: set[str] = set()
        for index, item in enumerate(getattr(environment, table)):
            if item.name in known:
                found.append((f"two {table} entries are called {item.name!r}", [table, str(index), "name"]))
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
