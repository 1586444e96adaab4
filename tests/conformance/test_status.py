"""An application on a real server: seen as a whole, taken elsewhere, taken away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.conftest import Ran, Server, running

HERE, THERE, GOING = "shop", "other", "going"
URL = "https://git.example.invalid/tea.git"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that runs no builds, with two projects; in one of them an application."""
    with running(tmp_path_factory, SLIPCAST_PODS="none") as server:
        server.kubectl("create", "namespace", THERE)
        make(server, HERE)
        yield server


def make(server: Server, space: str) -> None:
    """Make a project, an application in it, and something that looks as if it were of it."""
    server.kubectl("create", "namespace", space)
    made = server.slipcast("new-app", f"localhost/base~{URL}", "-n", space)
    assert made.code == 0, made.stderr
    # Asked for by the change of its config, which the server has heard of by now, or soon.
    made = server.kubectl("wait", "build/tea-1", "--for=create", "-n", space, "--timeout=100s")
    assert made.code == 0, made.stderr
    server.kubectl("create", "configmap", "mine", "-n", space)
    server.kubectl("label", "configmap", "mine", "app=tea", "-n", space)


def exported(server: Server, *more: str) -> Ran:
    """The application, exported."""
    words = ("bc,is,dc", "-l", "app=tea", "-n", HERE)
    return server.slipcast("export", *words, *more)


def test_a_project_is_told_as_a_whole_st_1_st_2_st_3(server: Server) -> None:
    told = server.slipcast("status", "-n", HERE)

    assert (told.code, told.stderr) == (0, "")
    assert told.stdout.startswith(f"In project {HERE} on server {server.url}\n\n")
    assert (
        "dc/tea deploys istag/tea:latest <-\n"
        f"  bc/tea source builds {URL} on localhost/base\n"
        "    build #1 "
    ) in told.stdout


def test_what_was_exported_is_taken_by_another_project_ex_2(server: Server) -> None:
    applied = server.kubectl("apply", "-n", THERE, "-f", "-", stdin=exported(server).stdout)

    assert (applied.code, applied.stderr) == (0, "")
    told = server.slipcast("status", "-n", THERE).stdout
    assert f"  bc/tea source builds {URL} on localhost/base\n" in told


def test_an_exported_template_makes_the_same_ex_1(server: Server) -> None:
    template = exported(server, "--as-template=tea").stdout

    made = server.slipcast("process", "-f", "-", "-o", "name", stdin=template)

    assert made.code == 0, made.stderr
    there = server.slipcast("get", "bc,is,dc", "-n", HERE, "-o", "name").stdout
    assert sorted(made.stdout.split()) == sorted(there.split())


def test_an_application_goes_and_what_is_not_of_it_stays_up_25(server: Server) -> None:
    make(server, GOING)

    gone = server.slipcast("delete", "app", "tea", "-n", GOING)

    assert gone.code == 0, gone.stderr
    assert gone.stderr == "configmap/mine stays: it has the label, and was not made by new-app\n"
    server.kubectl("wait", "--for=delete", "build/tea-1", "-n", GOING, "--timeout=100s")
    server.kubectl("wait", "--for=delete", "pod/tea-1-build", "-n", GOING, "--timeout=100s")
    assert server.kubectl("get", "all", "-n", GOING, "-o", "name").stdout == ""
    assert server.kubectl("get", "configmap", "mine", "-n", GOING).code == 0
