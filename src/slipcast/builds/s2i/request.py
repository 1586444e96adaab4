"""S2IRequest: everything a user can say to a source-to-image build, as data.

Source: s2i command reference; the numbers are those of the behavioural contract (S2I-16 to 53).
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from slipcast.values.container import Limits, Mount, PullPolicy
from slipcast.values.revision import SourceRevision
from slipcast.values.sensitive import Sensitive


class Injection(msgspec.Struct, frozen=True, kw_only=True):
    """A file or directory of this machine, present only while assemble runs (S2I-191).

    Shape:  target empty or relative means below the image's WORKDIR. keep: not truncated. remove:
            not even the name of a truncated file gets into the image.
    """

    source: Path
    target: str = ""
    keep: bool = False
    remove: bool = False
    name: str = ""

    @property
    def shown(self) -> str:
        """What people call it, else where it lies."""
        return self.name or str(self.source)


class UidRange(msgspec.Struct, frozen=True, kw_only=True):
    """Allowed user ids, both ends included; None is open."""

    low: int | None
    high: int | None


class PreparedSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source that was fetched already.

    Shape:  is_ours means that nobody else changes it, so that it is built as it lies, whatever the
            request calls it; else it is a survey's, and a directory of the user's own is read anew.
    """

    root: Path
    revision: SourceRevision
    is_ours: bool = False


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform gives every build, and no image keeps: a CA bundle and variables."""

    ca_bundle: Path | None = None
    env: tuple[tuple[str, str], ...] = ()


class S2IRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One build as asked for.

    Shape:  source as typed: a Git URL with optional `#ref`, a path, or empty (scripts only). Empty
            strings mean not given. env is in the order given; hidden_env is seen by scripts that
            assemble, and kept by no image. exclude None means the default
            expression, empty means nothing is left out. directory is what relative paths count
            from. source_secret is what a Secret holds, by its keys: the source is fetched with it
            and nothing else that this machine knows. runtime_artifacts are `SRC[:DST]` as typed.
            send_to is where the caller will push the image himself: its layers may be sent there
            already, while it is made.
    """

    source: str = ""
    builder_image: str = ""
    tag: str = ""
    directory: Path = msgspec.field(default_factory=lambda: Path("/"))

    ref: str = ""
    context_dir: str = ""
    copy: bool = False
    ignore_submodules: bool = False
    exclude: str | None = None
    keep_symlinks: bool = False
    prepared: PreparedSource | None = None
    source_secret: tuple[tuple[str, Sensitive], ...] = ()

    env: tuple[tuple[str, str], ...] = ()
    hidden_env: tuple[tuple[str, str], ...] = ()
    environment_file: Path | None = None
    scripts_url: str = ""
    image_scripts_url: str = "image:///usr/libexec/s2i"
    destination: str = ""
    assemble_user: str = ""
    assemble_runtime_user: str = ""
    allowed_uids: tuple[UidRange, ...] = ()
    injections: tuple[Injection, ...] = ()
    volumes: tuple[Mount, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    network: str = ""
    add_hosts: tuple[str, ...] = ()
    limits: Limits = msgspec.field(default_factory=Limits)
    block_onbuild: bool = False

    runtime_image: str = ""
    runtime_artifacts: tuple[str, ...] = ()

    incremental: bool = False
    incremental_from_tag: str = ""
    remove_previous: bool = False
    pull_policy: PullPolicy = PullPolicy.IF_NOT_PRESENT
    incremental_pull_policy: PullPolicy = PullPolicy.IF_NOT_PRESENT
    runtime_pull_policy: PullPolicy = PullPolicy.IF_NOT_PRESENT

    display_name: str = ""
    description: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    label_namespace: str = "io.openshift.s2i."
    callback_url: str = ""
    push_to: str = ""
    send_to: str = ""
    exact_commit: bool = False
    quiet: bool = False
    one_stream: bool = False
    save_temp_dir: bool = False
    platform: Platform = msgspec.field(default_factory=Platform)
