"""The configuration of the result, its container's name, and what the callback is told."""

from __future__ import annotations

from pathlib import Path

from slipcast.builds.s2i import callback, image, names, platform, reasons
from slipcast.builds.s2i.request import Platform
from slipcast.values.image import ImageConfig

BASE = ImageConfig(
    env=(("PATH", "/bin"), ("A", "1")),
    entrypoint=("entry",),
    cmd=("usage",),
    user="1001",
    workdir="/opt",
    labels={"old": "1"},
    exposed_ports=("8080/tcp",),
    volumes=("/data",),
    onbuild=("RUN x",),
    stop_signal="SIGINT",
)


def test_the_result_is_the_base_with_run_as_command_s2i_212_to_216():
    config = image.result(BASE, run="/s2i/run", env=(("A", "2"), ("B", "3")), labels={"new": "1"})

    assert config == ImageConfig(
        env=(("PATH", "/bin"), ("A", "2"), ("B", "3")),
        entrypoint=("entry",),
        cmd=("/s2i/run",),
        user="1001",
        workdir="/opt",
        labels={"new": "1"},
        exposed_ports=("8080/tcp",),
        volumes=("/data",),
        stop_signal="SIGINT",
    )


def test_a_container_is_named_after_its_image_s2i_199():
    assert names.container_name("host:5000/a-b", "0a1b2c3d") == "s2i_host_5000_a_b_0a1b2c3d"


def test_the_callback_has_labels_on_success_only_s2i_286():
    assert callback.body(success=True, labels={"a": "1"}) == {"success": True, "labels": {"a": "1"}}
    assert callback.body(success=False, labels={"a": "1"}) == {"success": False}


def test_every_reason_has_its_message_s2i_301_to_316():
    assert set(reasons.MESSAGES) == set(reasons.Reason)


def test_an_unknown_reason_has_the_generic_message_s2i_314():
    assert reasons.message("Whatever").startswith("Generic S2I Build failure")


def test_the_users_variables_win_over_the_platforms():
    given = Platform(ca_bundle=Path("/ca"), env=(("A", "platform"), ("B", "platform")))

    env = dict(platform.env(given, (("A", "user"), ("PIP_CERT", "/mine")), 7))

    assert (env["A"], env["B"], env["PIP_CERT"]) == ("user", "platform", "/mine")
    assert env["SSL_CERT_FILE"] == "/run/slipcast/ca.crt"
    assert env["SOURCE_DATE_EPOCH"] == "7"


def test_without_a_bundle_nothing_is_mounted_and_nothing_points_to_one():
    assert platform.mounts(Platform()) == ()
    assert platform.env(Platform(), (), None) == ()
