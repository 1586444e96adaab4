"""What others call is documented: every module, and all that is public in the lower floors."""

import ast
from collections.abc import Iterator
from pathlib import Path

from house.tree import DOCUMENTED, modules, modules_of, name_of, parsed

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def test_every_module_says_what_it_is() -> None:
    silent = [name_of(path) for path in modules() if ast.get_docstring(parsed(path)) is None]

    assert silent == []


def test_every_public_definition_of_the_lower_floors_is_documented() -> None:
    silent = [
        f"{name_of(path)}: {definition.name}"
        for path in modules_of(*DOCUMENTED)
        for definition in public_definitions(path)
        if ast.get_docstring(definition) is None
    ]

    assert silent == []


def public_definitions(path: Path) -> Iterator[Definition]:
    """Public functions and classes of a module, and the public methods of the latter."""
    for definition in definitions(parsed(path).body):
        yield definition
        if isinstance(definition, ast.ClassDef):
            yield from definitions(definition.body)


def definitions(body: list[ast.stmt]) -> Iterator[Definition]:
    """Public definitions of a body, those that override a documented one left out."""
    for statement in body:
        if (
            isinstance(statement, Definition)
            and not statement.name.startswith("_")
            and not overrides(statement)
        ):
            yield statement


def overrides(definition: Definition) -> bool:
    """Whether a definition is marked as standing for a documented one."""
    marks = {mark.id for mark in definition.decorator_list if isinstance(mark, ast.Name)}
    return bool(marks & {"override", "overload"})
