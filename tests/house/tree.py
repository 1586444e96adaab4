"""What the house tests look at: this checkout's files, read once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "slipcast"
PURE = (
    *("values", "api", "dockerfile", "source", "images", "templates", "access"),
    *("builds", "reconcile", "views"),
)
DOCUMENTED = (*PURE, "ports", "testing")


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the product."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


def modules_of(*packages: str) -> tuple[Path, ...]:
    """The modules of some top-level packages."""
    return tuple(path for path in modules() if path.relative_to(PACKAGE).parts[0] in packages)


@cache
def parsed(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text())


def name_of(path: Path) -> str:
    """A path as people write it in this repository."""
    return str(path.relative_to(ROOT))
