"""Selections: which documents a list or a watch is about, decided on as little as can be."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from slipcast.api.document import Document, Names
from slipcast.api.kinds import Kind
from slipcast.store import fields
from slipcast.values.selector import FieldSelector, LabelSelector


class Look:
    """A document being looked at: what was decoded once is not decoded again."""

    __slots__ = ("_fields", "_names", "document")

    def __init__(self, document: Document) -> None:
        self.document = document
        self._names: Names | None = None
        self._fields: Mapping[str, str] | None = None

    @property
    def names(self) -> Names:
        """Its name, namespace, uid and labels."""
        if self._names is None:
            self._names = self.document.names
        return self._names

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields that selectors may speak of."""
        if self._fields is None:
            self._fields = fields.values(self.document.kind, self.document.content)
        return self._fields


class Selection(msgspec.Struct, frozen=True):
    """Labels and fields that a document must have.

    Shape:  `name` is the only name there can be, empty when there can be several.
    """

    labels: LabelSelector
    others: FieldSelector
    name: str = ""
    namespace: str = ""

    @classmethod
    def parse(cls, kind: Kind, labels: str, by_fields: str, name: str = "") -> Selection:
        """The selection that the two selectors of a request make, or its name.

        Errors: BadRequest.
        """
        if not labels and not by_fields and not name:
            return EVERYTHING
        selector = fields.parsed(kind, by_fields)
        return cls(
            labels=LabelSelector.parse(labels),
            others=selector,
            name=name or selector.exact(fields.NAME) or "",
            namespace=selector.exact(fields.NAMESPACE) or "",
        )

    @property
    def is_everything(self) -> bool:
        """Whether no document is left out."""
        return self is EVERYTHING

    def may_match(self, look: Look) -> bool:
        """Whether a document of which only the names are known may be meant."""
        names = look.names
        return (not self.name or self.name == names.name) and (
            not self.namespace or self.namespace == names.namespace
        )

    def matches(self, look: Look) -> bool:
        """Whether a document is meant."""
        if self is EVERYTHING:
            return True
        if self.name and look.names.name != self.name:
            return False
        if self.labels.requirements and not self.labels.matches(look.names.labels):
            return False
        return not self.others.requirements or self.others.matches(look.fields)


EVERYTHING = Selection(LabelSelector.everything, FieldSelector.everything)
