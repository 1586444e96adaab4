"""What containers say is told from its beginning, while they run and after."""

from __future__ import annotations

import re
import uuid
from contextlib import aclosing

import pytest

from contract.pods.hosts import NOTHING, Host, state_of
from slipcast.ports.pods import Materials
from slipcast.values.faults import NotFound
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.anyio


async def test_a_line_is_a_record_with_its_time_and_stream(host: Host) -> None:
    pod = host.pod("echo out; echo err >&2")
    await host.run(pod)

    records = await host.pods.records(pod.metadata.uid, "main")

    data = b"".join([piece async for piece in records])
    time = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z"
    assert re.search(rb"^%b stdout F out$" % time, data, re.MULTILINE)
    assert re.search(rb"^%b stderr F err$" % time, data, re.MULTILINE)


async def test_no_log_shows_what_is_hidden_however_it_comes(host: Host) -> None:
    hidden = Materials(hidden=(Sensitive("hunter2-hunter2"),))
    pod = host.pod("printf 'a hunter2-'; sleep 0.2; echo hunter2 b; echo hunter2-hunter2 >&2")

    await host.run(pod, hidden)

    assert sorted((await host.said(pod)).splitlines()) == ["***", "a *** b"]


async def test_a_log_is_followed_to_the_end_of_its_container(host: Host) -> None:
    pod = host.pod("echo one; sleep 0.1; echo two")

    await host.pods.start(pod, NOTHING)

    assert await host.said(pod) == "one\ntwo\n"


async def test_a_container_that_has_not_begun_is_waited_for(host: Host) -> None:
    init = host.container("sleep 0.1", "first")
    pod = host.pod_of(host.container("echo at last"), init_containers=(init,))

    await host.pods.start(pod, NOTHING)

    assert await host.said(pod) == "at last\n"


async def test_what_has_not_begun_has_said_nothing(host: Host) -> None:
    init = host.container("sleep 1000", "first")
    pod = host.pod_of(host.container("echo never"), init_containers=(init,))
    await host.pods.start(pod, NOTHING)

    records = await host.pods.records(pod.metadata.uid, "main")

    assert [piece async for piece in records] == []


async def test_a_question_without_the_end_of_a_line_is_told(host: Host) -> None:
    pod = host.pod("printf 'really? '; sleep 1000")

    await host.pods.start(pod, NOTHING)

    await host.until_said(pod, "stdout P really? ")


async def test_a_long_line_is_told_in_parts(host: Host) -> None:
    pod = host.pod("head -c 100000 /dev/zero | tr '\\0' x; echo; echo next")

    await host.run(pod)

    assert await host.said(pod) == "x" * 100_000 + "\nnext\n"


async def test_pieces_end_at_the_end_of_a_record(host: Host) -> None:
    pod = host.pod("seq 200000")
    await host.pods.start(pod, NOTHING)

    records = await host.pods.records(pod.metadata.uid, "main", follow=True)

    async with aclosing(records):
        pieces = [piece async for piece in records]
    assert {piece[-1:] for piece in pieces} == {b"\n"}
    assert b"".join(pieces).count(b"\n") == 200_000


async def test_the_log_of_what_is_not_there_is_not_found(any_host: Host) -> None:
    pod = any_host.pod("exit 0")
    await any_host.run(pod)

    with pytest.raises(NotFound):
        await any_host.pods.records(pod.metadata.uid, "other")
    with pytest.raises(NotFound):
        await any_host.pods.records(str(uuid.uuid4()), "main")


async def test_a_log_whose_pod_was_removed_before_it_was_read_is_not_found(host: Host) -> None:
    pod = host.pod("echo said")
    await host.run(pod)
    records = await host.pods.records(pod.metadata.uid, "main", follow=True)
    await host.pods.remove(pod.metadata.uid)

    async with aclosing(records):
        with pytest.raises(NotFound):
            await anext(records)


async def test_why_a_container_ended_is_in_its_termination_file(host: Host) -> None:
    path = "${SLIPCAST_ROOT:-}/dev/termination-log"
    pod = host.pod(f"echo because > {path}; exit 1")

    status = await host.run(pod)

    end = state_of(status).terminated
    assert end is not None
    assert end.message == "because\n"


async def test_why_a_container_ended_may_be_in_the_end_of_its_log(host: Host) -> None:
    policy = "FallbackToLogsOnError"
    speaks = host.container("seq 1000; exit 1", termination_message_policy=policy)
    silent = host.container("seq 1000", "silent", termination_message_policy=policy)

    status = await host.run(host.pod_of(speaks, silent))

    end, other = state_of(status).terminated, state_of(status, "silent").terminated
    assert end is not None
    assert other is not None
    assert end.message == "\n".join(str(number) for number in range(921, 1001))
    assert other.message == ""
