"""Other programs run without a shell, are heard while they run, and are never left behind."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipcast.adapters import argv
from slipcast.values.faults import HostFault


def test_output_and_status_are_kept() -> None:
    ran = argv.run(["sh", "-c", "echo out; echo err >&2; exit 3"])

    assert (ran.code, ran.text, ran.complaint) == (3, "out", "err")


def test_standard_input_is_given() -> None:
    ran = argv.run(["cat"], stdin=b"given")

    assert ran.stdout == b"given"


def test_a_missing_program_is_named_with_advice() -> None:
    with pytest.raises(HostFault, match="no-such-program is not installed") as caught:
        argv.run(["no-such-program"])

    assert "apt-get install" in caught.value.hint


def test_a_failing_program_carries_its_last_words() -> None:
    with pytest.raises(argv.ProgramFailed) as caught:
        argv.check(["sh", "-c", "echo first >&2; echo last >&2; exit 4"])

    assert (caught.value.code, caught.value.tail) == (4, ("first", "last"))


def test_a_program_that_takes_too_long_is_ended() -> None:
    with pytest.raises(HostFault, match="did not end within") as caught:
        argv.run(["sleep", "100"], timeout=0.1)

    assert caught.value.retryable


def test_words_with_blanks_and_dollars_stay_one_argument() -> None:
    ran = argv.run(["printf", "%s", "$HOME; echo no `id`"])

    assert ran.stdout == b"$HOME; echo no `id`"


def test_variables_are_laid_over_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAKEN", "1")

    ran = argv.run(["sh", "-c", "echo $GIVEN/${TAKEN-gone}"], env={"GIVEN": "x", "TAKEN": None})

    assert ran.text == "x/gone"


def test_output_arrives_while_the_program_runs() -> None:
    heard = threading.Event()

    def answer() -> Iterator[bytes]:
        if heard.wait(60):
            yield b"go\n"

    code = argv.stream(
        ["sh", "-c", "echo ready; read word; test $word = go"],
        stdout=lambda _: heard.set(),
        stdin=answer(),
    )

    assert code == 0


def test_a_silent_program_is_ended() -> None:
    ended = threading.Event()

    with pytest.raises(argv.Silent):
        argv.stream(["sleep", "600"], idle=0.1, ends=argv.Ends(early=ended.set))

    assert ended.is_set()


def test_a_program_that_closed_its_output_is_silent() -> None:
    with pytest.raises(argv.Silent):
        argv.stream(["sh", "-c", "exec >&- 2>&-; sleep 600"], idle=0.1)


def test_both_streams_are_told_apart() -> None:
    out, err = bytearray(), bytearray()

    argv.stream(["sh", "-c", "echo out; echo err >&2"], stdout=out.extend, stderr=err.extend)

    assert (bytes(out), bytes(err)) == (b"out\n", b"err\n")


def test_one_sink_for_both_has_them_in_the_order_they_were_written() -> None:
    said = list[bytes]()
    script = "for each in 1 2 3 4 5; do echo out; echo err >&2; done"

    argv.stream(["sh", "-c", script], stdout=said.append, stderr=said.append)

    assert b"".join(said) == b"out\nerr\n" * 5


def test_a_sink_that_raises_ends_the_program_and_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"

    def refuse(_: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        argv.stream(["sh", "-c", f"sleep 100 & echo $! > {pids}; echo x; wait"], stdout=refuse)

    until = time.monotonic() + 60
    while _alive(int(pids.read_text())):
        assert time.monotonic() < until, "the program's child outlived it"


def test_a_program_that_ignores_the_polite_signal_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(argv, "_GRACE", 0.2)

    with pytest.raises(HostFault):
        argv.run(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], timeout=0.3)


def test_a_pipe_is_read_as_a_file() -> None:
    with argv.pipe(["printf", "%s", "abc"]) as file:
        content = file.read()

    assert content == b"abc"


def test_a_pipe_whose_program_fails_says_so_at_the_end() -> None:
    with (
        pytest.raises(argv.ProgramFailed, match="broken"),
        argv.pipe(["sh", "-c", "echo x; echo broken >&2; exit 1"]) as file,
    ):
        file.read()


def test_the_tail_keeps_only_the_last_lines() -> None:
    tail = argv.Tail(lines=2)

    for piece in (b"a\nb", b"c\n", b"d\n\ne"):
        tail(piece)

    assert tail.lines == ("d", "e")


def test_the_terminal_cannot_interrupt_a_child() -> None:
    ran = argv.run(["sh", "-c", "ps -o sid= -p $$"])

    assert int(ran.text) != os.getsid(0)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return status != "Z"


def test_a_file_is_handed_on_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(b"four")
    out = bytearray()

    with (tmp_path / "sent").open("rb") as file:
        code = argv.stream(["wc", "-c"], stdin=file, stdout=out.extend)

    assert (code, out.decode().split()) == (0, ["4"])


def test_a_program_ends_although_more_could_be_sent() -> None:
    reading, writing = os.pipe()

    with os.fdopen(reading, "rb") as stdin, os.fdopen(writing, "wb"):
        code = argv.stream(["true"], stdin=stdin)

    assert code == 0


def test_who_listens_is_told_what_is_run_bld_178(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(argv, "_listeners", [])
    argv.listen(told.append)

    argv.run(["true", "a b"])

    assert told == ["true 'a b'"]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["buildah", "--env=KEY=hunter2"], "buildah '--env=KEY=***'"),
        (["buildah", "--build-arg=KEY=hun\nter2"], "buildah '--build-arg=KEY=***'"),
        (
            ["git", "clone", "https://me:hunter2@git.example/x"],
            "git clone https://***@git.example/x",
        ),
    ],
)
def test_a_command_line_is_shown_without_values_and_passwords(words: list[str], shown: str) -> None:
    assert argv.shown(words) == shown
