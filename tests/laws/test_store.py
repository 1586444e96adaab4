"""The store against a model: a dictionary and a list of what happened.

Whatever is done, in whatever order: reads, lists at any revision, pages and watches from any
revision tell what the model says.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import (
    Answer,
    DeleteOptions,
    Listing,
    ListOptions,
    Patch,
    Resource,
    WatchOptions,
)
from slipcast.store.store import Setup, Store
from slipcast.store.watching import Pace
from slipcast.values.actor import Actor
from slipcast.values.apifaults import AlreadyExists, Conflict, NotFound

MAPS = Resource(kinds.require("", "ConfigMap"), "p")
NAMESPACES = Resource(kinds.require("", "Namespace"))
FINALIZER = "example.com/wait"

names = st.sampled_from(["a", "b", "c-1", "c"])
apps = st.sampled_from(["x", "y"])
values = st.sampled_from(["1", "2", "3"])


class Held:
    """An object as the model holds it."""

    def __init__(self, app: str, value: str, *, held: bool) -> None:
        self.app, self.value, self.held, self.going = app, value, held, False

    def seen(self) -> tuple[str, str]:
        return self.app, self.value


class StandingClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    async def until(self, moment: datetime) -> None:
        raise NotImplementedError


class StoreMachine(RuleBasedStateMachine):
    """Does things to a store and to a model of it."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.model: dict[str, Held] = {}
        self.past: list[tuple[int, dict[str, tuple[str, str]]]] = []
        self.told: list[tuple[str, str, int]] = []
        self.revisions: dict[str, int] = {}

    @initialize()
    def begin(self) -> None:
        self.journal = MemoryJournal()
        pace = Pace(bookmarks=0.001, longest=600)
        self.api = Store(self.journal, StandingClock(), Setup(pace=pace)).as_(Actor(name="ada"))
        made = self.run(self.api.create(NAMESPACES, {"metadata": {"name": "p"}}))
        assert made.created
        self.start = self.run(self.journal.head())
        self.remember(self.start)

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @override
    def teardown(self) -> None:
        self.check_selection(0, "x")
        self.check_selection(len(self.past) // 2, "y")
        self.run(self.journal.close())
        self.runner.close()

    def remember(self, revision: int) -> None:
        self.past.append((revision, {name: held.seen() for name, held in self.model.items()}))

    def happened(self, type_: str, name: str, answer: Answer) -> None:
        revision = answer.document.revision
        self.told.append((type_, name, revision))
        self.revisions[name] = revision
        self.remember(revision)

    @rule(name=names, app=apps, value=values, held=st.booleans())
    def create(self, name: str, app: str, value: str, held: bool) -> None:  # noqa: FBT001
        content = an_object(name, app, value, finalizers=[FINALIZER] if held else [])
        if name in self.model:
            assert isinstance(self.fault(self.api.create(MAPS, content)), AlreadyExists)
        else:
            answer = self.run(self.api.create(MAPS, content))
            self.model[name] = Held(app, value, held=held)
            self.happened("ADDED", name, answer)

    @rule(name=names, app=apps, value=values, stale=st.booleans())
    def update(self, name: str, app: str, value: str, stale: bool) -> None:  # noqa: FBT001
        held = self.model.get(name)
        if held is None:
            work = self.api.update(MAPS.named(name), an_object(name, app, value))
            assert isinstance(self.fault(work), NotFound)
            return
        content = self.run(self.api.get(MAPS.named(name))).content
        content["metadata"]["labels"], content["data"] = {"app": app}, {"v": value}
        if stale:
            content["metadata"]["resourceVersion"] = str(self.start)
            assert isinstance(self.fault(self.api.update(MAPS.named(name), content)), Conflict)
            return
        answer = self.run(self.api.update(MAPS.named(name), content))
        self.changed(name, app, value, answer)

    @rule(name=names, value=values)
    def patch(self, name: str, value: str) -> None:
        patch = Patch(type="merge", body={"data": {"v": value}})
        if name in self.model:
            answer = self.run(self.api.patch(MAPS.named(name), patch))
            self.changed(name, self.model[name].app, value, answer)
        else:
            assert isinstance(self.fault(self.api.patch(MAPS.named(name), patch)), NotFound)

    def changed(self, name: str, app: str, value: str, answer: Answer) -> None:
        held = self.model[name]
        if held.seen() == (app, value):
            assert answer.document.revision == self.revisions[name]
        else:
            held.app, held.value = app, value
            self.happened("MODIFIED", name, answer)

    @rule(name=names, stale=st.booleans())
    def delete(self, name: str, stale: bool) -> None:  # noqa: FBT001
        held = self.model.get(name)
        options = DeleteOptions(resource_version=str(self.start) if stale else "")
        if held is None or stale:
            fault = self.fault(self.api.delete(MAPS.named(name), options))
            assert isinstance(fault, NotFound if held is None else Conflict)
            return
        answer = self.run(self.api.delete(MAPS.named(name), options))
        assert answer.gone is not held.held
        if not held.held:
            del self.model[name]
            self.happened("DELETED", name, answer)
        elif held.going:
            assert answer.document.revision == self.revisions[name]
        else:
            held.going = True
            self.happened("MODIFIED", name, answer)

    @rule(name=names)
    def let_go(self, name: str) -> None:
        held = self.model.get(name)
        if held is None or not held.held:
            return
        patch = Patch(type="merge", body={"metadata": {"finalizers": None}})
        answer = self.run(self.api.patch(MAPS.named(name), patch))
        held.held = False
        if held.going:
            del self.model[name]
        self.happened("DELETED" if held.going else "MODIFIED", name, answer)

    @rule(moment=st.integers(min_value=0), limit=st.integers(min_value=0, max_value=3))
    def list_the_past(self, moment: int, limit: int) -> None:
        revision, objects = self.past[moment % len(self.past)]
        options = ListOptions(resource_version=str(revision), match="Exact", limit=limit)
        found: dict[str, tuple[str, str]] = {}
        while True:
            listing: Listing = self.run(self.api.list(MAPS, options))
            assert listing.revision == revision
            found |= shown(listing)
            if not listing.token:
                break
            options = ListOptions(from_token=listing.token, limit=limit)
        assert found == objects

    @rule(app=apps, limit=st.integers(min_value=1, max_value=2))
    def list_a_selection(self, app: str, limit: int) -> None:
        found: dict[str, tuple[str, str]] = {}
        options = ListOptions(labels=f"app={app}", limit=limit)
        while True:
            listing: Listing = self.run(self.api.list(MAPS, options))
            found |= shown(listing)
            if not listing.token:
                break
            options = ListOptions(labels=f"app={app}", limit=limit, from_token=listing.token)
        wanted = {n: held.seen() for n, held in self.model.items() if held.app == app}
        assert found == wanted

    @rule(moment=st.integers(min_value=0))
    def watch_from_the_past(self, moment: int) -> None:
        revision, _ = self.past[moment % len(self.past)]
        options = WatchOptions(resource_version=str(revision), bookmarks=True)
        wanted = [each for each in self.told if each[2] > revision]
        assert self.run(self.watched(options)) == wanted

    @rule(moment=st.integers(min_value=0), app=apps)
    def watch_a_selection_from_the_past(self, moment: int, app: str) -> None:
        self.check_selection(moment % len(self.past), app)

    def check_selection(self, moment: int, app: str) -> None:
        """What comes into a selection is added, what leaves it deleted, and nothing else."""
        revision, objects = self.past[moment]
        options = WatchOptions(resource_version=str(revision), bookmarks=True, labels=f"app={app}")
        seen = {name for name, (of, _) in objects.items() if of == app}
        for type_, name, _ in self.run(self.watched(options)):
            assert (name in seen) is (type_ != "ADDED")
            seen = seen - {name} if type_ == "DELETED" else seen | {name}
        assert seen == {name for name, held in self.model.items() if held.app == app}

    async def watched(self, options: WatchOptions) -> list[tuple[str, str, int]]:
        """What a watch tells until its first bookmark, which comes when all is told."""
        found: list[tuple[str, str, int]] = []
        async with aclosing(await self.api.watch(MAPS, options)) as events:
            async for event in events:
                if event.type == "BOOKMARK" and event.document.revision >= self.past[-1][0]:
                    break
                if event.type != "BOOKMARK":
                    document = event.document
                    found.append((event.type, document.names.name, document.revision))
        return found

    @invariant()
    def what_there_is_is_what_the_model_has(self) -> None:
        if self.past:
            listing = self.run(self.api.list(MAPS))
            assert shown(listing) == {name: held.seen() for name, held in self.model.items()}

    def fault(self, work: Any) -> Exception | None:
        try:
            self.run(work)
        except (AlreadyExists, Conflict, NotFound) as fault:
            return fault
        return None


def an_object(name: str, app: str, value: str, **metadata: Any) -> JSON:
    return {"metadata": {"name": name, "labels": {"app": app}, **metadata}, "data": {"v": value}}


def shown(listing: Listing) -> dict[str, tuple[str, str]]:
    contents = (document.content for document in listing.documents)
    return {
        content["metadata"]["name"]: (content["metadata"]["labels"]["app"], content["data"]["v"])
        for content in contents
    }


StoreMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestStore = StoreMachine.TestCase
