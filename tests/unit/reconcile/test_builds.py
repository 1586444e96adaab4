"""The build controller, decision by decision: build-lifecycle.md sections 3, 4, 7, 9 and 12."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.builds.cluster import Cluster
from slipcast.reconcile.actions import Action, Again, Change, Create, Record, Remove
from slipcast.reconcile.builds import pod_refused, reconcile
from slipcast.reconcile.podcreation import creation
from slipcast.reconcile.views import BuildView, Missing, Output
from verdicts import PULLED, seen

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
START = "2026-11-22T17:59:00Z"
CLUSTER = Cluster(builder_image="slipcast/builder:1")
NUMBER = "openshift.io/build.number"


def a_build(number: int = 1, policy: str = "Serial", **content: Any) -> Build:
    metadata = {
        "name": f"frontend-{number}",
        "namespace": "shop",
        "uid": f"b-{number}",
        "labels": {
            "openshift.io/build-config.name": "frontend",
            "openshift.io/build.start-policy": policy,
        },
        "annotations": {NUMBER: str(number), "openshift.io/build-config.name": "frontend"},
        **content.pop("metadata", {}),
    }
    spec = {"strategy": {"sourceStrategy": {"from": PULLED}}, **content.pop("spec", {})}
    return seen(Build, metadata=metadata, spec=spec, status={"phase": "New", **content})


def a_pod(phase: str = "Pending", owner: str = "b-1", **status: Any) -> Pod:
    owners = [{"kind": "Build", "name": "frontend-1", "uid": owner}] if owner else []
    metadata = {"name": "frontend-1-build", "namespace": "shop", "ownerReferences": owners}
    return seen(Pod, metadata=metadata, status={"phase": phase, **status})


def of(build: Build, pod: Pod | None = None, **more: Any) -> tuple[Action, ...]:
    return reconcile(BuildView(build=build, pod=pod, cluster=CLUSTER, **more), NOW)


def after(actions: tuple[Action, ...]) -> Build:
    """The build as the only change makes it."""
    (change,) = [each for each in actions if isinstance(each, Change)]
    assert isinstance(change.after, Build)
    return change.after


def brief(actions: tuple[Action, ...]) -> list[str]:
    return [
        f"{type(each).__name__} {each.reason}" if isinstance(each, Record) else type(each).__name__
        for each in actions
    ]


def state(actions: tuple[Action, ...]) -> tuple[str, str]:
    status = after(actions).status
    return status.phase, status.reason


def test_a_build_whose_turn_it_is_gets_its_pod_bl_45() -> None:
    actions = of(a_build(), output=Output(name="r/shop/app:1"))

    create = actions[0]
    assert isinstance(create, Create)
    assert create.object.metadata.name == "frontend-1-build"
    assert state(actions) == ("Pending", "")
    assert after(actions).metadata.annotations["openshift.io/build.pod-name"] == "frontend-1-build"
    assert after(actions).status.output_docker_image_reference == "r/shop/app:1"


def test_a_build_waits_for_the_one_before_bl_31_bl_34() -> None:
    assert of(a_build(2), siblings=(a_build(1, phase="Running"),)) == ()
    assert of(a_build(2), siblings=(a_build(1),)) == ()


def test_a_build_without_config_waits_for_nobody() -> None:
    build = a_build(metadata={"labels": {}, "annotations": {}})

    assert brief(of(build, siblings=(a_build(2, phase="Running"),))) == ["Create", "Change"]


def test_builds_of_another_config_do_not_matter_bl_3() -> None:
    other = a_build(
        7, phase="Running", metadata={"annotations": {"openshift.io/build-config.name": "backend"}}
    )

    assert brief(of(a_build(), siblings=(other,))) == ["Create", "Change"]


def test_a_build_that_is_deleted_before_it_began_holds_nobody_back_bl_111() -> None:
    gone = a_build(1, metadata={"deletionTimestamp": START})

    assert of(gone) == ()
    assert brief(of(a_build(2), siblings=(gone,))) == ["Create", "Change"]


def test_the_latest_cancels_those_that_wait_bl_32_bl_501() -> None:
    older = a_build(2, "SerialLatestOnly")
    siblings = (a_build(1, "SerialLatestOnly", phase="Running"), older)

    actions = of(a_build(3, "SerialLatestOnly"), siblings=siblings)

    assert after(actions).metadata.name == "frontend-2"
    assert after(actions).status.cancelled


def test_a_build_without_number_is_told_so_once_bl_30() -> None:
    build = a_build(metadata={"annotations": {"openshift.io/build-config.name": "frontend"}})

    actions = of(build)

    assert brief(actions) == ["Change", "Record HandleBuildError"]
    assert NUMBER in after(actions).status.message
    assert of(after(actions)) == ()


def test_a_pod_that_was_made_before_a_crash_is_adopted_bl_44_bl_48() -> None:
    held = a_build(1, "Parallel")

    actions = of(held, a_pod("Running"), siblings=(a_build(2, phase="Running"),))

    assert brief(actions) == ["Change"]
    assert state(actions) == ("Pending", "")


def test_a_pod_of_nobody_is_in_the_way_bl_44() -> None:
    actions = of(a_build(), a_pod(owner=""))

    assert state(actions) == ("Error", "BuildPodExists")
    assert brief(actions) == ["Change", "Record BuildFailed"]


def test_a_pod_of_another_build_may_be_about_to_go_bl_44() -> None:
    first = of(a_build(), a_pod(owner="b-0"))
    held = after(first)

    view = BuildView(build=held, pod=a_pod(owner="b-0"), cluster=CLUSTER)
    assert brief(first) == ["Change", "Again"]
    assert state(first) == ("New", "BuildPodExists")
    assert reconcile(view, NOW + timedelta(seconds=90)) == (Again(at=NOW + timedelta(minutes=2)),)
    assert state(reconcile(view, NOW + timedelta(minutes=2))) == ("Error", "BuildPodExists")
    assert brief(of(held)) == ["Create", "Change"]


def test_an_output_that_is_not_there_is_waited_for_bl_40() -> None:
    text = "the referenced output image stream shop/app does not exist"

    actions = of(a_build(), output=Output(wrong=text))

    assert state(actions) == ("New", "InvalidOutputReference")
    assert after(actions).status.message == f"Output image could not be resolved: {text}."
    assert brief(actions) == ["Change", "Record invalidOutput"]
    assert of(after(actions), output=Output(wrong=text)) == ()
    assert brief(of(after(actions), output=Output(name="x"))) == ["Create", "Change"]


def test_inputs_that_are_not_there_are_waited_for_bl_46() -> None:
    missing = Missing(config_maps=("a", "b"), secrets=("c",))

    actions = of(a_build(), missing=missing)

    assert after(actions).status.phase == "New"
    assert after(actions).status.message == (
        "These resources do not exist: ConfigMaps [a b] Secrets [c]"
    )
    assert of(after(actions), missing=missing) == ()


@pytest.mark.parametrize(
    "view", [{"output": Output(wrong="x")}, {"missing": Missing(secrets=("c",))}]
)
def test_what_was_sent_along_does_not_wait_bl_40_bl_46(view: dict[str, Any]) -> None:
    actions = of(a_build(spec={"source": {"binary": {}}}), **view)

    assert after(actions).status.phase == "Failed"
    assert after(actions).status.completion_timestamp == "2026-11-22T18:00:00Z"


def test_a_variable_without_value_ends_the_build_bl_47() -> None:
    actions = of(a_build(), missing=Missing(values=("KEY: the Secret s has no key k.",)))

    assert state(actions) == ("Error", "UnresolvableEnvironmentVariable")
    assert after(actions).status.message.endswith("KEY: the Secret s has no key k.")


def test_a_field_that_is_not_there_ends_the_build_bl_47() -> None:
    env = [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]
    strategy = {"sourceStrategy": {"from": PULLED, "env": env}}

    actions = of(a_build(spec={"strategy": strategy}))

    assert state(actions) == ("Error", "UnresolvableEnvironmentVariable")


def test_a_pod_that_cannot_be_described_is_told_once_bl_42() -> None:
    strategy = {"customStrategy": {"from": PULLED, "buildAPIVersion": "v9"}}

    actions = of(a_build(spec={"strategy": strategy}))

    assert state(actions) == ("New", "CannotCreateBuildPodSpec")
    assert of(after(actions)) == ()


def test_a_pod_that_was_refused_is_told_and_tried_again_bl_43() -> None:
    view = BuildView(build=a_build(), cluster=CLUSTER)

    actions = pod_refused(view, "exceeded quota", NOW)

    assert state(actions) == ("New", "CannotCreateBuildPod")
    assert after(actions).status.message == "Failed creating build pod. exceeded quota"
    assert brief(actions) == ["Change", "Record FailedCreate"]
    assert brief(of(after(actions))) == ["Create", "Change"]


def test_a_pod_that_runs_makes_a_build_that_runs_bl_71_bl_586() -> None:
    actions = of(a_build(phase="Pending"), a_pod("Running", startTime=START))

    assert state(actions) == ("Running", "")
    assert after(actions).status.start_timestamp == START
    assert brief(actions) == ["Change", "Record BuildStarted"]
    assert of(after(actions), a_pod("Running", startTime=START)) == ()


def test_a_missing_push_secret_is_told_until_the_build_runs_bl_70() -> None:
    actions = of(a_build(phase="Pending"), a_pod(), push_secret_missing=True)

    assert state(actions) == ("Pending", "MissingPushSecret")
    assert state(of(after(actions), a_pod("Running"))) == ("Running", "")


@pytest.mark.parametrize(
    ("pod", "phase", "event"),
    [
        (a_pod("Succeeded", containerStatuses=[{}]), "Complete", "BuildCompleted"),
        (a_pod("Failed"), "Failed", "BuildFailed"),
        (a_pod("Succeeded"), "Error", "BuildFailed"),
        (None, "Error", "BuildFailed"),
        (a_pod("Running", owner="b-0"), "Error", "BuildFailed"),
    ],
)
def test_a_build_ends_as_its_pod_does_bl_72_bl_74(pod: Pod | None, phase: str, event: str) -> None:
    actions = of(a_build(phase="Running", startTimestamp=START), pod)

    status = after(actions).status
    assert status.phase == phase
    assert (status.completion_timestamp, status.duration) == ("2026-11-22T18:00:00Z", 60 * 10**9)
    assert brief(actions) == ["Change", f"Record {event}"]
    assert of(after(actions), pod) == ()


def test_a_failed_build_has_the_last_lines_of_its_log_bl_80() -> None:
    end = {"state": {"terminated": {"exitCode": 1, "message": "no such gem"}}}

    actions = of(a_build(phase="Running"), a_pod("Failed", containerStatuses=[end]))

    assert after(actions).status.log_snippet == "no such gem"


def test_a_pod_that_waits_does_not_take_a_build_back_bl_77() -> None:
    assert of(a_build(phase="Running", startTimestamp=START), a_pod("Pending")) == ()


def test_a_report_of_the_builder_is_completed_once_bl_79() -> None:
    told = a_build(phase="Failed", reason="AssembleFailed", message="Assemble script failed.")

    actions = of(told, a_pod("Running", startTime=START))

    status = after(actions).status
    assert (status.reason, status.start_timestamp) == ("AssembleFailed", START)
    assert status.duration == 60 * 10**9
    assert brief(actions) == ["Change", "Record BuildFailed"]
    assert of(after(actions), a_pod("Running")) == ()


def test_the_conditions_of_a_build_follow_what_its_builder_reports() -> None:
    running = [{"type": "Running", "status": "True"}]
    told = a_build(phase="Failed", reason="AssembleFailed", conditions=running)

    conditions = after(of(told, a_pod("Running"))).status.conditions

    said = [(each.type, each.status, each.reason) for each in conditions]
    assert said == [("Running", "False", ""), ("Failed", "True", "AssembleFailed")]


def test_a_report_is_completed_without_pod_too_bl_79() -> None:
    actions = of(a_build(phase="Complete"))

    assert after(actions).status.completion_timestamp == "2026-11-22T18:00:00Z"


def test_what_a_pod_said_last_is_added_to_a_report_bl_73_bl_80() -> None:
    told = a_build(phase="Failed", reason="AssembleFailed", completionTimestamp=START)
    end = {"exitCode": 137, "reason": "OOMKilled", "message": "Killed"}
    pod = a_pod("Failed", containerStatuses=[{"state": {"terminated": end}}])

    actions = of(told, pod)

    assert state(actions) == ("Failed", "OutOfMemoryKilled")
    assert after(actions).status.log_snippet == "Killed"
    assert brief(actions) == ["Change"]
    assert of(after(actions), pod) == ()


@pytest.mark.parametrize("phase", ["New", "Pending", "Running"])
def test_a_cancelled_build_loses_its_pod_and_ends_bl_91(phase: str) -> None:
    actions = of(a_build(phase=phase, cancelled=True), a_pod("Running"))

    assert brief(actions) == ["Remove", "Change", "Record BuildCancelled"]
    assert state(actions) == ("Cancelled", "CancelledBuild")
    assert after(actions).status.message == "The build was cancelled by the user."


def test_a_build_without_pod_is_cancelled_at_once_bl_75_bl_92() -> None:
    actions = of(a_build(cancelled=True), siblings=(a_build(2, phase="Running"),))

    assert brief(actions) == ["Change", "Record BuildCancelled"]


def test_a_pod_of_another_is_never_removed_bl_110() -> None:
    actions = of(a_build(cancelled=True), a_pod(owner="b-0"))

    assert not [each for each in actions if isinstance(each, Remove)]


@pytest.mark.parametrize("phase", ["Complete", "Failed", "Error", "Cancelled"])
def test_nothing_happens_to_a_build_that_is_over_bl_90_bl_93(phase: str) -> None:
    assert of(a_build(phase=phase, cancelled=True, completionTimestamp=START), None) == ()


@pytest.mark.parametrize("content", [{}, {"cancelled": True}, {"phase": "Running"}])
def test_pipelines_are_left_alone_bl_2_bl_97(content: dict[str, Any]) -> None:
    strategy = {"jenkinsPipelineStrategy": {"jenkinsfile": "x"}}

    assert of(a_build(spec={"strategy": strategy}, **content)) == ()


def test_a_phase_that_nobody_knows_is_left_alone() -> None:
    assert of(a_build(phase="Odd"), a_pod("Running", startTime=START)) == ()


def test_other_conditions_say_nothing_of_the_wait_bl_44() -> None:
    condition = {"type": "New", "reason": "InvalidOutputReference", "status": "True"}

    actions = of(a_build(conditions=[condition]), a_pod(owner="b-0"))

    assert brief(actions) == ["Change", "Again"]


def test_config_maps_alone_are_listed_alone_bl_46() -> None:
    actions = of(a_build(), missing=Missing(config_maps=("a",)))

    assert after(actions).status.message == "These resources do not exist: ConfigMaps [a]"


def test_conditions_without_a_moment_begin_the_wait_anew_bl_44() -> None:
    condition = {"type": "New", "reason": "BuildPodExists", "status": "True"}

    actions = of(a_build(conditions=[condition]), a_pod(owner="b-0"))

    assert brief(actions) == ["Change", "Again"]


def test_whoever_is_delegated_gets_no_pod_bl_2() -> None:
    strategy = {"jenkinsPipelineStrategy": {"jenkinsfile": "x"}}
    view = BuildView(build=a_build(spec={"strategy": strategy}), cluster=CLUSTER)

    assert creation(view, NOW) == ()
