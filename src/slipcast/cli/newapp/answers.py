"""new-app's questions answered: by the API, by git, by files; side by side where they can be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar, assert_never

from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import BuildConfig
from slipcast.api.document import JSON
from slipcast.api.image import Image, ImageStream, ImageStreamImport, ImageStreamTag
from slipcast.api.kinds import Kind
from slipcast.api.lens import read
from slipcast.api.template import Template
from slipcast.cli import manifests, templating
from slipcast.cli.newapp import looking, secrets
from slipcast.cli.toolbox import Connection, EngineFlags, Toolbox
from slipcast.newapp.facts import (
    Answer,
    Configs,
    Facts,
    HostImage,
    IsSource,
    LookUp,
    Need,
    NoImage,
    NoSource,
    NoTemplate,
    OnHost,
    Question,
    RegistryImage,
    SecretFor,
    Source,
    Streams,
    TagImage,
    TemplateFile,
    Templates,
)
from slipcast.newapp.image import ImageFacts, host_facts, image_facts
from slipcast.newapp.listing import searched
from slipcast.newapp.matches import Match
from slipcast.newapp.planning import Plan, planned
from slipcast.newapp.request import NewAppRequest
from slipcast.ports.api import Resource
from slipcast.values.apifaults import ApiFault, Forbidden, NotFound
from slipcast.values.faults import Fault

T = TypeVar("T")

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
TAG: Final = kinds.require(kinds.IMAGE, "ImageStreamTag")
IMPORT: Final = kinds.require(kinds.IMAGE, "ImageStreamImport")
CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
TEMPLATE: Final = kinds.require(kinds.TEMPLATE, "Template")
ASKED: Final = "newapp"
"""The name of the import that imports nothing (RS-40)."""


class Answers:
    """Answers questions over a connection."""

    def __init__(self, connection: Connection, toolbox: Toolbox) -> None:
        self._connection = connection
        self._toolbox = toolbox

    async def plan(self, request: NewAppRequest) -> Plan:
        """The plan of a request, with all that it asks answered.

        Errors: Fault.
        """
        return await self._decided(lambda facts: planned(request, facts))

    async def searched(self, request: NewAppRequest) -> tuple[Match, ...]:
        """What is near to the words of a request.

        Errors: Fault.
        """
        return await self._decided(lambda facts: searched(request, facts))

    async def contents(self, found: Sequence[Match]) -> list[JSON]:
        """The streams and templates that matches stand for, as they are (NA-75).

        Errors: Fault.
        """
        sorts = {"stream": STREAM, "template": TEMPLATE}
        places = [
            Resource(sorts[each.origin], each.namespace, each.name)
            for each in found
            if each.origin in sorts
        ]
        there = await asyncio.gather(*map(self._connection.api.get, places))
        return [each.content for each in there]

    async def _decided(self, decide: Callable[[Facts], T]) -> T:
        facts = Facts()
        while True:
            try:
                return decide(facts)
            except Need as need:
                facts = facts.with_answers(await self._answered(need.questions))

    async def _answered(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        found = await asyncio.gather(*(self._answer(each) for each in questions))
        return dict(zip(questions, found, strict=True))

    async def _answer(self, question: Question) -> Answer:
        answer: Answer
        match question:
            case IsSource():
                answer = await self._source(question)
            case SecretFor():
                answer = await secrets.lent(self._connection, question)
            case Streams():
                contents = await self._listed(STREAM, question.namespace)
                answer = tuple(read(each, ImageStream) for each in contents)
            case Configs():
                contents = await self._listed(CONFIG, question.namespace)
                answer = tuple(read(each, BuildConfig) for each in contents)
            case Templates():
                contents = await self._listed(TEMPLATE, question.namespace)
                answer = tuple(read(each, Template) for each in contents)
            case TagImage():
                answer = await self._tag(question)
            case LookUp():
                answer = await self._registry(question)
            case OnHost():
                answer = await asyncio.to_thread(self._on_host, question.name)
            case TemplateFile():
                answer = await asyncio.to_thread(self._file, question.place)
            case _:
                assert_never(question)
        return answer

    async def _source(self, question: IsSource) -> Source | NoSource:
        """What is at a word; whether anybody may read it is asked meanwhile (SR-13)."""
        if question.secret:
            held = await secrets.held(self._connection, question.secret)
            return await asyncio.to_thread(looking.look, question, self._toolbox, held)
        answer, is_private = await asyncio.gather(
            asyncio.to_thread(looking.look, question, self._toolbox),
            asyncio.to_thread(looking.is_private, question.word, self._toolbox),
        )
        if isinstance(answer, NoSource) or not is_private:
            return answer
        return replace(answer, needs_credentials=True)

    async def _listed(self, kind: Kind, namespace: str) -> list[JSON]:
        """The objects of a namespace; none of one that may not be seen (RS-12)."""
        try:
            listing = await self._connection.api.list(Resource(kind, namespace))
        except (Forbidden, NotFound):
            return []
        return [each.content for each in listing.documents]

    async def _tag(self, question: TagImage) -> ImageFacts | None:
        name = f"{question.stream}:{question.tag}"
        try:
            found = await self._connection.api.get(Resource(TAG, question.namespace, name))
        except (Forbidden, NotFound):
            return None
        return image_facts(read(found.content, ImageStreamTag).image)

    async def _registry(self, question: LookUp) -> RegistryImage | NoImage:
        """What a registry has, asked by the server with the project's credentials (RS-40)."""
        image = {
            "from": {"kind": "DockerImage", "name": question.pull_spec},
            "importPolicy": {"insecure": question.insecure},
        }
        content = {"metadata": {"name": ASKED}, "spec": {"import": False, "images": [image]}}
        place = Resource(IMPORT, self._connection.namespace)
        try:
            answer = await self._connection.api.create(place, content)
        except ApiFault as fault:
            return NoImage(reason="failed", why=fault.message)
        status = read(answer.document.content, ImageStreamImport).status.images[0]
        if status.image is None:
            return _no_image(status.status.reason, status.status.message)
        image_found: Image = status.image
        return RegistryImage(
            image=image_facts(image_found), pull_spec=image_found.docker_image_reference
        )

    def _on_host(self, name: str) -> HostImage | None:
        """An image of this machine's engine; None where there is no engine, either (RS-40)."""
        try:
            found = self._toolbox.tools(EngineFlags()).engine.inspect(name)
        except Fault:
            return None
        if found is None:
            return None
        bare = name.rpartition("/")[2]
        whole = (each for each in found.names if each == name or each.endswith(f"/{bare}"))
        return HostImage(name=next(whole, name), image=host_facts(found))

    def _file(self, place: str) -> Template | NoTemplate:
        try:
            found = manifests.read((place,), self._toolbox, recursive=False)
        except Fault as fault:
            return NoTemplate(why=fault.message)
        if not found or found[0].kind is not TEMPLATE:
            return NoTemplate(why=f"there is no template in {place}")
        return read(templating.read_in(found[0].content), Template)


def _no_image(reason: str, message: str) -> NoImage:
    if reason == "NotFound":
        return NoImage(reason="unknown", why=message)
    return NoImage(reason="unauthorized" if reason == "Unauthorized" else "failed", why=message)
