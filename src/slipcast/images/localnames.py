"""Names of images that mean tags of streams of the same namespace: `ruby:2.3` in a pod.

They do when the stream says so for everybody, or when an object says so for itself. What is
written instead is what a build would pull; a name whose tag means no image yet becomes that of the
stream's own repository, so that nothing of the same name elsewhere is ever pulled in its place.
Only what a write changes is looked at: an image that was running stays the one that runs.

Source: image-streams.md IS-509, IS-41; cli.md IL-3; OpenShift's admission of image policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.image import ImageStream
from slipcast.api.kinds import Kind
from slipcast.images.references import stream_name
from slipcast.images.resolve import Found, of_tag, repository_of
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef

ANNOTATION: Final = "alpha.image.policy.openshift.io/resolve-names"
"""What says of an object that its images may be named as tags (IL-3)."""
EVERY: Final = "*"
"""The value of the annotation: all of them."""

_CONTAINERS: Final = ("initContainers", "containers")
_STRATEGIES: Final = ("sourceStrategy", "dockerStrategy", "customStrategy")

Path = tuple[str | int, ...]
"""Where in an object a text is."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A name that may mean a tag, and where it is written."""

    path: Path
    stream: str
    tag: str


def names(kind: Kind, content: JSON, before: JSON | None) -> tuple[Named, ...]:
    """The names of an object that is about to be written which may mean tags.

    Shape:  before is what it replaces. None of a kind that names no images.
    """
    row = _ROWS.get((kind.group, kind.name))
    if row is None or (before is not None and row.is_fixed):
        return ()
    paths = row.paths
    known: Mapping[Path, str] = {}
    if before is not None and is_asked(content) == is_asked(before):
        known = dict(paths(before))
    found = (_named(path, text) for path, text in paths(content) if known.get(path) != text)
    return tuple(each for each in found if each is not None)


def is_asked(content: JSON) -> bool:
    """Whether an object says of its images that they may be named as tags."""
    spec = content.get("spec")
    template = spec.get("template") if isinstance(spec, dict) else None
    return _is_marked(content) or _is_marked(template)


def resolved(content: JSON, asked: tuple[Named, ...], streams: Mapping[str, ImageStream]) -> JSON:
    """The object with what its names mean, in the streams that there are."""
    is_forced = is_asked(content)
    for each in asked:
        stream = streams.get(each.stream)
        if stream is None or not (is_forced or stream.spec.lookup_policy.local):
            continue
        meant = _meant(stream, each.tag)
        if meant:
            content = _with(content, each.path, meant)
    return content


def _meant(stream: ImageStream, tag: str) -> str:
    found = of_tag(stream, tag)
    return found.pull_spec if isinstance(found, Found) else repository_of(stream, tag)


def _named(path: Path, text: str) -> Named | None:
    """The tag that a text may mean: one word, perhaps with a tag, and no digest."""
    try:
        ref = ImageRef.parse(text)
    except InvalidFault:
        return None
    if ref.registry or ref.namespace or ref.digest is not None or stream_name(ref.name):
        return None
    return Named(path=path, stream=ref.name, tag=ref.with_default_tag.tag)


def _is_marked(holder: object) -> bool:
    return _at(holder, ("metadata", "annotations", ANNOTATION)) == EVERY


Texts = Iterator[tuple[Path, str]]


def _of_pod(content: JSON) -> Texts:
    yield from _of_containers(content, ("spec",))


def _of_template(content: JSON) -> Texts:
    yield from _of_containers(content, ("spec", "template", "spec"))


def _of_deployment_config(content: JSON) -> Texts:
    """Images of containers but of those which a trigger gives theirs."""
    triggered = {
        name
        for trigger in _list(content, ("spec", "triggers"))
        for name in _list(trigger, ("imageChangeParams", "containerNames"))
        if _at(trigger, ("imageChangeParams", "automatic"))
    }
    for path, text in _of_template(content):
        if _at(content, (*path[:-1], "name")) not in triggered:
            yield path, text


def _of_build(content: JSON) -> Texts:
    """Pull specs of what a build is made from; a reference of another kind is resolved already."""
    images = range(len(_list(content, ("spec", "source", "images"))))
    for path in (
        *(("spec", "strategy", each, "from") for each in _STRATEGIES),
        *(("spec", "source", "images", index, "from") for index in images),
    ):
        name = _at(content, (*path, "name"))
        if _at(content, (*path, "kind")) == "DockerImage" and isinstance(name, str):
            yield (*path, "name"), name


def _of_containers(content: JSON, spec: Path) -> Texts:
    for field in _CONTAINERS:
        for index, container in enumerate(_list(content, (*spec, field))):
            image = _at(container, ("image",))
            if isinstance(image, str):
                yield (*spec, field, index, "image"), image


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """Where objects of a kind name images; is_fixed says that these never change."""

    paths: Callable[[JSON], Texts]
    is_fixed: bool = False


_ROWS: Final[Mapping[tuple[str, str], _Row]] = {
    (kinds.CORE, "Pod"): _Row(paths=_of_pod),
    (kinds.APPS, "Deployment"): _Row(paths=_of_template),
    (kinds.BATCH, "Job"): _Row(paths=_of_template, is_fixed=True),
    (kinds.APPS_OPENSHIFT, "DeploymentConfig"): _Row(paths=_of_deployment_config),
    (kinds.BUILD, "Build"): _Row(paths=_of_build, is_fixed=True),
}
"""THE TABLE of kinds whose images may be named as tags."""


def _at(value: object, path: Path) -> object:
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _list(value: object, path: Path) -> list[Any]:
    found = _at(value, path)
    return found if isinstance(found, list) else []


def _with(value: Any, path: Path, new: str) -> Any:
    """A document with another text at a path that it has; what it was is left as it was."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [_with(each, rest, new) if n == step else each for n, each in enumerate(value)]
    return {**value, step: _with(value[step], rest, new)}
