"""The Engine port over buildah: rootless or root, without a daemon.

Source: ports.engine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from slipcast.adapters import oomkills, ownership, usernamespace
from slipcast.adapters.buildfile import dockerfile_of
from slipcast.adapters.complaints import out_of_memory, reason_of, step_was_killed
from slipcast.adapters.engine.buildah import commands, leftovers, standins, stepenv
from slipcast.adapters.engine.buildah.ahead import Described, Outgoing, Tar, Target
from slipcast.adapters.engine.buildah.container import BuildahContainer, Working
from slipcast.adapters.engine.buildah.facts import facts_of
from slipcast.adapters.engine.buildah.failures import fault_of
from slipcast.adapters.engine.buildah.layercache import USUAL_LIMIT, Hits, LayerCache
from slipcast.adapters.engine.buildah.program import Program
from slipcast.adapters.engine.buildah.storage import Storage, graph_root, is_name
from slipcast.adapters.engine.host import HostSettings
from slipcast.adapters.runc.runner import Runner
from slipcast.adapters.turns import in_turn
from slipcast.ports.engine import (
    BuildSpec,
    Container,
    ContainerSpec,
    PullSpec,
    PushSpec,
    Sink,
    ignore,
)
from slipcast.values.container import PullPolicy
from slipcast.values.enginechoice import USUAL, EngineChoice
from slipcast.values.faults import EngineFault, HostFault, NotFound
from slipcast.values.image import ImageFacts
from slipcast.values.imageref import ImageRef

if TYPE_CHECKING:
    from slipcast.adapters.engine.buildah.sending import Sender

_TRIES = 6
_PAUSE = 5.0
_ONCE = ("--retry=0", "--retry-delay=1ms")
"""Tries are counted here; buildah 1.28 takes no tries again for three, seconds apart."""
_UNKNOWN = "image not known"
_VANISHED = "checking if cached image exists"


class BuildahEngine:
    """The Engine of the port.

    Shape:  state is a directory of ours, made when needed. Without storage_root and run_root the
            images lie where `podman images` looks for them. codec is how pushed layers travel.
            choice is what whoever started us wants otherwise.
    Units:  layer_cache in bytes: how much builds may leave for later ones, 0 for any amount.
    """

    def __init__(
        self,
        state: Path,
        *,
        storage_root: Path | None = None,
        run_root: Path | None = None,
        host: HostSettings,
        pause: Callable[[float], None] = time.sleep,
        codec: Literal["gzip", "zstd"] = "gzip",
        layer_cache: int = USUAL_LIMIT,
        choice: EngineChoice = USUAL,
    ) -> None:
        self._program = Program(state, storage_root, run_root, host, choice)
        self._runner = Runner(state)
        # A user's own store has another driver, or another place; buildah is asked then.
        self._storage = Storage(
            state / "none" if host.rootless else graph_root(storage_root, choice.storage)
        )
        self._cache = LayerCache(
            state / "layers.json", self._storage, self._forget, limit=layer_cache
        )
        self._pause = pause
        self._codec = codec
        self._outgoing = Outgoing(self._send_ahead)

    @property
    def name(self) -> str:
        """The technology."""
        return "buildah"

    def check(self) -> str:
        """A line saying what answers."""
        try:
            ran = self._program.check("buildah does not answer", "info", "--format={{.store}}")
            version = self._program.check("buildah does not answer", "--version").text
        except HostFault as fault:
            raise EngineFault(fault.message, reason=fault.reason, hint=fault.hint) from fault
        return version.partition(" (")[0] if ran.code == 0 else ""

    def pull(self, spec: PullSpec, *, log: Sink = ignore) -> ImageFacts:
        """The image after applying the policy."""
        return in_turn(spec.access, lambda who: self._pulled(replace(spec, access=who), log))

    def _pulled(self, spec: PullSpec, log: Sink) -> ImageFacts:
        if spec.policy is not PullPolicy.ALWAYS:
            facts = self.inspect(spec.image)
            if facts is not None and (not spec.access.guarded or self._sender().may_pull(spec)):
                return facts
        if spec.policy is PullPolicy.NEVER:
            raise NotFound(
                f"the image {spec.image} is not in local storage",
                hint="pull or build it first, or allow pulling with --pull-policy if-not-present",
            )
        # Docker's rule for names without a registry; buildah's own depends on the host's settings.
        reference = ImageRef.parse(spec.image).exact
        self._pull(spec, reference, log)
        facts = self.inspect(reference)
        if facts is None:
            raise EngineFault(f"the image {spec.image} was pulled and is not there")
        return facts

    def _pull(self, spec: PullSpec, reference: str, log: Sink) -> None:
        what = f"the image {spec.image} could not be pulled"
        with self._program.access(spec.access, spec.image) as flags:
            words = ["pull", "--policy=always", *_ONCE, *flags, "--", reference]
            for left in reversed(range(_TRIES + 1)):
                try:
                    self._program.follow(what, words, log)
                except EngineFault as fault:
                    if not left or not fault.retryable:
                        raise
                    log(f"{fault.message}; trying again\n".encode())
                    self._pause(_PAUSE)
                else:
                    return

    def inspect(self, image: str) -> ImageFacts | None:
        """The image in local storage."""
        return self._storage.facts(image) or self._asked(image)

    def _asked(self, image: str) -> ImageFacts | None:
        # Aliases, further stores and other drivers are buildah's to know.
        if not is_name(image):
            return None
        ran = self._program.run("inspect", "--type=image", "--", image)
        if ran.code != 0:
            if _UNKNOWN in ran.complaint or reason_of(ran.complaint) == "ImageUnknown":
                return None
            raise fault_of(f"the image {image} could not be inspected", ran.complaint.splitlines())
        document = json.loads(ran.stdout)
        listed = self._program.check(
            f"the image {image} could not be inspected",
            *("images", "--json", "--no-trunc", "--", document["FromImageID"]),
        )
        row = json.loads(listed.stdout)[0]
        if not _is_of(image, row.get("names") or ()):
            return None
        return facts_of(
            document["FromImageID"],
            json.loads(document["Config"]),
            digest=document["FromImageDigest"],
            names=row.get("names") or (),
            size=0,
        )

    def build(self, spec: BuildSpec, *, log: Sink = ignore) -> ImageFacts:
        """Build a Dockerfile."""
        what = f"the Dockerfile build{f' of {spec.tag}' if spec.tag else ''} failed"
        stepenv.refuse(spec.step_env, self._program.choice.isolation)
        with (
            self._program.scratch() as scratch,
            self._program.access(spec.access, spec.tag or "docker.io/library/x") as flags,
        ):
            spec, dockerfile = standins.prepared(spec, dockerfile_of(spec), scratch, self.inspect)
            env = commands.build_variables(spec)
            if spec.step_env:
                real = self._program.runtime
                env["BUILDAH_RUNTIME"] = str(stepenv.runtime(spec.step_env, real, scratch))
            id_file = scratch / "id"
            spec = replace(spec, network=self._program.network(spec.network))
            words = commands.build_words(spec, str(dockerfile), str(id_file))
            with self._marked() as mark, self._cached(log) as hits:
                line = [*words, mark, *flags, "--", str(spec.context)]
                # buildah shows steps the proxies of its own environment, and keeps none of them.
                self._follow_build(what, line, hits, env)
                image_id = id_file.read_text().strip().removeprefix("sha256:")
                hits.made = image_id
        facts = self.inspect(image_id)
        if facts is None:
            raise EngineFault(f"{what}: the image is not there afterwards")
        return facts

    def _follow_build(self, what: str, line: list[str], hits: Hits, env: Mapping[str, str]) -> None:
        """Build; again when somebody took an image away while buildah looked through all of them.

        What was built is found again.
        """
        for left in reversed(range(_TRIES)):
            ended_for_memory = oomkills.count()
            try:
                self._program.follow(what, line, hits, env)
            except EngineFault as fault:
                said = (fault.message, *fault.tail)
                if step_was_killed(said) and oomkills.count() > ended_for_memory:
                    raise out_of_memory(fault) from fault
                if not left or not any(_VANISHED in text for text in said):
                    raise
            else:
                return

    @contextmanager
    def _cached(self, log: Sink) -> Generator[Hits]:
        """A log that tells what a build used again; what the build left is kept within limits."""
        before, hits = self._cache.images(), Hits(log)
        try:
            yield hits
        finally:
            # What is not noted is only kept for longer.
            with suppress(OSError):
                self._cache.keep(before, hits.found, hits.made)

    def _note(self, image: str) -> None:
        # As above: an image that is not noted is only kept for longer.
        with suppress(OSError):
            self._cache.add(image)

    def _forget(self, image: str) -> None:
        # Without force: what has a name, a container or a child stays.
        self._program.run("rmi", "--", image)

    @contextmanager
    def _marked(self) -> Generator[str]:
        """The flag that marks a build; what the build leaves is removed when it does not end well.

        Shape:  buildah itself removes what a failed one leaves, and nothing when it is ended.
        """
        name = ownership.new_name()
        try:
            yield leftovers.flag(name)
        except BaseException:
            self._remove(leftovers.of_builds(self._store(), name.__eq__))
            raise

    def _remove(self, containers: list[str]) -> None:
        for container in containers:
            self._program.run("rm", "--", container)

    @contextmanager
    def container(self, spec: ContainerSpec) -> Generator[Container]:
        """A working container for the length of the context."""
        usernamespace.enter()
        spec = replace(spec, network=self._program.network(spec.network))
        image = self.inspect(spec.image)
        if image is None:
            raise NotFound(f"the image {spec.image} is not in local storage")
        name = ownership.new_name(spec.name)
        what = f"no working container of {spec.image} could be made"
        try:
            self._program.check(what, *commands.from_words(spec, image.id, name))
            root = Path(self._program.check(what, "mount", "--", name).text)
            known = self._program.store_known()
            working = Working(name=name, spec=spec, image=image, root=root, store_known=known)
            yield BuildahContainer(
                self._program, self._runner, working, self.inspect, self._outgoing, self._note
            )
        finally:
            self._program.run("rm", "--", name)

    def tag(self, image: str, tag: str) -> None:
        """Give an image another name."""
        self._program.check(f"{image} could not be tagged as {tag}", "tag", "--", image, tag)

    def push(self, spec: PushSpec, *, log: Sink = ignore) -> str:
        """Send the image."""
        return in_turn(spec.access, lambda who: self._pushed(replace(spec, access=who), log))

    def _pushed(self, spec: PushSpec, log: Sink) -> str:
        image = self._storage.image(spec.image)
        if image is None or not self._program.store_known():
            return self._pushed_by_buildah(spec, log)
        return self._sender().send(image, spec, log) or self._pushed_by_buildah(spec, log)

    def _sender(self) -> Sender:
        # Only pushes need an HTTP client and two compressors, whose import takes 40 ms.
        from slipcast.adapters.engine.buildah import sending  # noqa: PLC0415 -- see above

        notes = self._program.state / "blobs.json"
        return sending.Sender(
            storage=self._storage, notes=notes, codec=self._codec, settle=self._outgoing.wait
        )

    def _send_ahead(self, target: Target, layer: Tar, described: Described) -> None:
        self._sender().send_ahead(target, layer, described)

    def _pushed_by_buildah(self, spec: PushSpec, log: Sink) -> str:
        what = f"the image {spec.image} could not be pushed to {spec.destination}"
        local = spec.destination.startswith("oci:")
        destination = spec.destination if local else f"docker://{spec.destination}"
        reference = "localhost/x" if local else spec.destination
        with (
            self._program.scratch() as scratch,
            self._program.access(spec.access, reference) as flags,
        ):
            digest_file = scratch / "digest"
            words = ["push", *_ONCE, f"--digestfile={digest_file}", *flags]
            codec = f"--compression-format={self._codec}"
            self._program.follow(what, [*words, codec, "--", spec.image, destination], log)
            return digest_file.read_text().strip()

    def remove(self, image: str, *, unused: bool = False) -> None:
        """Remove an image by name or id."""
        ran = self._program.run("rmi", *([] if unused else ["--force"]), "--", image)
        if ran.code != 0 and _UNKNOWN not in ran.complaint:
            raise fault_of(f"the image {image} could not be removed", ran.complaint.splitlines())

    def sweep(self) -> int:
        """Remove what a killed process of ours left behind."""
        ended = self._runner.sweep(lambda name: not ownership.is_orphan(name))
        working = self._working()
        orphans = [name for name in working if ownership.is_orphan(name)]
        if working:
            orphans += leftovers.of_builds(self._store(), ownership.is_orphan)
        self._remove(orphans)
        return max(ended, len(orphans)) + self._program.sweep()

    def _store(self) -> Path:
        """Where images and containers lie, also those of a user's own store."""
        if not self._program.host.rootless:
            return self._storage.root
        return Path(self._program.run("info", "--format={{.store.GraphRoot}}").text or "/none")

    def _working(self) -> list[str]:
        """The names of all working containers, anyone's."""
        known = self._storage.containers()
        if known is not None:
            return known
        listed = self._program.check("containers could not be listed", "containers", "--json")
        return [row["containername"] for row in json.loads(listed.stdout) or []]


def _is_of(image: str, names: Iterable[str]) -> bool:
    """Whether what buildah has found by a digest is what is called so.

    Shape:  buildah takes any image of that digest, whatever its name: also one that was pulled from
            where whoever asks may not pull.
    """
    if "@" not in image:
        return True
    asked = ImageRef.parse(image)
    wanted = {(asked.registry_host, asked.repository)}
    if not asked.registry:
        wanted.add(("localhost", replace(asked, registry="localhost").repository))
    found = (ImageRef.parse(name) for name in names)
    return any((each.registry_host, each.repository) in wanted for each in found)
