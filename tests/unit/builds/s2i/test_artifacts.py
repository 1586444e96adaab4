"""The mapping of runtime artifacts."""

from __future__ import annotations

import pytest

from slipcast.builds.s2i import artifacts
from slipcast.builds.s2i.artifacts import Artifact
from slipcast.values.faults import BuildFault
from slipcast.values.image import ImageConfig

RUNTIME = ImageConfig(workdir="/srv", labels={artifacts.INPUT_FILES_LABEL: "/x;/y:z"})


def test_artifacts_asked_for_win_over_the_label_s2i_241():
    assert artifacts.mapping(("/a",), RUNTIME) == (Artifact(source="/a", target="/srv"),)


def test_the_label_of_the_runtime_image_is_the_default_s2i_241():
    assert artifacts.mapping((), RUNTIME) == (
        Artifact(source="/x", target="/srv"),
        Artifact(source="/y", target="/srv/z"),
    )


def test_no_artifacts_at_all_are_an_error_s2i_241():
    with pytest.raises(BuildFault, match="no runtime artifacts to copy were specified"):
        artifacts.mapping((), ImageConfig())


@pytest.mark.parametrize("text", ["a", "/a:/b", "/a:../b", "/a:b/../../c", "/", "/a/../b", "/a*"])
def test_a_mapping_that_breaks_the_rules_is_refused_s2i_242(text: str):
    with pytest.raises(BuildFault) as fault:
        artifacts.mapping((text,), RUNTIME)

    assert fault.value.reason == "InvalidArtifactsMapping"


def test_directories_and_programs_may_be_executed_other_files_not_s2i_244():
    assert artifacts.mode(directory=True, mode=0o700) == 0o755
    assert artifacts.mode(directory=False, mode=0o700) == 0o755
    assert artifacts.mode(directory=False, mode=0o600) == 0o644
