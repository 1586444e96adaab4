"""What an image says of the build it came from."""

from __future__ import annotations

from slipcast.api.build import (
    Build,
    BuildOutput,
    BuildSource,
    BuildSpec,
    GitBuildSource,
    GitSourceRevision,
    ImageLabel,
)
from slipcast.api.build import SourceRevision as GivenRevision
from slipcast.api.meta import ObjectMeta
from slipcast.builds import provenance
from slipcast.values.revision import SourceRevision

URI = "https://user:pw@git.example/app.git"
REVISION = SourceRevision(
    location="https://git.example/app.git",
    ref="main",
    commit="c0ffee",
    author_name="Ada",
    author_email="ada@example.com",
    date="today",
    message='say "hi"',
)


def a_build(ref: str = "", **spec: object) -> Build:
    source = BuildSource(git=GitBuildSource(uri=URI, ref=ref), context_dir="sub")
    given = BuildSpec(**{"source": source, **spec})  # type: ignore[arg-type]  # what a test needs
    return Build(metadata=ObjectMeta(name="app-1", namespace="shop"), spec=given)


def test_variables_say_what_was_built_and_no_password() -> None:
    # BLD-106 to BLD-109, BLD-51
    assert list(provenance.variables(a_build("v1"), REVISION)) == [
        ("OPENSHIFT_BUILD_NAME", "app-1"),
        ("OPENSHIFT_BUILD_NAMESPACE", "shop"),
        ("OPENSHIFT_BUILD_SOURCE", "https://git.example/app.git"),
        ("OPENSHIFT_BUILD_REFERENCE", "v1"),
        ("OPENSHIFT_BUILD_COMMIT", "c0ffee"),
    ]


def test_the_commit_that_was_asked_for_is_told_when_no_other_is_known() -> None:
    # BLD-109
    given = GivenRevision(git=GitSourceRevision(commit="abc"))

    told = dict(provenance.variables(a_build(revision=given), SourceRevision()))

    assert told["OPENSHIFT_BUILD_COMMIT"] == "abc"
    assert told["OPENSHIFT_BUILD_SOURCE"] == "https://git.example/app.git"
    assert "OPENSHIFT_BUILD_REFERENCE" not in told


def test_a_build_without_repository_says_its_name_only() -> None:
    told = dict(provenance.variables(a_build(source=BuildSource()), SourceRevision()))

    assert list(told) == ["OPENSHIFT_BUILD_NAME", "OPENSHIFT_BUILD_NAMESPACE"]


def test_labels_come_sorted_and_those_of_the_build_after_them() -> None:
    # BLD-113, BLD-114
    output = BuildOutput(image_labels=(ImageLabel(name="io.openshift.build.name", value="mine"),))

    assert list(provenance.labels(a_build("v1", output=output), REVISION)) == [
        ("io.openshift.build.commit.author", "Ada <ada@example.com>"),
        ("io.openshift.build.commit.date", "today"),
        ("io.openshift.build.commit.id", "c0ffee"),
        ("io.openshift.build.commit.message", 'say "hi"'),
        ("io.openshift.build.commit.ref", "v1"),
        ("io.openshift.build.name", "app-1"),
        ("io.openshift.build.namespace", "shop"),
        ("io.openshift.build.source-context-dir", "sub"),
        ("io.openshift.build.source-location", "https://git.example/app.git"),
        ("io.openshift.build.name", "mine"),
    ]
