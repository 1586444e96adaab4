"""The policy of roles and bindings over a journal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from typing_extensions import override

from slipcast.access.bootstrap import ROLES, binding, group_subject, user_subject
from slipcast.access.rules import Attempt
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import body_of
from slipcast.ports.journal import Batch
from slipcast.store.rolepolicy import RolePolicy
from slipcast.values.actor import AUTHENTICATED, MASTERS, Actor
from slipcast.values.faults import PortFault

ANNA = Actor(name="anna", groups=(AUTHENTICATED,))
LOOK = Attempt(verb="get", group=kinds.BUILD, plural="builds", namespace="shop")
ROLE = kinds.require(kinds.RBAC, "Role")
BINDING = kinds.require(kinds.RBAC, "RoleBinding")


def told(story: Callable[[MemoryJournal, RolePolicy], Awaitable[None]]) -> None:
    """Tell a story over a journal with the roles of every installation."""

    async def run() -> None:
        journal = MemoryJournal()
        for role in ROLES:
            key = f"/{kinds.RBAC}/clusterroles//{role.name}"
            await journal.append(key, body_of(role.document), expected=0)
        policy = RolePolicy(journal)
        await policy.load()
        await story(journal, policy)
        await journal.close()

    asyncio.run(run())


async def give(journal: MemoryJournal, role: str) -> None:
    """Give Anna a role in the shop."""
    content = binding("shop", "b", role, [user_subject("anna")])
    await journal.append(f"/{kinds.RBAC}/rolebindings/shop/b", body_of(content), expected=0)


def test_nothing_is_allowed_that_no_role_says() -> None:
    async def story(_: MemoryJournal, policy: RolePolicy) -> None:
        assert not (await policy.decide(ANNA, LOOK)).allowed

    told(story)


def test_a_binding_counts_as_soon_as_it_is_read() -> None:
    async def story(journal: MemoryJournal, policy: RolePolicy) -> None:
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            following = tasks.create_task(policy.follow())
            assert not (await policy.decide(ANNA, LOOK)).allowed
            await give(journal, "view")
            while not (await policy.decide(ANNA, LOOK)).allowed:  # noqa: ASYNC110 -- polled on purpose
                await asyncio.sleep(0)
            following.cancel()

    told(story)


def test_a_group_counts_as_soon_as_it_is_read() -> None:
    async def story(journal: MemoryJournal, policy: RolePolicy) -> None:
        content = binding("shop", "b", "view", [group_subject("crew")])
        await journal.append(f"/{kinds.RBAC}/rolebindings/shop/b", body_of(content), expected=0)
        group = {"metadata": {"name": "crew"}, "users": ["anna"]}
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            following = tasks.create_task(policy.follow())
            await journal.append(f"/{kinds.USER}/groups//crew", body_of(group), expected=0)
            while not (await policy.decide(ANNA, LOOK)).allowed:  # noqa: ASYNC110 -- polled on purpose
                await asyncio.sleep(0)
            following.cancel()

    told(story)


def test_a_journal_that_does_not_answer_is_told_as_it_says() -> None:
    class Deaf(MemoryJournal):
        @override
        def since(self, revision: int, prefix: str) -> AsyncIterator[Batch]:
            raise PortFault(f"nothing is known of {prefix} since {revision}")

    with pytest.raises(PortFault, match="nothing is known of"):
        asyncio.run(RolePolicy(Deaf()).follow())


def test_a_master_needs_no_role() -> None:
    async def story(_: MemoryJournal, policy: RolePolicy) -> None:
        assert (await policy.decide(Actor(name="root", groups=(MASTERS,)), LOOK)).allowed

    told(story)


def test_nobody_gives_away_more_than_they_have() -> None:
    async def story(journal: MemoryJournal, policy: RolePolicy) -> None:
        await give(journal, "edit")
        await policy.load()
        rule = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
        content = {"metadata": {"name": "all"}, "rules": [rule]}

        verdict = await policy.grants(ANNA, ROLE, "shop", content)

        assert not verdict.allowed
        assert "not currently held" in verdict.reason

    told(story)


def test_an_admin_gives_away_what_an_admin_has() -> None:
    async def story(journal: MemoryJournal, policy: RolePolicy) -> None:
        await give(journal, "admin")
        await policy.load()

        admin = binding("shop", "c", "admin", [user_subject("bert")])
        root = binding("shop", "d", "cluster-admin", [user_subject("bert")])

        assert (await policy.grants(ANNA, BINDING, "shop", admin)).allowed
        assert not (await policy.grants(ANNA, BINDING, "shop", root)).allowed

    told(story)


def test_what_an_actor_may_do_is_told_as_rules() -> None:
    async def story(journal: MemoryJournal, policy: RolePolicy) -> None:
        await give(journal, "view")
        await policy.load()

        found = await policy.rules(ANNA, "shop")

        assert {"get", "list", "watch"} <= {verb for rule in found for verb in rule["verbs"]}
        assert policy.namespaces(ANNA) == {"shop"}

    told(story)
