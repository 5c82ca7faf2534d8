"""The keys as they are for this person: the registry, the user's remapping, the role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cockpit.model.errors import ConfigError
from cockpit.model.incident import Role
from cockpit.ui.bindings import REGISTRY, KeyBinding, Scope, meet

_LABELS = {
    "enter": "⏎",
    "space": "space",
    "escape": "esc",
    "shift+tab": "shift+tab",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "up": "↑",
    "down": "↓",
    "backspace": "bksp",
}


class Keymap:
    """Finds the binding of a key.

    Args:
        role: an observer's keymap holds no binding that needs an operator.
        remap: binding id to key, from the configuration; several keys are separated by commas.

    Raises:
        ConfigError: when the remapping names an unknown id, or two bindings clash.
    """

    def __init__(self, role: Role, remap: Mapping[str, str] | None = None) -> None:
        remapped = _remapped(remap or {})
        _refuse_clashes(remapped)
        self.bindings = tuple(b for b in remapped if role is Role.OPERATOR or not b.operator)

    def find(self, key: str, scopes: Sequence[Scope]) -> KeyBinding | None:
        """The binding of a key in the first of the scopes that has one."""
        for scope in scopes:
            for binding in self.bindings:
                if binding.scope is scope and key in binding.keys:
                    return binding
        return None

    def valid(self, scopes: Sequence[Scope]) -> list[KeyBinding]:
        """All bindings that can be reached in the scopes, in the scopes' order."""
        taken: set[str] = set()
        found = []
        for scope in scopes:
            found += [b for b in self.bindings if b.scope is scope and not taken.issuperset(b.keys)]
            taken.update(key for binding in found for key in binding.keys)
        return found


def label(binding: KeyBinding, *, every: bool = False, ascii_only: bool = False) -> str:
    """How the keys of a binding are written on the screen; only the first unless `every` is asked for."""
    keys = binding.keys if every else binding.keys[:1]
    return " ".join(key if ascii_only else _LABELS.get(key, key) for key in keys)


def _remapped(remap: Mapping[str, str]) -> list[KeyBinding]:
    known = {binding.id for binding in REGISTRY}
    for name in remap:
        if name not in known:
            raise ConfigError(f"keys.{name} names no key binding", "`cockpit config init` lists them")
    return [replace(b, keys=_split(remap[b.id])) if b.id in remap else b for b in REGISTRY]


def _split(keys: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in keys.split(",") if part.strip())
    return parts or (",",)


def _refuse_clashes(bindings: Iterable[KeyBinding]) -> None:
    seen: list[KeyBinding] = []
    for binding in bindings:
        for other in seen:
            shared = set(binding.keys) & set(other.keys)
            if shared and meet(binding.scope, other.scope):
                key = sorted(shared)[0]
                raise ConfigError(
                    f"keys.{other.id} and keys.{binding.id} are both bound to {key!r}", "give one of them another key"
                )
        seen.append(binding)
