"""What is told before something is made, and after (HO-1 to HO-23)."""

from __future__ import annotations

import pytest

from newappworld import PIPE, SHOP, WEB, plan_of, request_of
from slipcast.api.template import Parameter, Template
from slipcast.newapp.filled import Filled, told
from slipcast.newapp.matches import Match
from slipcast.newapp.report import afterwards, found
from verdicts import seen

NOTHING_STARTS = (
    "nothing starts it: there is no app.sh, app.py, wsgi.py or manage.py; -e APP_FILE=FILE names a"
    " program, and an app.sh may say how to start a server"
)


def lines_of(*words: str) -> list[str]:
    """What is told of a command line."""
    return list(found(plan_of(request_of(*words)), lambda _: "2 years"))


def test_a_source_that_is_built_and_deployed_is_told_as_oc_does() -> None:
    assert lines_of("new-app", SHOP, "--context-dir=web") == [
        '--> Found image b in image stream "openshift/python" under tag "3.5" for "python"',
        "",
        "    * The source repository appears to match: python",
        "    * found requirements.txt",
        "    * packages: pip, by requirements.txt",
        f"    * A source build using source code from {SHOP}, directory web will be created",
        '      * The resulting image will be pushed to image stream tag "djangoshop:latest"',
        "      * Use 'slipcast start-build djangoshop' to trigger a new build",
        '    * This image will be deployed in deployment config "djangoshop"',
        '    * Port 8080/tcp will be load balanced by service "djangoshop"',
        '      * Other containers can access this service through the hostname "djangoshop"',
        f"    * WARNING: {NOTHING_STARTS}",
        "",
    ]


def test_an_image_of_a_registry_is_told_with_the_stream_that_follows_it() -> None:
    assert lines_of("new-app", "quay.io/team/proxy:1")[:3] == [
        '--> Found container image p from quay.io for "quay.io/team/proxy:1"',
        "",
        '    * An image stream tag will be created as "proxy:1" that will track this image',
    ]
    assert (
        lines_of("new-app", "redis")[0] == '--> Found container image d from Docker Hub for "redis"'
    )


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (("new-app", PIPE), "--> pipe: built by its Jenkinsfile"),
        (("new-build", "--binary", "--name=app"), "--> app: built by the Dockerfile that is sent"),
        (("new-app", f"{WEB}-empty"), '--> Starting from an empty image for "scratch"'),
        (
            ("new-app", "a/far:1", "--allow-missing-images"),
            '--> a/far:1 is taken for granted for "a/far:1"',
        ),
    ],
)
def test_what_it_starts_from_is_told_first(words: tuple[str, ...], first: str) -> None:
    assert lines_of(*words)[0] == first


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ((f"ruby~{SHOP}",), "Use 'slipcast start-build djangoshop' to trigger a new build"),
        (
            ("ruby", "--binary", "--name=a"),
            "A binary build was created, use 'slipcast start-build a --from-dir=DIR' to trigger",
        ),
        (("./shop",), "It is sent now; 'slipcast start-build shop --from-dir=/home/me/./shop'"),
        ((f"{WEB}-own",), 'Every time "base:2" changes a new build will be triggered'),
    ],
)
def test_how_builds_start_is_told_ho_9(words: tuple[str, ...], how: str) -> None:
    assert any(line.startswith(f"      * {how}") for line in lines_of("new-build", *words))


def test_an_image_without_ports_is_told_to_have_no_service_ho_13() -> None:
    said = "\n".join(lines_of("new-app", "centos:7"))

    assert "does not expose any ports" in said
    assert "'slipcast expose dc/centos --port=[port]' later" in said


def test_files_of_an_image_are_what_is_built() -> None:
    said = lines_of(
        "new-build", "ruby", "--source-image=jenkins", "--source-image-path=/a:b", "--name=x"
    )

    assert "    * A source build using files of jenkins:latest will be created" in said


def test_a_template_is_told_with_its_values_ho_16_tp_79() -> None:
    annotations = {"openshift.io/display-name": "Shop", "description": "A shop.\nAnd more."}
    template = seen(Template, metadata={"name": "two", "annotations": annotations})
    match = Match(term="two", origin="template", name="two", namespace="p", template=template)
    values = {"A": "1", "WORD": "abc", "OLD": "xyz"}
    parameters = tuple(Parameter(name=name, value=value) for name, value in values.items())

    filled = Filled(
        match=match,
        objects=(),
        message="Go to A.",
        parameters=parameters,
        made=frozenset({"WORD"}),
        recalled=frozenset({"OLD"}),
    )

    assert list(told(filled, "shop")) == [
        '--> Deploying template "p/two" for "two" to project shop',
        "",
        "     Shop",
        "     ----",
        "     A shop.",
        "     And more.",
        "",
        "     Go to A.",
        "",
        "     * With parameters:",
        "        * A=1",
        "        * WORD=abc # generated",
        "        * OLD=xyz # generated before",
    ]


@pytest.mark.parametrize(
    ("command", "last"),
    [
        ("new-app", ["Run 'slipcast status' to view your app."]),
        ("new-build", ["Run 'slipcast logs -f bc/djangoshop' to stream the build progress."]),
    ],
)
def test_what_to_do_next_is_told_of_what_is_new(command: str, last: list[str]) -> None:
    plan = plan_of(request_of(command, f"ruby~{SHOP}"))
    triggers = [{"type": "ConfigChange"}]
    config = {
        "kind": "BuildConfig",
        "metadata": {"name": "djangoshop"},
        "spec": {"triggers": triggers},
    }

    lines = list(afterwards(plan, [config], builds=command == "new-build"))

    assert lines[1:] == last
    assert list(afterwards(plan, [], builds=True)) == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"source": {"binary": {}}}, "Use 'slipcast start-build x --from-dir=DIR' to build."),
        ({"triggers": []}, "Use 'slipcast start-build x' to start a build."),
    ],
)
def test_how_builds_of_a_template_are_started_is_told_too_ho_20(
    spec: dict[str, object], said: str
) -> None:
    plan = plan_of(request_of("new-app", "mysql"))
    config = {"kind": "BuildConfig", "metadata": {"name": "x"}, "spec": spec}

    assert next(iter(afterwards(plan, [config]))) == said
