"""References to images: where a build comes from, and where its image goes.

Source: build-api.md section 4.4, BA-70 to BA-77.
"""

from __future__ import annotations

from slipcast.api.meta import LocalObjectReference, ObjectReference
from slipcast.images.references import pull_spec, split_stream_tag, stream_name
from slipcast.values.causes import Cause, invalid, required
from slipcast.values.names import dns_subdomain

_FORM = "ImageStreamTag object references must be in the form <name>:<tag>"
_SYNTAX = "ImageStreamTag name contains invalid syntax"
_FROM = "the source of a builder image must be an 'ImageStreamTag', 'ImageStreamImage', or"
_TO = "the target of build output must be an 'ImageStreamTag' or 'DockerImage'"
_NAMESPACE = "namespace must be a valid subdomain"


def source_image(reference: ObjectReference, path: str) -> tuple[Cause, ...]:
    """What is wrong with a reference to an image that a build reads (BA-70 to BA-75)."""
    match reference.kind:
        case "ImageStreamTag":
            return stream_tag(reference, path)
        case "ImageStreamImage":
            missing = () if reference.name else (required(f"{path}.name"),)
            return (*missing, *_namespace(reference, path))
        case "DockerImage" if not reference.name:
            return (*_no_namespace(reference, path), required(f"{path}.name"))
        case "DockerImage":
            return (*_no_namespace(reference, path), *_pull_spec(reference, path))
        case "":
            return (required(f"{path}.kind"),)
        case kind:
            return (invalid(f"{path}.kind", kind, f"{_FROM} 'DockerImage'"),)


def target_image(reference: ObjectReference, path: str) -> tuple[Cause, ...]:
    """What is wrong with a reference to the image that a build makes (BA-70 to BA-75)."""
    match reference.kind:
        case "ImageStreamTag":
            return stream_tag(reference, path)
        case "DockerImage":
            return (*_no_namespace(reference, path), *_pull_spec(reference, path))
        case "":
            return (required(f"{path}.kind"),)
        case kind:
            return (invalid(f"{path}.kind", kind, _TO),)


def stream_tag(reference: ObjectReference, path: str) -> tuple[Cause, ...]:
    """What is wrong with a reference to a tag of a stream (BA-71, BA-72, BA-77)."""
    return (*_stream_tag_name(reference.name, path), *_namespace(reference, path))


def secret(reference: LocalObjectReference | None, path: str) -> tuple[Cause, ...]:
    """What is wrong with a reference to a Secret: there it must have a name (BA-84)."""
    return (required(f"{path}.name"),) if reference is not None and not reference.name else ()


def _stream_tag_name(name: str, path: str) -> tuple[Cause, ...]:
    if not name:
        return (required(f"{path}.name"),)
    halves = split_stream_tag(name)
    stream = name.partition(":")[0]
    if ":" in name and stream_name(stream):
        return (invalid(f"{path}.name", stream, _SYNTAX),)
    return () if halves else (invalid(f"{path}.name", name, _FORM),)


def _namespace(reference: ObjectReference, path: str) -> tuple[Cause, ...]:
    if reference.namespace and dns_subdomain(reference.namespace):
        return (invalid(f"{path}.namespace", reference.namespace, _NAMESPACE),)
    return ()


def _no_namespace(reference: ObjectReference, path: str) -> tuple[Cause, ...]:
    if not reference.namespace:
        return ()
    what = "namespace is not valid when used with a 'DockerImage'"
    return (invalid(f"{path}.namespace", reference.namespace, what),)


def _pull_spec(reference: ObjectReference, path: str) -> tuple[Cause, ...]:
    found = pull_spec(reference.name)
    if not isinstance(found, str):
        return ()
    what = f"name is not a valid Docker pull specification: {found}"
    return (invalid(f"{path}.name", reference.name, what),)
