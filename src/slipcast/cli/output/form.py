"""What `-o` asks for, and the flags beside it.

Source: kubectl's output options.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from slipcast.cli.options import together
from slipcast.values.faults import UsageFault

PLAIN: Final = frozenset({"", "wide", "yaml", "json", "name"})
"""Forms that say everything by their name."""
TEMPLATES: Final = {
    "jsonpath": "template",
    "jsonpath-as-json": "template",
    "custom-columns": "custom columns",
}
"""Forms that take a text behind a `=`, and what it is called."""
ALLOWED: Final = (
    "custom-columns,custom-columns-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,wide,yaml"
)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """How objects are to be printed.

    Shape:  name is one of PLAIN or TEMPLATES, empty for a table; labels are the columns of -L;
            missing says that a template's keys need not be there.
    """

    name: str = ""
    template: str = ""
    headers: bool = True
    labels: tuple[str, ...] = ()
    all_labels: bool = False
    kinds: bool = False
    sort_by: str = ""
    missing: bool = True
    managed: bool = False

    @property
    def is_table(self) -> bool:
        """Whether objects are rows."""
        return self.name in {"", "wide"}


whole = together(
    click.option(
        "-o",
        "--output",
        default="",
        metavar="FORM",
        help="yaml, json, name, wide, jsonpath=TEMPLATE, jsonpath-as-json=TEMPLATE, "
        "jsonpath-file=FILE, custom-columns=HEADER:PATH,…, custom-columns-file=FILE.",
    ),
    click.option("--template", default="", help="The template, when -o jsonpath has none."),
    click.option(
        "--allow-missing-template-keys/--no-allow-missing-template-keys",
        default=True,
        help="Whether keys of a template may be missing. Default: they may.",
    ),
    click.option(
        "--show-managed-fields", is_flag=True, help="Keep metadata.managedFields in YAML and JSON."
    ),
)
"""The flags of a command that prints whole objects."""

tabular = together(
    whole,
    click.option("--no-headers", is_flag=True, help="Leave out the line of headers."),
    click.option("--show-labels", is_flag=True, help="Show all labels as the last column."),
    click.option(
        "-L",
        "--label-columns",
        metavar="LABEL",
        multiple=True,
        help="Show a label as a column. Repeatable, or joined by commas.",
    ),
    click.option("--show-kind", is_flag=True, help="Show the kind before each name."),
    click.option("--sort-by", default="", metavar="PATH", help="Sort by a field (JSONPath)."),
)
"""The flags of a command that prints tables as well."""


def form_of(given: Mapping[str, Any], directory: Path) -> Form:
    """What the flags of `whole` or `tabular` ask for; files count from the directory.

    Errors: UsageFault.
    """
    name, template = _named(given["output"], given["template"], directory)
    labels = (word for each in given.get("label_columns", ()) for word in each.split(","))
    return Form(
        name=name,
        template=template,
        headers=not given.get("no_headers"),
        labels=tuple(word for word in labels if word),
        all_labels=bool(given.get("show_labels")),
        kinds=bool(given.get("show_kind")),
        sort_by=given.get("sort_by", ""),
        missing=given["allow_missing_template_keys"],
        managed=given["show_managed_fields"],
    )


def _named(output: str, template: str, directory: Path) -> tuple[str, str]:
    name, equals, text = output.partition("=")
    if name in PLAIN and not equals:
        return name, ""
    bare = name.removesuffix("-file")
    if bare in TEMPLATES:
        text = text or template
        if not text:
            what = TEMPLATES[bare]
            raise UsageFault(f"{bare} format specified but no {what} given")
        return bare, text if bare == name else _file(directory / text, columns=bare != "jsonpath")
    if name.startswith(("go-template", "template")):
        raise UsageFault(
            "slipcast has no Go templates", hint="-o jsonpath='{.metadata.name}' does as much."
        )
    raise UsageFault(
        f'unable to match a printer suitable for the output format "{output}", '
        f"allowed formats are: {ALLOWED}"
    )


def _file(path: Path, *, columns: bool) -> str:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise UsageFault(f"the template {path} cannot be read: {wrong}") from wrong
    if not columns:
        return text
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) != 2 or len(lines[0]) != len(lines[1]):  # noqa: PLR2004 -- headers and paths
        raise UsageFault(f"{path} must have a line of headers and a line of as many paths")
    return ",".join(f"{head}:{field}" for head, field in zip(*lines, strict=True))
