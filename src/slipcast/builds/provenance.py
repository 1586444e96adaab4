"""What an image says of the build it came from: its variables and its labels.

Source: builder-process.md 6.3 (BLD-106 to BLD-109), BLD-113, BLD-114.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slipcast.api.build import Build
from slipcast.values.faults import InvalidFault
from slipcast.values.giturl import parse_git_url
from slipcast.values.revision import SourceRevision
from slipcast.values.sensitive import redacted

LABELS: Final = "io.openshift.build."


def variables(build: Build, revision: SourceRevision) -> Iterator[tuple[str, str]]:
    """The variables of an image, in their order; those of the strategy are not among them."""
    git = build.spec.source.git
    yield "OPENSHIFT_BUILD_NAME", build.metadata.name
    yield "OPENSHIFT_BUILD_NAMESPACE", build.metadata.namespace
    if git is not None:
        yield "OPENSHIFT_BUILD_SOURCE", revision.location or _public(git.uri)
        if git.ref:
            yield "OPENSHIFT_BUILD_REFERENCE", git.ref
    commit = revision.commit or _given_commit(build)
    if commit:
        yield "OPENSHIFT_BUILD_COMMIT", commit


def labels(build: Build, revision: SourceRevision) -> Iterator[tuple[str, str]]:
    """The labels of an image: the build's by name, then those the build asks for; later wins."""
    generated = {f"{LABELS}{name}": value for name, value in _generated(build, revision) if value}
    yield from sorted(generated.items())
    for label in build.spec.output.image_labels:
        yield label.name, label.value


def _generated(build: Build, revision: SourceRevision) -> Iterator[tuple[str, str]]:
    git = build.spec.source.git
    name, email = revision.author_name, revision.author_email
    yield "name", build.metadata.name
    yield "namespace", build.metadata.namespace
    yield "commit.id", revision.commit
    yield "commit.ref", (git.ref if git is not None else "") or revision.ref
    yield "commit.author", f"{name} <{email}>" if name or email else ""
    yield "commit.date", revision.date
    yield "commit.message", revision.message
    yield "source-location", revision.location
    yield "source-context-dir", build.spec.source.context_dir


def _public(uri: str) -> str:
    """A URI as everybody may see it who sees the image (BLD-51)."""
    try:
        url = parse_git_url(uri)
    except InvalidFault:
        return redacted(uri)
    return uri if url is None else str(url.without_credentials)


def _given_commit(build: Build) -> str:
    given = build.spec.revision
    return given.git.commit if given is not None and given.git is not None else ""
