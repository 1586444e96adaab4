"""Standard input: nothing, a file, or what somebody sends."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contract.pods.hosts import NOTHING, Host, state_of
from slipcast.ports.pods import Materials
from slipcast.values.faults import NotFound, PodFault

pytestmark = pytest.mark.anyio

MUCH = 300_000


async def body(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_a_container_without_an_input_reads_nothing(host: Host) -> None:
    pod = host.pod("cat; echo end")

    await host.run(pod)

    assert await host.said(pod) == "end\n"


async def test_a_container_reads_the_file_of_its_pod(host: Host, tmp_path: Path) -> None:
    file = tmp_path / "upload"
    file.write_text("sent before\n")
    pod = host.pod_of(host.container("cat; echo end", stdin=True, stdin_once=True))

    await host.run(pod, Materials(input=file))

    assert await host.said(pod) == "sent before\nend\n"


async def test_what_is_sent_once_ends_with_its_sender(host: Host) -> None:
    pod = host.pod_of(host.container("wc -c", stdin=True, stdin_once=True))
    await host.pods.start(pod, NOTHING)

    await host.pods.attach(pod.metadata.uid, "main", body(b"x" * MUCH, b"y" * MUCH))

    assert (await host.end_of(pod)).phase == "Succeeded"
    assert (await host.said(pod)).strip() == str(2 * MUCH)


async def test_sending_nothing_is_an_empty_input(host: Host) -> None:
    pod = host.pod_of(host.container("cat; echo end", stdin=True, stdin_once=True))
    await host.pods.start(pod, NOTHING)

    await host.pods.attach(pod.metadata.uid, "main", body())

    await host.end_of(pod)
    assert await host.said(pod) == "end\n"


async def test_what_may_be_sent_in_turns_does_not_end(host: Host) -> None:
    pod = host.pod_of(host.container("head -n 2", stdin=True))
    await host.pods.start(pod, NOTHING)

    await host.pods.attach(pod.metadata.uid, "main", body(b"one\n"))
    await host.pods.attach(pod.metadata.uid, "main", body(b"two\n"))

    await host.end_of(pod)
    assert await host.said(pod) == "one\ntwo\n"


async def test_sending_may_begin_before_reading_does(host: Host) -> None:
    init = host.container("sleep 0.1", "first")
    main = host.container("cat", stdin=True, stdin_once=True)
    pod = host.pod_of(main, init_containers=(init,))
    await host.pods.start(pod, NOTHING)

    await host.pods.attach(pod.metadata.uid, "main", body(b"early\n"))

    await host.end_of(pod)
    assert await host.said(pod) == "early\n"


async def test_a_container_that_ends_while_it_is_sent_to_is_a_fault(host: Host) -> None:
    pod = host.pod_of(host.container("exit 1", stdin=True, stdin_once=True))
    await host.pods.start(pod, NOTHING)

    with pytest.raises(PodFault):
        await host.pods.attach(pod.metadata.uid, "main", body(*[b"x" * MUCH] * 10))

    assert state_of(await host.end_of(pod)).terminated is not None


async def test_what_has_ended_or_does_not_read_cannot_be_sent_to(host: Host) -> None:
    pod = host.pod_of(host.container("exit 0", stdin=True), host.container("sleep 1000", "deaf"))
    await host.pods.start(pod, NOTHING)
    await host.until(pod, lambda status: state_of(status).terminated is not None)

    with pytest.raises(PodFault):
        await host.pods.attach(pod.metadata.uid, "main", body(b"x"))
    with pytest.raises(PodFault):
        await host.pods.attach(pod.metadata.uid, "deaf", body(b"x"))


async def test_what_is_not_there_is_not_found(any_host: Host) -> None:
    with pytest.raises(NotFound):
        await any_host.pods.attach(str(uuid.uuid4()), "main", body(b"x"))
