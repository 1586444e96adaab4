"""What a build is made of and how, read off the parts that are set.

Source: build-api.md BA-80, BA-81, BA-528.
"""

from __future__ import annotations

from slipcast.api.build import BuildSource, BuildStrategy, ObjectReference


def source_type(source: BuildSource) -> str:
    """The type a source has, whatever was written there (BA-528)."""
    if source.git is not None:
        return "Git"
    if source.binary is not None:
        return "Binary"
    if source.dockerfile is not None:
        return "Dockerfile"
    return "Image" if source.images else "None"


def strategy_type(strategy: BuildStrategy) -> str:
    """The type a strategy has, whatever was written there (BA-81); empty when there is none."""
    if strategy.docker_strategy is not None:
        return "Docker"
    if strategy.source_strategy is not None:
        return "Source"
    if strategy.custom_strategy is not None:
        return "Custom"
    return "JenkinsPipeline" if strategy.jenkins_pipeline_strategy is not None else ""


def image_of(strategy: BuildStrategy) -> ObjectReference | None:
    """The image a strategy starts from, if it says one."""
    if strategy.source_strategy is not None:
        return strategy.source_strategy.from_
    if strategy.docker_strategy is not None:
        return strategy.docker_strategy.from_
    return strategy.custom_strategy.from_ if strategy.custom_strategy is not None else None
