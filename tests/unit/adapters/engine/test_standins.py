"""Build arguments of names that buildah heeds, and the Dockerfile that knows them by others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from slipcast.adapters.engine.buildah import commands, standins
from slipcast.ports.engine import BuildSpec
from slipcast.testing.objects import a_config
from slipcast.values.image import ImageFacts

HEEDED = {"GOOGLE_API_KEY": "hunter2", "LDAP_PASSWORD": "hunter3"}


def nothing_is_here(_: str) -> ImageFacts | None:
    return None


def prepared(
    tmp_path: Path, text: str, args: Mapping[str, str], inspect: standins.Inspect = nothing_is_here
) -> tuple[BuildSpec, str]:
    """The build that buildah is given, and its Dockerfile."""
    context, scratch = tmp_path / "context", tmp_path / "scratch"
    context.mkdir()
    scratch.mkdir()
    (context / "Dockerfile").write_text(text)
    spec = BuildSpec(context=context, build_args=args)
    spec, path = standins.prepared(spec, context / "Dockerfile", scratch, inspect)
    return spec, path.read_text()


def test_an_argument_of_a_heeded_name_is_made_of_another(tmp_path: Path) -> None:
    text = "# a\nFROM base\nARG A GOOGLE_API_KEY=x B=1\nARG LDAP_PASSWORD\nRUN true\n"

    spec, changed = prepared(tmp_path, text, {**HEEDED, "A": "a"})

    assert changed == (
        "# a\nFROM base\n"
        "ARG argument_0_of_slipcast\nARG A GOOGLE_API_KEY=${argument_0_of_slipcast} B=1\n"
        "ARG argument_1_of_slipcast\nARG LDAP_PASSWORD=${argument_1_of_slipcast}\nRUN true\n"
    )
    line = commands.build_words(spec, "/Dockerfile", "/id")
    assert [word for word in line if "hunter" in word] == []
    assert commands.build_variables(spec) == {
        "A": "a",
        "argument_0_of_slipcast": "hunter2",
        "argument_1_of_slipcast": "hunter3",
    }


def test_what_no_stage_declares_is_only_named(tmp_path: Path) -> None:
    spec, changed = prepared(tmp_path, "FROM base\n", {"GOOGLE_API_KEY": "hunter2"})

    assert changed == "FROM base\n"
    assert "--build-arg=GOOGLE_API_KEY=" in commands.build_words(spec, "/Dockerfile", "/id")


def test_what_the_base_image_declares_for_others_has_its_value(tmp_path: Path) -> None:
    config = a_config(onbuild=("ARG GOOGLE_API_KEY", "RUN true"))
    base = ImageFacts(id="1", digest="", names=(), config=config, size=0)

    spec, _ = prepared(tmp_path, "FROM base\n", HEEDED, lambda _: base)

    assert spec.build_args == {"GOOGLE_API_KEY": "hunter2", "LDAP_PASSWORD": ""}


@pytest.mark.parametrize("text", ["RUN what is no Dockerfile\n", "FROM base\nARG TOKEN\n"])
def test_everything_else_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    args = {"TOKEN": "x"} if "TOKEN" in text else HEEDED

    assert prepared(tmp_path, text, args) == (
        BuildSpec(context=tmp_path / "context", build_args=args),
        text,
    )


def test_what_is_ignored_for_a_dockerfile_is_ignored_for_the_changed_one(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM base\nARG PATH\n")
    (tmp_path / "Dockerfile.dockerignore").write_text("secret\n")
    (tmp_path / "scratch").mkdir()
    spec = BuildSpec(context=tmp_path, build_args={"PATH": "/x"})

    _, path = standins.prepared(
        spec, tmp_path / "Dockerfile", tmp_path / "scratch", nothing_is_here
    )

    assert path.with_name(f"{path.name}.dockerignore").read_text() == "secret\n"
