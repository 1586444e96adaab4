"""What a Build is made of and its BuildConfig does not say: images behind references, secrets.

Read with the server's rights: whoever may start a build is told what it starts from.

Source: build-lifecycle.md BL-14 to BL-20; build-api.md BA-116.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.core import Secret
from slipcast.api.image import ImageStream
from slipcast.builds.credentials import with_secrets
from slipcast.builds.generate import Resolved, Unresolved
from slipcast.builds.triggers import Reference
from slipcast.images.references import split_stream_tag
from slipcast.images.resolve import Missing, repository_of, resolved, stream_named
from slipcast.store.furnishing import ACCOUNT, SECRET
from slipcast.store.rows import Rows
from slipcast.store.typed import seen
from slipcast.values.apifaults import InternalError, NotFound

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
_IN_STREAMS: Final = frozenset({"ImageStreamTag", "ImageStreamImage"})


class BuildInputs:
    """Looks up what builds are made of."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def images(self, wanted: Iterable[Reference]) -> Resolved:
        """What references into streams lead to; others are not looked up."""
        return {each: await self._image(each) for each in wanted if each.kind in _IN_STREAMS}

    async def with_credentials(self, build: Build) -> Build:
        """The build with secrets of its service account, where it names none (BL-14 to BL-17).

        Errors: InternalError when there is no such account.
        """
        return with_secrets(build, await self._secrets(build), await self._output(build))

    async def _image(self, reference: Reference) -> str | Unresolved:
        into = stream_named(reference.kind, reference.name)
        if isinstance(into, Missing):
            return Unresolved(why=into.why)
        stream = await self._stream(reference.namespace, into)
        if stream is None:
            return Unresolved(why=NotFound(STREAM.plural, STREAM.group, into).message)
        found = resolved(reference.kind, reference.name, stream)
        return Unresolved(why=found.why) if isinstance(found, Missing) else found.pull_spec

    async def _secrets(self, build: Build) -> Sequence[Secret]:
        """The secrets that a build's account lists; those that are not there are left out."""
        namespace, name = build.metadata.namespace, build.spec.service_account
        account = await self._rows.get(ACCOUNT, namespace, name)
        if account is None:
            missing = NotFound(ACCOUNT.plural, ACCOUNT.group, name).message
            raise InternalError(
                "Internal error occurred: Error getting push/pull secrets for service account"
                f" {namespace}/{name}: {missing}"
            )
        listed = [each.name for each in seen(ACCOUNT, account).secrets]
        found = [await self._rows.get(SECRET, namespace, each) for each in listed]
        return [seen(SECRET, each) for each in found if each is not None]

    async def _output(self, build: Build) -> str:
        """Where a build's image is pushed, in full; empty where that is not known yet."""
        to = build.spec.output.to
        if to is None or to.kind != "ImageStreamTag":
            return "" if to is None else to.name
        halves = split_stream_tag(to.name)
        if halves is None:
            return ""
        stream = await self._stream(to.namespace or build.metadata.namespace, halves[0])
        return "" if stream is None else repository_of(stream, halves[1])

    async def _stream(self, namespace: str, name: str) -> ImageStream | None:
        found = await self._rows.get(STREAM, namespace, name)
        if found is None:
            return None
        stream: ImageStream = seen(STREAM, found)
        return stream
