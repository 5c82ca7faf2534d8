"""What the verbs have in common when they print."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from cockpit.model.health import Json


def print_json(value: Json) -> None:
    """Print one JSON document and nothing else."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print left-aligned columns, two spaces apart; the last one is not padded."""
    widths = [max(len(row[column]) for row in (headings, *rows)) for column in range(len(headings))]
    for row in (headings, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())
