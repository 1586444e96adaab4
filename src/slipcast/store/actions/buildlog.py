"""`builds/log`: what a build says, from before it starts until long after its pod is gone.

Who follows waits for the build however long it takes; who does not is told to come again. A build
that ended without saying anything answers with why.

Source: build-api.md section 10; cli.md LG-5, LG-6, LG-9; user-pain.md UP-2, UP-28.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Final

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.builds import naming
from slipcast.builds.explaining import elsewhere, explained
from slipcast.builds.strategies.pod import CLONING, EXTRACTING, PREPARING
from slipcast.ports.api import Resource
from slipcast.ports.clock import Clock
from slipcast.store.actions import logoptions
from slipcast.store.actions.buildstates import BuildStates, has_started, is_over
from slipcast.store.actions.counting import BUILD
from slipcast.store.actions.excerpts import Excerpt
from slipcast.store.actions.records import Ending, Records, Source
from slipcast.store.authorize import Guard
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.values.apifaults import ApiFault, BadRequest, NotFound, Timeout
from slipcast.values.logselection import Wanted

POD: Final = kinds.require("", "Pod")
PATIENCE: Final = 10
"""Seconds that a request waits for a build to start, unless it follows."""
LAST_WORDS: Final = 30
"""Seconds that a container may go on after its build has ended, and be listened to."""
ORDER: Final = (CLONING, PREPARING, EXTRACTING)
"""Containers in the order in which they run, before all others."""


class _LateError(Exception):
    """The build did not start in time."""


class BuildLog:
    """Answers with the logs of builds."""

    def __init__(self, verbs: Verbs, records: Records, clock: Clock) -> None:
        self._rows = verbs.rows
        self._states = BuildStates(verbs)
        self._records = records
        self._clock = clock

    async def __call__(
        self,
        guard: Guard,
        resource: Resource,
        parameters: Mapping[str, str],
        body: AsyncIterator[bytes] | None,
    ) -> AsyncGenerator[bytes, None]:
        """The log, as far as it is wanted.

        Errors: Invalid; BadRequest; NotFound; Timeout; Forbidden for the build before.
        """
        del body
        options = logoptions.read(parameters, "BuildLogOptions", BUILD.group, "")
        wanted = logoptions.wanted(options, self._clock.now())
        build = await self._found(resource)
        if options.previous:
            build = await self._previous(guard, resource, build)
        if build.spec.strategy.jenkins_pipeline_strategy is not None:
            raise _of_pipeline(build)
        if not has_started(build):
            if options.nowait:
                return _said("")
            if not options.follow:
                build = await self._started(build)
        if options.follow:
            return self._followed(build, wanted)
        return await self._told(build, wanted)

    async def _found(self, resource: Resource) -> Build:
        document = await self._rows.get(BUILD, resource.namespace, resource.name)
        if document is None:
            raise NotFound(BUILD.plural, BUILD.group, resource.name)
        build: Build = seen(BUILD, document)
        return build

    async def _previous(self, guard: Guard, resource: Resource, build: Build) -> Build:
        """The build of the same BuildConfig with the number before (BA-658)."""
        config, number = naming.config_name(build), naming.number(build)
        if not config or number is None:
            raise BadRequest(f"build {resource.name} has no number, so none was before it")
        previous = resource.named(naming.build_name(config, number - 1))
        await guard.check("get", previous)
        return await self._found(previous)

    async def _started(self, build: Build) -> Build:
        """The build as it is when it has started (BA-151, BA-152)."""
        name, found = build.metadata.name, None
        is_late = False
        try:
            async with asyncio.TaskGroup() as tasks:
                alarm = tasks.create_task(self._alarm())
                found = await self._states.until(build, has_started)
                alarm.cancel()
        except* _LateError:
            is_late = True
        if is_late:
            what = f"timed out waiting for build {name} to start after {PATIENCE}s"
            raise Timeout(f"Timeout: {what}", retry_after=1)
        if found is None:
            raise BadRequest(f"unable to wait for build {name} to run: it was deleted")
        return found

    async def _alarm(self) -> None:
        await self._clock.until(self._clock.now() + timedelta(seconds=PATIENCE))
        raise _LateError

    async def _told(self, build: Build, wanted: Wanted) -> AsyncGenerator[bytes, None]:
        """What a build has said so far."""
        sources = await self._sources(build)
        found = [each for each in sources if await self._records.is_there(each)]
        if not found:
            if not explained(build):
                raise _without_pod(build)
            return _said(explained(build))
        return self._texts(build, found, Excerpt(self._records, wanted))

    async def _texts(
        self, build: Build, sources: list[Source], excerpt: Excerpt
    ) -> AsyncGenerator[bytes, None]:
        async with aclosing(excerpt.texts(sources)) as texts:
            async for text in texts:
                yield text
        if excerpt.is_empty:
            yield explained(build).encode()

    async def _followed(self, build: Build, wanted: Wanted) -> AsyncGenerator[bytes, None]:
        """What a build says, until it has ended."""
        started = await self._states.until(build, has_started)
        if started is None:
            yield f"build {build.metadata.name} was deleted before it started\n".encode()
            return
        ending = Ending()
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(self._look(started, ending))
            try:
                async with aclosing(self._following(started, wanted, ending)) as texts:
                    async for text in texts:
                        yield text
            except GeneratorExit:
                return  # who followed has gone; a group would take this for a failure
            finally:
                looking.cancel()

    async def _following(
        self, build: Build, wanted: Wanted, ending: Ending
    ) -> AsyncGenerator[bytes, None]:
        excerpt = Excerpt(self._records, wanted, ending)
        sources = await self._sources(build)
        async with aclosing(excerpt.texts(sources)) as texts:
            async for text in texts:
                yield text
        if excerpt.is_empty:
            await ending.wait()
            ended = await self._states.now(build)
            if ended is not None:
                yield explained(ended).encode()

    async def _look(self, build: Build, ending: Ending) -> None:
        """Look when a build ends. A builder says that it has failed, then why, then ends."""
        with suppress(ApiFault):  # of a server that stops, and tells nothing any more
            await self._states.until(build, is_over)
            ending.end()
            await self._clock.until(self._clock.now() + timedelta(seconds=LAST_WORDS))
        ending.cut()

    async def _sources(self, build: Build) -> tuple[Source, ...]:
        """Where the logs of a build are, in the order of its containers."""
        key, metadata = build.metadata.uid, build.metadata
        document = await self._rows.get(POD, metadata.namespace, naming.pod_name(build))
        pod: Pod | None = None if document is None else seen(POD, document)
        if pod is not None and naming.log_key(pod) == key:
            containers = (*pod.spec.init_containers, *pod.spec.containers)
            uid = pod.metadata.uid
            return tuple(Source(pod=uid, key=key, container=each.name) for each in containers)
        kept = sorted(await self._records.kept(key), key=_place)
        return tuple(Source(key=key, container=name) for name in kept)


def _place(container: str) -> tuple[int, str]:
    place = ORDER.index(container) if container in ORDER else len(ORDER)
    return (place, container)


def _without_pod(build: Build) -> NotFound:
    return NotFound(POD.plural, POD.group, naming.pod_name(build))


def _of_pipeline(build: Build) -> NotFound:
    missing = _without_pod(build)
    where = elsewhere(build.metadata.annotations)
    return NotFound.told(
        f"{missing.message}: {where}", plural=POD.plural, name=naming.pod_name(build)
    )


async def _said(text: str) -> AsyncGenerator[bytes, None]:
    if text:
        yield text.encode()
