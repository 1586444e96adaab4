"""The documents of a plan: in order, each once, with labels and what says where they come from.

Source: generated-objects.md GO-15 to GO-18, section 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from slipcast.api.applications import GENERATED_BY, NAMED, name_of
from slipcast.api.document import JSON
from slipcast.newapp import objects
from slipcast.newapp.component import InputImage
from slipcast.newapp.objects import Secrets
from slipcast.newapp.planning import Plan
from slipcast.newapp.request import NewAppRequest, Pair
from slipcast.values.names import composed

APP: Final = "app"
_NAME: Final = "app.kubernetes.io/name"
_INSTANCE: Final = "app.kubernetes.io/instance"
_COMPONENT: Final = "app.kubernetes.io/component"
_DEPLOYERS: Final = frozenset({"DeploymentConfig", "Deployment"})


def documents(
    plan: Plan,
    request: NewAppRequest,
    secrets: Callable[[], Secrets],
    made: Iterable[JSON] = (),
) -> tuple[JSON, ...]:
    """What is to be created, in order (GO-15).

    Shape:  secrets gives new ones for each BuildConfig; made are the objects of templates.
    """
    labels = {pair.name: pair.value for pair in request.labels}
    name = result_name(plan, request)
    given = tuple(made)
    all_labels = {**labels, **_implied(given, request, name, labels)}
    # Selector, labels of pods and service of a DeploymentConfig have always been one map.
    selecting = all_labels if request.as_deployment_config else labels
    hooks = _Hooks(secrets, is_kept=request.keeps_hooks)
    found = _once((*_objects(plan, selecting, hooks), *given))
    author = "OpenShiftNewBuild" if request.builds else "OpenShiftNewApp"
    return _named([_signed(each, all_labels, author) for each in found], name)


def with_env(made: Iterable[JSON], env: Iterable[Pair]) -> list[JSON]:
    """Objects of a template whose containers have more variables; those given win (NA-55)."""
    given = [{"name": each.name, "value": each.value} for each in env]
    return [_with_variables(each, given) if given else each for each in made]


def with_build_env(made: Iterable[JSON], env: Iterable[Pair]) -> list[JSON]:
    """Objects of a template whose builds have more variables; the template's win (NA-55)."""
    given = [{"name": each.name, "value": each.value} for each in env]
    return [_built_with(each, given) if given else each for each in made]


def _built_with(content: JSON, given: list[JSON]) -> JSON:
    spec: Any = content.get("spec")
    strategy: Any = spec.get("strategy") if isinstance(spec, dict) else None
    if content.get("kind") != "BuildConfig" or not isinstance(strategy, dict):
        return content
    blocks = {
        name: {**block, "env": _more((block.get("env") or ()), given)}
        for name, block in strategy.items()
        if name.endswith("Strategy") and isinstance(block, dict)
    }
    return {**content, "spec": {**spec, "strategy": {**strategy, **blocks}}}


def _more(held: Iterable[JSON], given: list[JSON]) -> list[JSON]:
    """Variables that are there, and those of others that are not."""
    there = list(held)
    names = {each.get("name") for each in there}
    return [*there, *(each for each in given if each["name"] not in names)]


def _with_variables(content: JSON, given: list[JSON]) -> JSON:
    spec: Any = content.get("spec")
    template: Any = spec.get("template") if isinstance(spec, dict) else None
    inner: Any = template.get("spec") if isinstance(template, dict) else None
    if not isinstance(inner, dict) or not isinstance(inner.get("containers"), list):
        return content
    names = {each["name"] for each in given}
    containers = [
        {
            **each,
            "env": [
                *(old for old in each.get("env") or () if old.get("name") not in names),
                *given,
            ],
        }
        for each in inner["containers"]
    ]
    below = {**template, "spec": {**inner, "containers": containers}}
    return {**content, "spec": {**spec, "template": below}}


def result_name(plan: Plan, request: NewAppRequest) -> str:
    """The name under which all of it is known (GO-30)."""
    candidates = [
        request.name,
        *(each.template.metadata.name for each in plan.templates if each.template is not None),
        *(each.name for each in plan.deployments),
        *(part.name for part in plan.parts),
    ]
    return next(filter(None, candidates), "")


class _Hooks(NamedTuple):
    """What webhooks must know, said in their BuildConfigs or kept in Secrets."""

    secrets: Callable[[], Secrets]
    is_kept: bool

    def of(self, config: str) -> Secrets:
        """Those of a BuildConfig."""
        found = self.secrets()
        return replace(found, kept=composed(config, "webhooks")) if self.is_kept else found


def _objects(plan: Plan, labels: Mapping[str, str], hooks: _Hooks) -> Iterator[JSON]:
    services: list[JSON] = []
    deployed: set[str] = set()
    for part in plan.parts:
        yield from _streams(part.image)
        if part.build is not None:
            if part.build.output.stream:
                yield objects.output_stream(part.build.output.stream)
            elif part.build.output.name and part.build.output.is_tag:
                yield objects.output_stream(part.build.output.name.partition(":")[0])
            secrets = hooks.of(part.build.name)
            if secrets.kept:
                yield objects.hook_secret(secrets)
            yield objects.build_config(part.build, secrets)
            copied = part.build.source.copied
            yield from _streams(copied.image if copied is not None else None)
        for each in plan.deployments:
            is_ours = any(container.name == part.name for container in each.containers)
            if not is_ours or each.name in deployed or not _is_last(plan, part.name, each.name):
                continue
            deployed.add(each.name)
            write = objects.deployment_config if each.is_config else objects.deployment
            yield write(each, labels)
            service = objects.service(each, objects.selector_of(each, labels))
            services += [service] if service is not None else []
    yield from services


def _is_last(plan: Plan, part: str, deployment: str) -> bool:
    """Whether a part is the last of those that are deployed together."""
    (found,) = [each for each in plan.deployments if each.name == deployment]
    return found.containers[-1].name == part


def _streams(image: InputImage | None) -> Iterator[JSON]:
    if image is not None and image.stream is not None:
        yield objects.input_stream(image.stream)


def _once(found: Iterable[JSON]) -> list[JSON]:
    """Each object once: the first of a kind, namespace and name counts (GO-16).

    Shape:  a stream that is built into may be followed, too: it has the tags of both.
    """
    kept: dict[tuple[Any, ...], JSON] = {}
    for each in found:
        metadata = each.get("metadata") or {}
        name = metadata.get("name") or f"{metadata.get('generateName')}{len(kept)}"
        key = (each.get("kind"), metadata.get("namespace"), name)
        kept[key] = _with_tags(kept[key], each) if key in kept else each
    return list(kept.values())


def _with_tags(first: JSON, other: JSON) -> JSON:
    """A stream with the tags that only another of its name has; what is no stream as it is."""
    spec, more = first.get("spec") or {}, other.get("spec") or {}
    if first.get("kind") != "ImageStream" or not more.get("tags"):
        return first
    held = spec.get("tags") or []
    names = {each.get("name") for each in held}
    tags = [*held, *(each for each in more["tags"] if each.get("name") not in names)]
    return {**first, "spec": {**spec, "tags": tags}}


def _implied(
    found: Iterable[JSON], request: NewAppRequest, name: str, labels: Mapping[str, str]
) -> dict[str, str]:
    """Labels that nobody asked for and that hold together what was made (GO-111, GO-112)."""
    if not name:
        return {}
    if request.builds:
        return {} if labels else {"build": name}
    if request.as_deployment_config:
        taken = any(APP in held for each in found for held in _label_maps(each))
        return {} if taken or APP in labels else {APP: name}
    keys = {APP: name, _COMPONENT: name, _INSTANCE: name}
    if request.streams:
        stream, _, _ = request.streams[0].partition("~")
        keys[_NAME] = stream.rpartition("/")[2].partition(":")[0]
    taken = any(key in held for each in found for held in _label_maps(each) for key in keys)
    return {} if taken or any(key in labels for key in keys) else keys


def _label_maps(content: JSON) -> Iterator[Mapping[str, Any]]:
    yield (content.get("metadata") or {}).get("labels") or {}
    if content.get("kind") == "DeploymentConfig":
        template = (content.get("spec") or {}).get("template") or {}
        yield (template.get("metadata") or {}).get("labels") or {}


def _signed(content: JSON, labels: Mapping[str, str], author: str) -> JSON:
    """An object with its labels, and who generated it (GO-110, GO-113)."""
    signed = {**content, "metadata": _with(content.get("metadata") or {}, labels, author)}
    spec: Any = content.get("spec")
    template: Any = spec.get("template") if isinstance(spec, dict) else None
    if content.get("kind") in _DEPLOYERS and isinstance(template, dict):
        below = labels if content["kind"] == "DeploymentConfig" else {}
        inner = {**template, "metadata": _with(template.get("metadata") or {}, below, author)}
        signed["spec"] = {**spec, "template": inner}
    return signed


def _named(made: Iterable[JSON], name: str) -> tuple[JSON, ...]:
    """The objects; an annotation names the application of those whose labels do not (UP-25)."""
    found = [(each, _told_name(each)) for each in made]
    if not name or (len({told for _, told in found}) == 1 and found[0][1]):
        return tuple(each for each, _ in found)
    return tuple(each if told == name else _annotated(each, name) for each, told in found)


def _told_name(content: JSON) -> str:
    metadata = content["metadata"]
    return name_of(metadata.get("labels") or {}, metadata["annotations"])


def _annotated(content: JSON, name: str) -> JSON:
    metadata = content["metadata"]
    annotations = {**metadata["annotations"], NAMED: name}
    return {**content, "metadata": {**metadata, "annotations": annotations}}


def _with(metadata: JSON, labels: Mapping[str, str], author: str) -> JSON:
    annotations = {**(metadata.get("annotations") or {}), GENERATED_BY: author}
    both = {**(metadata.get("labels") or {}), **labels}
    return {**metadata, "annotations": annotations, **({"labels": both} if both else {})}
