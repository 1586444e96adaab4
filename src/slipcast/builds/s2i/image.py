"""The configuration of the result, from its base image and the build (S2I-211 to 218)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slipcast.builds.s2i.environment import merged
from slipcast.values.image import ImageConfig


def result(
    base: ImageConfig,
    *,
    run: str,
    env: Iterable[tuple[str, str]],
    labels: Mapping[str, str],
) -> ImageConfig:
    """What the image says of itself.

    Shape:  base is the builder image's, or the runtime image's in a two-image build; its USER,
            ENTRYPOINT, WORKDIR, ports and volumes stay. ONBUILD is for its own children only.
    """
    return ImageConfig(
        env=merged(base.env, env),
        entrypoint=base.entrypoint,
        cmd=(run,),
        user=base.user,
        workdir=base.workdir,
        labels=labels,
        exposed_ports=base.exposed_ports,
        volumes=base.volumes,
        stop_signal=base.stop_signal,
    )
