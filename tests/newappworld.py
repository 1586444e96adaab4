"""What new-app is asked against in tests: streams, registries, sources and templates of a world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from slipcast.api.document import JSON
from slipcast.api.image import ImageStream
from slipcast.api.template import Template
from slipcast.cli.newapp import flags
from slipcast.newapp.documents import documents
from slipcast.newapp.facts import (
    Answer,
    Configs,
    Facts,
    HostImage,
    IsSource,
    Lent,
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
from slipcast.newapp.image import ImageFacts
from slipcast.newapp.objects import Secrets
from slipcast.newapp.planning import Plan, planned
from slipcast.newapp.request import NewAppRequest
from slipcast.newapp.sources import unseen
from slipcast.source.inspect import inspect
from slipcast.source.tree import MemoryTree
from slipcast.testing.toolbox import FakeToolbox
from verdicts import seen

PROJECT = "shop"
SHOP = "https://git.example/team/Django.Shop.git"
WEB = "https://git.example/team/web"
PIPE = "https://git.example/team/pipe"

_SCRIPTS = {"io.openshift.s2i.scripts-url": "image:///usr/libexec/s2i"}
BUILDER = ImageFacts(id="sha256:b", labels=_SCRIPTS, ports=("8080/tcp",), user="1001")
DATABASE = ImageFacts(
    id="sha256:d", ports=("3306/tcp",), volumes=("/var/lib/mysql/data",), user="27"
)
PLAIN = ImageFacts(id="sha256:p", ports=("53/udp", "8080/tcp", "8443/tcp"), user="1001")
SILENT = ImageFacts(id="sha256:s", user="1001")
FOLLOWED = {
    "ruby": ("2.2", "2.3"),
    "nodejs": ("0.10", "4"),
    "python": ("2.7", "3.4", "3.5"),
    "mysql": ("5.6", "5.7"),
    "centos": ("7",),
}
"""Streams of `openshift`, with their versions; `latest` follows the last."""
FILES: Mapping[str, Mapping[str, str]] = {
    SHOP: {"requirements.txt": "django\n"},
    WEB: {"Dockerfile": "FROM centos:7\nEXPOSE 8080 8443\n"},
    f"{WEB}-own": {"Dockerfile": "FROM quay.io/team/base:2\nEXPOSE 8080\n"},
    f"{WEB}-lost": {"Dockerfile": "FROM nowhere/at-all:1\n"},
    f"{WEB}-empty": {"Dockerfile": "FROM scratch\nCOPY app /\n"},
    PIPE: {"Jenkinsfile": "node {}\n"},
}
REGISTRY = {
    "quay.io/team/base:2": SILENT,
    "quay.io/team/proxy:1": PLAIN,
    "redis": DATABASE,
    "jenkins": SILENT,
    "openshift/origin:v1.1": SILENT,
}


def a_stream(name: str, versions: Sequence[str], namespace: str = "openshift") -> ImageStream:
    """A stream whose latest follows the last of its versions."""
    items = [{"image": "sha256:1", "dockerImageReference": f"registry/{name}"}]
    follows = {"kind": "ImageStreamTag", "name": versions[-1]}
    tags: list[dict[str, Any]] = [{"name": each} for each in versions]
    return seen(
        ImageStream,
        metadata={"name": name, "namespace": namespace},
        spec={"tags": [*tags, {"name": "latest", "from": follows}]},
        status={
            "dockerImageRepository": f"registry:5000/{namespace}/{name}",
            "tags": [{"tag": each, "items": items} for each in (*versions, "latest")],
        },
    )


def a_source(word: str, files: Mapping[str, str], **more: Any) -> Source:
    """A source with some files."""
    here = Source(directory=f"/home/me/{word}", name=word.strip("./"))
    named = here if word.startswith(".") else unseen(word)
    tree = MemoryTree({name: text.encode() for name, text in files.items()})
    return replace(named, facts=inspect(tree), dockerfile=files.get("Dockerfile"), **more)


_FACTS = {"mysql": DATABASE, "centos": SILENT}
WORLD: dict[Question, Answer] = {
    Streams("openshift"): tuple(a_stream(*each) for each in FOLLOWED.items()),
    **{
        TagImage("openshift", name, tag): _FACTS.get(name, BUILDER)
        for name, versions in FOLLOWED.items()
        for tag in (*versions, "latest")
    },
    OnHost("own:2"): HostImage(name="localhost/own:2", image=PLAIN),
    OnHost("localhost/s2i:1"): HostImage(name="localhost/s2i:1", image=BUILDER),
    IsSource("./shop"): a_source("./shop", {"package.json": "{}"}),
    IsSource("./admin"): a_source("./admin", {"Gemfile": ""}),
}
SECRETS = Secrets("made-for-GitHub-1234", "made-for-all-1234567")


def answered(question: Question) -> Answer:
    """What this world answers; of what it does not know, that there is no such thing."""
    answer: Answer = ()
    match question:
        case IsSource():
            place, _, _ = question.word.partition("#")
            files = FILES.get(place)
            answer = NoSource(why="there is no such directory")
            if files is not None:
                answer = a_source(question.word, files, secret=question.secret)
        case SecretFor():
            answer = Lent(name=question.name)
        case LookUp():
            known = REGISTRY.get(question.pull_spec)
            spec = f"{question.pull_spec}@sha256:1"
            answer = NoImage(reason="unknown")
            if known is not None:
                answer = RegistryImage(image=known, pull_spec=spec)
        case TagImage() | OnHost():
            answer = None
        case TemplateFile():
            answer = NoTemplate(why="there is no such file")
        case Streams() | Configs() | Templates():
            answer = ()
    return answer


def plan_of(request: NewAppRequest, answers: Mapping[Question, Answer] | None = None) -> Plan:
    """The plan of a request, in this world or one that differs by some answers.

    Errors: Fault.
    """
    facts = Facts({**WORLD, **(answers or {})})
    while True:
        try:
            return planned(request, facts)
        except Need as need:
            facts = facts.with_answers({each: answered(each) for each in need.questions})


def request_of(command: str, *words: str) -> NewAppRequest:
    """The request of a command line: new-app or new-build, and its words."""
    from slipcast.cli.commands.newapp import newapp  # noqa: PLC0415 -- asked by who parses
    from slipcast.cli.commands.newbuild import newbuild  # noqa: PLC0415 -- likewise
    from slipcast.cli.program import slipcast  # noqa: PLC0415 -- likewise

    toolbox = FakeToolbox(directory=Path("/home/me"))
    named = newbuild if command == "new-build" else newapp
    # Click keeps the help flag that a command is first asked with.
    settings = slipcast.context_settings
    given = dict(named.make_context(command, list(words), obj=toolbox, **settings).params)
    bare = given.pop("words")
    return flags.request_of(bare, given, toolbox, PROJECT, builds=command == "new-build")


def made_by(
    request: NewAppRequest,
    answers: Mapping[Question, Answer] | None = None,
    made: Sequence[JSON] = (),
) -> tuple[JSON, ...]:
    """The objects that a request comes to; made are those of its templates."""
    return documents(plan_of(request, answers), request, lambda: SECRETS, made)


def a_template(name: str) -> Template:
    """A template of the project, of which only the name matters."""
    return seen(Template, metadata={"name": name, "namespace": PROJECT}, objects=[])
