"""The program kept warm is the program: what it prints, how it ends, what it sees."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

import containers
from conformance.conftest import PROGRAM, Server

Words = tuple[str, ...]
TEMPLATE = "apiVersion: v1\nkind: Template\nobjects: []\n"


def ran(program: Words, *words: str, **given: object) -> tuple[int, bytes, bytes]:
    """How a call ends, and what it prints."""
    ended = subprocess.run([*program, *words], capture_output=True, check=False, **given)  # type: ignore[call-overload]  # what one test needs
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize("words", ["--version", "nonsense", "get --help", "get pods --server=x:1"])
def test_a_call_prints_and_ends_as_a_process_does(warm_program: Words, words: str):
    assert ran(warm_program, *words.split()) == ran(PROGRAM, *words.split())


def test_a_call_is_where_its_client_is_and_reads_what_it_reads(warm_program: Words, tmp_path: Path):
    (tmp_path / "template").write_text(TEMPLATE)
    words = ("process", "--local", "--filename")

    named = ran(warm_program, *words, "template", cwd=tmp_path)
    piped = ran(warm_program, *words, "-", input=TEMPLATE.encode())
    opened = ran(("bash", "-c", f'"$@" <(cat {tmp_path}/template)', "-", *warm_program), *words)

    assert named == ran(PROGRAM, *words, "template", cwd=tmp_path)
    assert piped == opened == named


def test_a_call_has_the_environment_of_its_client_and_none_of_the_last(
    warm_program: Words, tmp_path: Path
):
    words = ("config", "view", "--minify")
    config = tmp_path / "config"
    config.write_text("{apiVersion: v1, kind: Config, current-context: there}")
    environments = [{**os.environ, "KUBECONFIG": str(each)} for each in (config, tmp_path / "none")]

    answers = [ran(warm_program, *words, env=each) for each in environments]

    assert answers == [ran(PROGRAM, *words, env=each) for each in environments]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_both(warm_program: Words, server: Server, tmp_path: Path, number: int):
    codes: list[int] = []
    for program in (warm_program, PROGRAM):
        log = tmp_path / f"log-{len(codes)}"
        words = ("get", "namespaces", "--watch", "--output=name")
        with log.open("wb") as into:
            child = subprocess.Popen(
                [*program, *words], env=server.env, stdout=into, start_new_session=True
            )
        containers.wait_for(lambda: "default" in log.read_text(), "it has begun")  # noqa: B023
        child.send_signal(number)
        codes.append(child.wait(60))

    assert codes[0] == codes[1]
