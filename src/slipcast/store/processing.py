"""`processedtemplates`: a template is sent, and comes back with its objects filled in (TP-65).

Nothing is kept. Chance is that of the operating system (TP-28).

Source: templates.md section 6.
"""

from __future__ import annotations

import secrets
from typing import Final

import msgspec
from typing_extensions import override

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.fullness import settled
from slipcast.api.lens import overlay
from slipcast.api.template import Template
from slipcast.ports.api import Answer, Resource, WriteOptions
from slipcast.store import metadata as meta
from slipcast.store.authorize import Guard
from slipcast.store.typed import seen
from slipcast.store.virtual import Virtual
from slipcast.templates.process import Processed, processed
from slipcast.values.apifaults import Invalid

TEMPLATE: Final = kinds.require(kinds.TEMPLATE, "Template")
PROCESSED: Final = kinds.require(kinds.TEMPLATE, "ProcessedTemplate")


class ProcessedTemplates(Virtual):
    """Templates that are answered processed."""

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """The template, processed.

        Errors: Forbidden; BadRequest; Invalid with everything that is wrong with it.
        """
        del options
        await guard.check("create", resource)
        asked = meta.begun(msgspec.structs.replace(resource, kind=TEMPLATE), content)
        template: Template = seen(TEMPLATE, asked)
        made = processed(template, secrets.randbelow)
        if not isinstance(made, Processed):
            name = template.metadata.name
            raise Invalid(TEMPLATE.name, TEMPLATE.group, name, made)
        whole = overlay(asked, template, made.template)
        whole = settled(whole, made.template, TEMPLATE)
        whole["metadata"].pop("namespace", None)
        return Answer(Document.of(TEMPLATE, whole), created=True)
