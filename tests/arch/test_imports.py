"""The house has floors, and imports run one way: down."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cockpit

HOUSE = Path(cockpit.__file__).parent

ALLOWED: dict[str, set[str]] = {
    "model": set(),
    "config": {"model"},
    "runbook": {"model"},
    "engine": {"model", "config", "runbook"},
    "adapters": {"model", "config", "engine"},
    "ui": {"model", "config", "runbook", "engine"},
    "sandbox": {"model", "config", "engine"},
    "wiring": {"model", "config", "runbook", "engine", "adapters", "ui", "sandbox"},
    "verbs": {"model", "config", "runbook", "engine", "adapters", "wiring", "sandbox", "cli"},
    "cli": {"model", "verbs", "wiring"},
    "__main__": {"cli"},
    "__init__": set(),
}
"""Floor to the floors that it may import."""

DRIVERS = {"psycopg", "redis", "docker", "httpx", "psutil", "aiohttp", "sqlite3"}
COVERAGES = {"sqlite3"}
"""What a subprocess under coverage loads for the measuring itself."""
FORBIDDEN: dict[str, set[str]] = {
    "runbook": DRIVERS | {"textual", "rich", "asyncio", "click"},
    "engine": DRIVERS | {"textual", "rich", "click"},
    "adapters": {"textual", "rich", "click"},
    "ui": DRIVERS | {"click"},
    "sandbox": {"textual", "rich", "click"},
    "config": DRIVERS | {"textual", "rich", "click"},
}
"""Floor to the outside packages that have no business there."""


def modules() -> list[Path]:
    return sorted(path for path in HOUSE.rglob("*.py") if "_runbooks" not in path.parts)


def floor(path: Path) -> str:
    first = path.relative_to(HOUSE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            assert node.module is not None
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names if node.module == "cockpit")
    return names


def floors_below(path: Path) -> set[str]:
    inside = {name.split(".")[1] for name in imported(path) if name.startswith("cockpit.")}
    return {name for name in inside if (HOUSE / name).is_dir() or (HOUSE / f"{name}.py").is_file()}


def test_every_floor_is_known() -> None:
    assert {floor(path) for path in modules()} <= set(ALLOWED)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_run_down(path: Path) -> None:
    here = floor(path)
    assert floors_below(path) - {here} <= ALLOWED[here]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_floor_keeps_to_its_packages(path: Path) -> None:
    packages = {name.split(".")[0] for name in imported(path)}
    assert packages & FORBIDDEN.get(floor(path), set()) == set()


def test_the_model_stands_on_the_standard_library_alone() -> None:
    for path in modules():
        if floor(path) == "model":
            packages = {name.split(".")[0] for name in imported(path)} - {"cockpit"}
            assert packages <= set(sys.stdlib_module_names), path


def loaded_after(statements: str) -> set[str]:
    script = f"{statements}\nimport sys; print(' '.join(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split("\n")[-2].split())


@pytest.mark.parametrize("verb", ["check", "config", "doctor", "journal", "observe", "runbook", "sandbox", "serve"])
def test_headless_verbs_never_load_textual(verb: str) -> None:
    loaded = loaded_after(f"from cockpit.cli import run; run(['{verb}', '--help'])")
    assert f"cockpit.verbs.{verb}" in loaded
    assert "textual" not in loaded


def test_the_command_line_loads_nothing_heavy() -> None:
    loaded = loaded_after("import cockpit.cli")
    assert (
        loaded & (DRIVERS - COVERAGES | {"textual", "rich", "yaml", "msgspec", "pglast", "markdown_it", "cel"}) == set()
    )


@pytest.mark.parametrize(
    "module", ["cockpit.ui.app", "cockpit.wiring.tui", "cockpit.verbs.open", "cockpit.wiring.demo"]
)
def test_nothing_heavy_is_loaded_before_the_first_picture(module: str) -> None:
    loaded = loaded_after(f"import {module}, cockpit.ui.app")
    assert loaded & (DRIVERS - COVERAGES | {"pglast", "cel"}) == set()


def test_the_first_picture_needs_little_of_the_cockpit() -> None:
    loaded = {name for name in loaded_after("import cockpit.ui.app") if name.startswith("cockpit.")}
    parts = {".".join(name.split(".")[:3]) for name in loaded}
    assert not {part for part in parts if part.split(".")[1] in {"engine", "runbook", "adapters", "sandbox"}}
    assert not parts & {"cockpit.ui.panes", "cockpit.model.actions", "cockpit.model.runbook"}
    assert not any(name.startswith("cockpit.ui.screens.") and not name.endswith(".opening") for name in loaded)
