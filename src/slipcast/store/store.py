"""The store: objects over a journal, for whoever asks, and the work that is done beside."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.kinds import AUTHORIZATION_OPENSHIFT, KINDS, Kind
from slipcast.images.imports import AMD64
from slipcast.images.manifests import Platform
from slipcast.images.origins import Origins
from slipcast.images.scheduling import Scheduling
from slipcast.ports.api import Api
from slipcast.ports.clock import Clock
from slipcast.ports.distribution import Distribution
from slipcast.ports.issuer import Issuer
from slipcast.ports.journal import Journal
from slipcast.ports.peerlogs import PeerLogs
from slipcast.ports.podlogs import PodLogs
from slipcast.ports.pods import Pods
from slipcast.ports.uploads import Uploads
from slipcast.store import bootstrap, logins, policybindings, roleviews
from slipcast.store.actions.binary import BinaryInstantiation
from slipcast.store.actions.buildlog import BuildLog
from slipcast.store.actions.clone import Cloning
from slipcast.store.actions.counting import BUILD, CONFIG
from slipcast.store.actions.instantiate import Instantiation
from slipcast.store.actions.openshiftreviews import OpenShiftReviews
from slipcast.store.actions.podlog import POD, PodLog
from slipcast.store.actions.records import Held, Records
from slipcast.store.actions.reviews import Authenticate, Reviews
from slipcast.store.actions.tokens import Tokens
from slipcast.store.actions.webhooks import Webhooks
from slipcast.store.authorize import AllowAll, Guard, Policy
from slipcast.store.compaction import KEPT, Compaction, Retention
from slipcast.store.expiry import Expiry
from slipcast.store.furnishing import ACCOUNT, Furnishing, NoIssuer
from slipcast.store.garbage import Garbage
from slipcast.store.identities import MAPPING, Mappings
from slipcast.store.lifecycle import Lifecycle
from slipcast.store.policybindings import PolicyBindings
from slipcast.store.processing import PROCESSED, ProcessedTemplates
from slipcast.store.projects import PROJECT, REQUEST, ProjectRequests, Projects
from slipcast.store.restoring import Restoring
from slipcast.store.rolepolicy import RolePolicy
from slipcast.store.roleviews import RoleViews
from slipcast.store.rows import Told
from slipcast.store.scaling import DEPLOYMENT, DEPLOYMENT_CONFIG, Scaling
from slipcast.store.session import Parts, Session
from slipcast.store.sourcesecrets import SourceSecrets
from slipcast.store.streams import addresses, views
from slipcast.store.streams.finishing import Finishing, Place
from slipcast.store.streams.imports import IMPORT, Importing, Imports
from slipcast.store.tending import tended
from slipcast.store.usertokens import OWN, UserTokens
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.store.watching import Pace
from slipcast.values.actor import MASTERS, Actor

SERVER: Final = Actor(name="system:server", groups=(MASTERS,))
"""Who writes what the server writes itself."""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What runs builds, where something does: pods, what they said, and what was sent for them.

    Shape:  where several servers share a database, node is what this one is called among them, and
            peers are the others; else it has no name and there are none.
    """

    pods: Pods | None = None
    logs: PodLogs | None = None
    uploads: Uploads | None = None
    peers: PeerLogs | None = None
    node: str = ""


class Streaming(msgspec.Struct, frozen=True, kw_only=True):
    """What image streams rest on: the integrated registry, and how registries elsewhere are read.

    Shape:  address is `host:port`, empty where there is no registry; public is the one that is
            told for outside, aliases are others that mean it, or have meant it. imported_at_once
            is how many tags of a repository one import takes, -1 for all (IS-86); scheduling tells
            when they are looked up again; platform is taken of images for several. origins says
            which registries tags may name.
    """

    address: str = ""
    public: str = ""
    aliases: frozenset[str] = frozenset()
    distribution: Distribution | None = None
    origins: Origins = Origins()
    imported_at_once: int = 5
    scheduling: Scheduling = Scheduling()
    platform: Platform = AMD64


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What a store is to be like.

    Shape:  guarded by the roles and bindings in it, unless a policy is given; without either,
            everybody may do everything. shared is what the namespace for everybody begins with.
    """

    guarded: bool = False
    policy: Policy | None = None
    issuer: Issuer = NoIssuer()
    authenticate: Authenticate | None = None
    pace: Pace = Pace()
    kept: Retention = KEPT
    running: Running = Running()
    streaming: Streaming = Streaming()
    shared: tuple[JSON, ...] = ()


_SETUP: Final = Setup()


class Store:
    """Gives every actor an Api over one journal."""

    def __init__(self, journal: Journal, clock: Clock, setup: Setup = _SETUP) -> None:
        system = Guard(AllowAll(), SERVER)
        verbs = Verbs.over(journal, clock, setup.pace)
        streaming = setup.streaming
        place = Place(address=streaming.address, public=streaming.public, aliases=streaming.aliases)
        finishing = Finishing(verbs, place, streaming.origins)
        verbs = msgspec.structs.replace(verbs, writing=finishing.writing(system))
        furnishing = Furnishing(verbs.rows, verbs.writing, setup.issuer)
        reviews = Reviews(setup.authenticate)
        instantiation = Instantiation(verbs, clock)
        running = setup.running
        records = Records(running.pods, running.logs, running.peers)
        self.held = Held(running.pods, running.logs)
        self._parts = Parts(
            verbs=verbs,
            furnishing=furnishing,
            finishing=finishing,
            sources=SourceSecrets(verbs.rows, verbs.reading),
            virtual={
                **_virtual(verbs, furnishing, reviews),
                **views.virtual(verbs, finishing),
                IMPORT: Imports(verbs, finishing, clock, _importing(setup.streaming)),
            },
            views=views.below(verbs),
            parts=dict.fromkeys(
                ((DEPLOYMENT, "scale"), (DEPLOYMENT_CONFIG, "scale")), Scaling(verbs.reading)
            ),
            actions={
                (ACCOUNT, "token"): Tokens(verbs.rows, setup.issuer, clock),
                (CONFIG, "instantiate"): instantiation,
                (BUILD, "clone"): Cloning(verbs, clock),
            },
            streams={
                (CONFIG, "instantiatebinary"): BinaryInstantiation(
                    instantiation, running.uploads, running.node
                ),
                (BUILD, "log"): BuildLog(verbs, records, clock),
                (POD, "log"): PodLog(verbs.rows, records, clock),
            },
        )
        self._policy = setup.policy or (RolePolicy(journal) if setup.guarded else AllowAll())
        verbs.rows.told.append(self._policy.wrote)
        self._shared = setup.shared
        self._server = Session(self._parts, system)
        # Not the store's own session: that is let do all, and so would be whom it asks about.
        self._latest = (SERVER, Session(self._parts, Guard(self._policy, SERVER)))
        self.webhooks = Webhooks(verbs, instantiation, system, self._policy, clock)
        self._clock = clock
        self._issuer = setup.issuer
        self._lifecycle = Lifecycle(self._server, furnishing, clock)
        self._restoring = Restoring(self._server, furnishing)
        verbs.rows.told.append(self._restoring.wrote)
        self._garbage = Garbage(self._server, clock)
        self._expiry = Expiry(self._server, journal, clock)
        self._compaction = Compaction(journal, clock, setup.kept)

    def as_(self, actor: Actor) -> Api:
        """The Api that speaks for the actor, and for nobody else."""
        # Who asks often asks again: who that is was found out once, too.
        before, session = self._latest
        if before is not actor:
            session = Session(self._parts, Guard(self._policy, actor))
            self._latest = (actor, session)
        return session

    def tell(self, told: Told) -> None:
        """Let somebody know of everything that this process writes."""
        self._parts.verbs.rows.told.append(told)

    async def prepare(self) -> None:
        """See that what every installation begins with is there; know who may do what."""
        await self._policy.load()
        await bootstrap.prepare(self._server, self._shared)
        await logins.follow(self._server, self._issuer)
        await addresses.follow(self._server, self._parts.finishing)

    def background(self) -> Sequence[Coroutine[Any, Any, None]]:
        """The work beside requests, each for ever: to be run in one group of tasks."""
        works = {
            "policy": self._policy.follow,
            "lifecycle": self._lifecycle.run,
            "restoring": self._restoring.run,
            "garbage": self._garbage.run,
            "expiry": self._expiry.run,
            "compaction": self._compaction.run,
        }
        return [tended(name, work, self._clock) for name, work in works.items()]


def _importing(streaming: Streaming) -> Importing:
    return Importing(
        distribution=streaming.distribution,
        at_once=streaming.imported_at_once,
        scheduling=streaming.scheduling,
        platform=streaming.platform,
        server=SERVER,
    )


def _virtual(verbs: Verbs, furnishing: Furnishing, reviews: Reviews) -> Mapping[Kind, Virtual]:
    """THE TABLE of virtual kinds."""
    of_openshift = OpenShiftReviews()
    table: dict[Kind, Virtual] = {
        kind: of_openshift if kind.group == AUTHORIZATION_OPENSHIFT else reviews
        for kind in KINDS
        if kind.is_review
    }
    table |= dict.fromkeys(roleviews.KINDS, RoleViews(verbs))
    table |= dict.fromkeys(policybindings.BINDINGS, PolicyBindings(verbs))
    table[MAPPING] = Mappings(verbs)
    table[PROJECT] = Projects(verbs)
    table[PROCESSED] = ProcessedTemplates()
    table[REQUEST] = ProjectRequests(verbs, furnishing)
    table[OWN] = UserTokens(verbs)
    return table
