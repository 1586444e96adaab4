"""A BuildConfig, new or changed.

Source: build-api.md section 3.1.
"""

from __future__ import annotations

from slipcast.api.build import BuildConfig, BuildConfigSpec
from slipcast.builds.validate.common_spec import common_spec
from slipcast.builds.validate.triggers import triggers
from slipcast.values.causes import Cause, invalid

RUN_POLICIES = ("Parallel", "Serial", "SerialLatestOnly")
"""Which builds of a BuildConfig may run at the same time (BA-514)."""

_POLICY = "run policy must Parallel, Serial, or SerialLatestOnly"


def build_config(new: BuildConfig, old: BuildConfig | None) -> tuple[Cause, ...]:
    """What is wrong with a BuildConfig; metadata is looked at elsewhere.

    Shape:  old is the stored one, None for a new one; no field is immutable.
    """
    del old
    return (
        *triggers(new, "spec.triggers"),
        *_run_policy(new.spec.run_policy, "spec.runPolicy"),
        *_history(new.spec),
        *common_spec(new.spec, "spec"),
    )


def _run_policy(policy: str, path: str) -> tuple[Cause, ...]:
    return () if policy in RUN_POLICIES else (invalid(path, policy, _POLICY),)


def _history(spec: BuildConfigSpec) -> tuple[Cause, ...]:
    limits = {
        "spec.successfulBuildsHistoryLimit": spec.successful_builds_history_limit,
        "spec.failedBuildsHistoryLimit": spec.failed_builds_history_limit,
    }
    what = "must be greater than or equal to 0"
    return tuple(
        invalid(path, limit, what)
        for path, limit in limits.items()
        if limit is not None and limit < 0
    )
