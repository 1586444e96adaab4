"""Objects that a command generates and does not send, printed: kinds need not be known here.

Source: templates.md TP-62; generated-objects.md GO-143.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import click

from slipcast.api import codec
from slipcast.api.document import JSON
from slipcast.cli.output import form as forms
from slipcast.cli.output.form import Form
from slipcast.values.faults import UsageFault
from slipcast.views.jsonpath import Template


def form_of(output: str, template: str, known: Collection[str], directory: Path) -> Form:
    """What `-o` asks for, of the forms that a command knows.

    Errors: UsageFault.
    """
    is_template = output.startswith(("go-template", "template"))
    if output.partition("=")[0].removesuffix("-file") not in known and not is_template:
        raise UsageFault(f'output format "{output}" not recognized')
    usual = {"allow_missing_template_keys": True, "show_managed_fields": False}
    return forms.form_of({"output": output, "template": template, **usual}, directory)


def show(objects: Sequence[JSON], form: Form, *, raw: bool = False) -> None:
    """Print objects as a List; raw ones one after another."""
    whole: JSON = {"kind": "List", "apiVersion": "v1", "metadata": {}, "items": list(objects)}
    shown = objects if raw else [whole]
    if form.name == "jsonpath":
        path = Template(form.template, missing=form.missing)
        click.echo("".join(path.fill(each) for each in shown), nl=False)
        return
    encode = codec.to_yaml if form.name == "yaml" else codec.to_json
    separator = "---\n" if form.name == "yaml" else ""
    click.echo(separator.join(encode(each) for each in shown), nl=False)
