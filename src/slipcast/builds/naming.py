"""Names, labels and annotations of builds and their pods: what is called what, and read back.

What names may look like is `values.names`; who is given them is decided elsewhere.

Source: build-api.md BA-21 to BA-25, BA-500 to BA-511; build-lifecycle.md BL-3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.values.names import composed, shortened

BUILD_NUMBER: Final = "openshift.io/build.number"
BUILD_CONFIG: Final = "openshift.io/build-config.name"
BUILD_CONFIG_OLD: Final = "buildconfig"
START_POLICY: Final = "openshift.io/build.start-policy"
POD_NAME: Final = "openshift.io/build.pod-name"
CLONE_OF: Final = "openshift.io/build.clone-of"
BUILD_NAME: Final = "openshift.io/build.name"
PAUSED: Final = "openshift.io/build-config.paused"
UPLOAD: Final = "build.slipcast.io/upload"
"""Which stored upload is a binary build's source."""
UPLOAD_SERVER: Final = "build.slipcast.io/upload-server"
"""Which of several servers has it."""
WEBHOOK_BRANCHES: Final = "build.slipcast.io/webhook-branches"
"""Patterns of branches whose pushes start builds, instead of the ref of the source."""
WEBHOOK_PATHS: Final = "build.slipcast.io/webhook-paths"
"""Patterns of paths; pushes that change nothing there start no builds."""
MOST_PATTERNS: Final = 50
"""Patterns of one annotation that count."""
LONGEST_PATTERN: Final = 300
"""Characters of a pattern that counts."""
REBUILD_ON_CHANGE: Final = "build.slipcast.io/rebuild-on-change"
"""Whether a ConfigChange trigger also starts a build when what is built has changed."""
BUILT_SPEC: Final = "build.slipcast.io/built-spec"
"""What the newest build was made of, as a hash."""
ACCEPTED: Final = "build.openshift.io/accepted"
JENKINS: Final = (
    "openshift.io/jenkins-status-json",
    "openshift.io/jenkins-log-url",
    "openshift.io/jenkins-build-uri",
)

DEFAULT_ACCOUNT: Final = "builder"

_NANOSECONDS: Final = 1_000_000_000
_CLOCK_DIGITS: Final = 10
_CLOCK_SUFFIX: Final = re.compile(rf"-[0-9]{{{_CLOCK_DIGITS}}}\Z", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def account(build: Build) -> str:
    """The service account of a build; one that was made by hand may name none."""
    return build.spec.service_account or DEFAULT_ACCOUNT


def build_name(config: str, number: int) -> str:
    """The name of a BuildConfig's build: `frontend-7` (BA-22)."""
    return composed(config, str(number))


def pod_name(build: Build) -> str:
    """The name of a build's pod: what the build says, else `frontend-7-build` (BA-23)."""
    return build.metadata.annotations.get(POD_NAME) or composed(build.metadata.name, "build")


def unnumbered_name(build: str, now: datetime) -> str:
    """The name of a clone that no BuildConfig numbers: the clock's last digits (BA-24)."""
    since = now - _EPOCH
    ticks = (since.days * 86_400 + since.seconds) * _NANOSECONDS + since.microseconds * 1000
    digits = str(ticks)[-_CLOCK_DIGITS:].zfill(_CLOCK_DIGITS)
    return composed(_CLOCK_SUFFIX.sub("", build), digits)


def config_name(build: Build) -> str:
    """The BuildConfig a build says it came from, in full where that is known (BL-3)."""
    labels, annotations = build.metadata.labels, build.metadata.annotations
    known = (annotations.get(BUILD_CONFIG), labels.get(BUILD_CONFIG), labels.get(BUILD_CONFIG_OLD))
    return next((name for name in known if name), "")


def is_of_config(build: Build, config: str) -> bool:
    """Whether a build came from a BuildConfig; the first 63 characters are not enough (BL-3)."""
    said = config_name(build)
    if build.metadata.annotations.get(BUILD_CONFIG):
        return said == config
    return bool(said) and said == shortened(config)


def number(build: Build) -> int | None:
    """A build's number; None when it has none that can be read (BL-30)."""
    text = build.metadata.annotations.get(BUILD_NUMBER, "")
    return int(text) if text.isascii() and text.isdecimal() else None


def config_labels(config: str, policy: str) -> Mapping[str, str]:
    """The labels by which the builds of a BuildConfig are found (BA-501 to BA-503)."""
    value = shortened(config)
    return {BUILD_CONFIG: value, BUILD_CONFIG_OLD: value, START_POLICY: policy}


def config_annotations(config: str, number_: int) -> Mapping[str, str]:
    """The annotations that name a build's BuildConfig in full (BA-500, BA-501)."""
    return {BUILD_NUMBER: str(number_), BUILD_CONFIG: config}


def pod_labels(build: str) -> Mapping[str, str]:
    """The label of a build's pod (BA-506)."""
    return {BUILD_NAME: shortened(build)}


def pod_annotations(build: str) -> Mapping[str, str]:
    """The annotation that names a pod's build in full (BA-506)."""
    return {BUILD_NAME: build}


def log_key(pod: Pod) -> str:
    """Under which uid a pod's logs are kept: that of its build, else its own (LG-9)."""
    owners = pod.metadata.owner_references
    builds = (each.uid for each in owners if each.controller and each.kind == "Build")
    return next(builds, pod.metadata.uid)


def is_paused(annotations: Mapping[str, str]) -> bool:
    """Whether a BuildConfig makes no builds for now (BA-507)."""
    return annotations.get(PAUSED, "").lower() == "true"


def patterns(text: str) -> tuple[str, ...]:
    """The patterns in an annotation: words with commas, blanks or line ends between them."""
    words = text.replace(",", " ").split()
    fine = (word for word in words if word.strip("!/") and len(word) <= LONGEST_PATTERN)
    return tuple(islice(fine, MOST_PATTERNS))
