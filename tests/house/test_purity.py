"""Ground and rules see values only: no file, clock, die or environment, under any name."""

import ast
from collections.abc import Iterator

import pytest

from house.tree import PURE, modules_of, name_of, parsed

# What import-linter cannot see, since it looks at modules and not at names.
DOORS = {
    *("open", "print", "input", "exec", "eval", "now", "today", "utcnow"),
    *("read_text", "read_bytes", "write_text", "write_bytes"),
    *("exists", "is_file", "is_dir", "iterdir", "glob", "stat", "resolve"),
}


@pytest.mark.parametrize("package", PURE)
def test_no_rule_reaches_the_outside_world(package: str) -> None:
    doors = [
        f"{name_of(path)}:{line} calls {name}"
        for path in modules_of(package)
        for line, name in calls(parsed(path))
        if name in DOORS
    ]

    assert doors == []


def calls(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and bare name of everything that is called."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield node.lineno, name
                case _:
                    continue
