"""`buildconfigs/webhooks`: a delivery of a forge becomes a Build.

Whoever does not know a secret learns nothing: all refusals are the same, and leave the server at
the same time after they came, whether there is such a BuildConfig or not. Who knows one is told
what came of the delivery, and so is the log of deliveries.

Source: triggers.md sections 2 and 9; build-lifecycle.md BL-143, BL-148; user-pain.md UP-15, UP-16.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import Build, BuildConfig, BuildRequest, BuildTriggerPolicy, WebHookTrigger
from slipcast.api.core import Secret
from slipcast.api.document import JSON
from slipcast.api.meta import ObjectMeta
from slipcast.api.webhookdelivery import WebhookDelivery
from slipcast.builds.delivery import Accepted, Forge, Ignored, Posted, Rejected, Wanted
from slipcast.builds.pushes import HEADS, TAGS
from slipcast.builds.signatures import one_of
from slipcast.builds.triggers import SECRET_KEY, webhook_cause
from slipcast.builds.webhooks import by_word
from slipcast.ports.api import Resource
from slipcast.ports.clock import Clock
from slipcast.ports.deliveries import Delivery, Taken
from slipcast.store.actions.counting import BUILD, CONFIG
from slipcast.store.actions.instantiate import Instantiation
from slipcast.store.authorize import Guard, Policy
from slipcast.store.deliverylog import DELIVERY, STARTED, DeliveryLog
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.values import instant
from slipcast.values.apifaults import (
    AlreadyExists,
    ApiFault,
    BadRequest,
    InternalError,
    MethodNotAllowed,
    NotFound,
    Unauthorized,
    changed_meanwhile,
)
from slipcast.values.causes import Cause
from slipcast.values.sensitive import Sensitive

SECRET: Final = kinds.require(kinds.CORE, "Secret")
HOOK: Final = "buildconfighook"
NOT_ALLOWED: Final = "the server does not allow this method on the requested resource"
VERBS: Final = {"GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
"""THE TABLE of methods: what who uses them must be allowed to; all others create."""
REFUSED_AFTER: Final = 0.025
"""Seconds between any two moments at which refusals leave."""
TRIES: Final = 4
"""How often a delivery is taken that somebody else takes at the same time."""
LARGE: Final = 64 * 1024
"""Bytes of a payload that is not read where everybody waits for it."""
_PARTS: Final = 2


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery whose secret is right: whose, of which forge, by which trigger."""

    config: BuildConfig
    forge: Forge
    trigger: WebHookTrigger
    secrets: tuple[Sensitive, ...]


class Webhooks:
    """Implements Deliveries."""

    def __init__(
        self,
        verbs: Verbs,
        instantiation: Instantiation,
        system: Guard,
        policy: Policy,
        clock: Clock,
    ) -> None:
        """Start builds with the rights of the system (TR-27)."""
        self._rows = verbs.rows
        self._instantiation = instantiation
        self._system = system
        self._policy = policy
        self._clock = clock
        self._log = DeliveryLog(verbs)

    async def take(self, delivery: Delivery) -> Taken:
        """See the port."""
        verb = VERBS.get(delivery.method, "create")
        place = replace(delivery.place, subresource="webhooks")
        await Guard(self._policy, delivery.actor).check(verb, place)
        async with _as_late_as_any():
            secret, forge = _asked(delivery)
            known = await self._known(delivery.place, secret, forge)
            if delivery.method != "POST":
                raise MethodNotAllowed(NOT_ALLOWED)
            posted = Posted(headers=delivery.headers, body=await delivery.body())
            told = self._told(known, posted)
            if not forge.is_genuine(posted, known.secrets):
                why = "the signature of the delivery is made with another secret"
                await self._keep(known, told, "Rejected", why)
                raise _refused(forge, delivery.place.name)
        return await self._judged(known, posted, told, legacy=delivery.place.legacy)

    async def _known(self, place: Resource, secret: Sensitive, forge: Forge) -> Known:
        """The BuildConfig, when it has a trigger of the forge with that secret (TR-506 to TR-508).

        Shape:  all secrets are looked at, in any case.
        Errors: Unauthorized.
        """
        document = await self._rows.get(CONFIG, place.namespace, place.name)
        config: BuildConfig | None = None if document is None else seen(CONFIG, document)
        triggers = [] if config is None else [*_triggers(config, forge)]
        secrets = [
            (trigger, each)
            for trigger in triggers
            for each in await self._secrets(place.namespace, trigger)
        ]
        found = one_of(secret.reveal(), [each for _, each in secrets])
        if config is None or found < 0:
            raise _refused(forge, place.name)
        return Known(
            config=config,
            forge=forge,
            trigger=secrets[found][0],
            secrets=tuple(each for _, each in secrets),
        )

    async def _secrets(self, namespace: str, trigger: WebHookTrigger) -> tuple[Sensitive, ...]:
        """What opens a trigger: its secret, or the one in the Secret that it refers to (TR-24)."""
        found = [Sensitive(trigger.secret)] if trigger.secret else []
        if trigger.secret_reference is not None and trigger.secret_reference.name:
            name = trigger.secret_reference.name
            document = await self._rows.get(SECRET, namespace, name)
            found += [] if document is None else _held(seen(SECRET, document))
        return tuple(found)

    async def _judged(
        self, known: Known, posted: Posted, told: WebhookDelivery, *, legacy: bool
    ) -> Taken:
        wanted = Wanted.of(known.config, allows_env=known.trigger.allow_env)
        if len(posted.body) > LARGE:
            outcome = await asyncio.to_thread(known.forge.read, posted, wanted)
        else:
            outcome = known.forge.read(posted, wanted)
        match outcome:
            case Rejected():
                await self._keep(known, told, "Rejected", outcome.why)
                raise BadRequest(outcome.why)
            case Ignored():
                told = replace(told, ref=outcome.ref, commit=outcome.commit)
                await self._keep(known, told, "Ignored", outcome.why)
                return Taken(message=outcome.why)
            case Accepted():
                told = replace(told, ref=outcome.ref, commit=outcome.commit)
                return await self._once(known, outcome, told, legacy=legacy)

    async def _once(
        self, known: Known, accepted: Accepted, told: WebhookDelivery, *, legacy: bool
    ) -> Taken:
        """The Build of a delivery, however often it is sent."""
        for _ in range(TRIES):
            before = await self._log.find(known.config, told)
            if before is not None:
                return await self._again(known.config.metadata.namespace, before)
            try:
                return await self._started(known, accepted, told, legacy=legacy)
            except AlreadyExists as fault:
                if fault.plural != DELIVERY.plural:
                    raise await self._failed(known, told, fault) from fault
                # The same delivery is being taken beside us, and was faster.
            except ApiFault as fault:
                raise await self._failed(known, told, fault) from fault
        raise changed_meanwhile(CONFIG.plural, CONFIG.group, known.config.metadata.name)

    async def _again(self, namespace: str, before: WebhookDelivery) -> Taken:
        build = await self._rows.get(BUILD, namespace, before.build)
        if build is None:
            why = f"ignored: this delivery has started build {before.build}, which is gone"
            return Taken(message=why)
        warning = f"this delivery came before, and started build {before.build}"
        return Taken(build=build, warnings=(warning,))

    async def _started(
        self, known: Known, accepted: Accepted, told: WebhookDelivery, *, legacy: bool
    ) -> Taken:
        """A new Build, and in one write with it the delivery that started it."""
        names = known.config.metadata
        request = BuildRequest(
            metadata=ObjectMeta(name=names.name, namespace=names.namespace),
            revision=accepted.revision,
            env=accepted.env,
            docker_strategy_options=accepted.options,
            triggered_by=(webhook_cause(known.forge.word, accepted.revision),),
        )
        told = replace(told, outcome=STARTED)
        beside: list[tuple[Resource, JSON]] = []

        def overlay(build: Build) -> Build:
            # Only now is it known which build the delivery starts.
            said = ("; ".join(accepted.warnings), f"build {build.metadata.name} was started")
            row = replace(told, build=build.metadata.name, message=said[0] or said[1])
            place = Resource(DELIVERY, names.namespace)
            beside[:] = [(place, self._log.content(known.config, row))]
            return _elsewhere(build, accepted.ref) if accepted.is_elsewhere else build

        build = await self._instantiation.make(
            self._system,
            names.namespace,
            names.name,
            request,
            overlay,
            beside=beside,
            legacy=legacy,
        )
        await self._log.trim(known.config)
        return Taken(build=build, warnings=accepted.warnings)

    async def _failed(self, known: Known, told: WebhookDelivery, fault: ApiFault) -> InternalError:
        """The fault of a build that cannot be made (TR-513), once it is written down."""
        await self._keep(known, told, "Failed", fault.message)
        why = f"could not generate a build: {fault.message}"
        cause = Cause(field="", reason="", message=why)
        return InternalError(f"Internal error occurred: {why}", causes=(cause,))

    async def _keep(self, known: Known, told: WebhookDelivery, outcome: str, message: str) -> None:
        await self._log.keep(known.config, replace(told, outcome=outcome, message=message))

    def _told(self, known: Known, posted: Posted) -> WebhookDelivery:
        return WebhookDelivery(
            build_config=known.config.metadata.name,
            type=known.forge.type,
            event=posted.first(known.forge.events),
            delivery_id=posted.first(known.forge.ids),
            received_at=instant.to_text(self._clock.now()),
        )


@asynccontextmanager
async def _as_late_as_any() -> AsyncIterator[None]:
    """Refusals leave at certain moments only: how long they took tells nothing."""
    began = time.perf_counter()
    try:
        yield
    except Unauthorized:
        took = time.perf_counter() - began
        moment = began + math.ceil(took / REFUSED_AFTER) * REFUSED_AFTER
        # A loop counts milliseconds: what it rounds would tell what we hide.
        while (left := moment - time.perf_counter()) > 0:  # noqa: ASYNC110 -- a clock is no event
            await asyncio.sleep(left)
        raise


def _asked(delivery: Delivery) -> tuple[Sensitive, Forge]:
    """The secret and the forge that a path names (TR-504, TR-505).

    Errors: BadRequest; NotFound.
    """
    parts = delivery.rest.reveal().split("/")
    if len(parts) != _PARTS or not all(parts):
        raise BadRequest("unexpected hook subpath: what follows webhooks/ must be SECRET/TYPE")
    secret, word = parts
    forge = by_word(word)
    if forge is None:
        unknown: NotFound = NotFound.told(f'{HOOK} "{word}" not found', plural=HOOK, name=word)
        raise unknown
    return Sensitive(secret), forge


def _triggers(config: BuildConfig, forge: Forge) -> list[WebHookTrigger]:
    """The triggers of a forge."""
    blocks = (_block(each, forge) for each in config.spec.triggers)
    return [each for each in blocks if each is not None]


def _block(trigger: BuildTriggerPolicy, forge: Forge) -> WebHookTrigger | None:
    if trigger.type.lower() != forge.word:
        return None
    found: WebHookTrigger | None = getattr(trigger, forge.word)
    return found


def _held(secret: Secret) -> list[Sensitive]:
    """What a Secret holds for webhooks."""
    try:
        text = secret.data.get(SECRET_KEY, b"").decode()
    except UnicodeDecodeError:
        return []
    return [Sensitive(text)] if text else []


def _refused(forge: Forge, name: str) -> Unauthorized:
    return Unauthorized(f'the webhook "{forge.word}" for "{name}" did not accept your secret')


def _elsewhere(build: Build, ref: str) -> Build:
    """The build of another ref than its BuildConfig says."""
    source = build.spec.source
    if source.git is None:
        return build
    git = replace(source.git, ref=ref.removeprefix(HEADS).removeprefix(TAGS))
    return replace(build, spec=replace(build.spec, source=replace(source, git=git)))
