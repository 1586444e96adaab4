"""Whatever a BuildConfig says, it is filled in once, kept whole, and told what is wrong with it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slipcast.api import kinds, lens
from slipcast.api.build import BuildConfig
from slipcast.api.fullness import settled
from slipcast.api.lenience import lenient
from slipcast.builds.defaults import defaulted_config
from slipcast.builds.validate.config import build_config

KIND = kinds.require(kinds.BUILD, "BuildConfig")

texts = st.sampled_from(["", ".", "..", "a", "a:b", "a:b:c", "/x", "./a//b", "../x", "A b", "é"])


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of some fields, and perhaps one that nobody knows."""
    return st.fixed_dictionaries({}, optional={**fields, "odd": st.sampled_from([None, "", [], 1])})


references = some(
    kind=st.sampled_from(["", "ImageStream", "ImageStreamTag", "DockerImage", "ImageStreamImage"]),
    name=texts,
    namespace=texts,
)
variables = st.lists(some(name=texts, value=texts), max_size=2)
hooks = some(secret=texts, allowEnv=st.booleans())
triggers = some(
    type=st.sampled_from(["", "GitHub", "github", "Generic", "imageChange", "ImageChange", "x"]),
    github=hooks,
    generic=hooks,
    imageChange=some(**{"from": references}),
)
sources = some(
    type=texts,
    git=some(uri=texts, httpProxy=texts),
    binary=some(asFile=texts),
    dockerfile=texts,
    contextDir=texts,
    images=st.lists(some(**{"from": references}), max_size=2),
    secrets=st.lists(some(secret=some(name=texts), destinationDir=texts), max_size=2),
)
strategies = some(
    type=st.sampled_from(["", "Docker", "Source"]),
    dockerStrategy=some(**{"from": references}, dockerfilePath=texts, env=variables),
    sourceStrategy=some(**{"from": references}, incremental=st.booleans(), env=variables),
    jenkinsPipelineStrategy=some(jenkinsfile=texts, jenkinsfilePath=texts),
)
specs = some(
    source=sources,
    strategy=strategies,
    triggers=st.lists(triggers, max_size=3),
    output=some(to=references, pushSecret=some(name=texts)),
    runPolicy=texts,
    nodeSelector=st.none() | st.dictionaries(texts, texts, max_size=2),
    completionDeadlineSeconds=st.integers(-1, 2),
)
configs = st.builds(lambda spec: {"metadata": {"name": "a", "namespace": "p"}, "spec": spec}, specs)


def kept(content: dict[str, Any]) -> dict[str, Any]:
    """The object as it is kept."""
    before = lens.read(content, BuildConfig)
    after = defaulted_config(before, creating=False, legacy=True)
    return settled(lens.overlay(content, before, after), after, KIND)


@given(configs)
def test_what_is_kept_is_kept_again_ba_168(content: dict[str, Any]) -> None:
    once = kept(content)

    assert kept(once) == once


@given(configs)
def test_what_is_kept_says_what_was_filled_in(content: dict[str, Any]) -> None:
    filled = defaulted_config(lens.read(content, BuildConfig), creating=False, legacy=True)

    assert lens.read(kept(content), BuildConfig) == filled


@given(configs)
def test_a_kept_object_is_as_right_or_wrong_as_it_was_ba_168(content: dict[str, Any]) -> None:
    filled = defaulted_config(lens.read(content, BuildConfig), creating=False, legacy=True)

    again = lens.read(kept(content), BuildConfig)

    assert build_config(again, filled) == build_config(filled, None)


@given(configs)
def test_what_fits_its_type_needs_no_lenience(content: dict[str, Any]) -> None:
    assert lenient(content, BuildConfig) == content
