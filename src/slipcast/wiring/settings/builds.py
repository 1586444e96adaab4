"""Settings of builds: what every build has, and how the server's are run."""

from __future__ import annotations

from slipcast.builds.overrides import BuildDefaults, BuildOverrides
from slipcast.wiring import readers
from slipcast.wiring.settings.setting import Setting

SETTINGS = (
    Setting(
        "builds.ca_bundle",
        "ca_bundle",
        "SLIPCAST_CA_BUNDLE",
        "file",
        readers.file,
        "Certificate authorities that every build trusts; they do not get into the image. Default: "
        "what this host trusts; empty: what the builder image trusts.",
    ),
    Setting(
        "builds.env",
        "build_env",
        "SLIPCAST_BUILD_ENV",
        "table of texts; in the environment NAME=VALUE words",
        readers.variables,
        "Variables that every build is given; they do not get into the image.",
    ),
    Setting(
        "builds.builder_image",
        "builder_image",
        "SLIPCAST_BUILDER_IMAGE",
        "image",
        readers.text,
        "The image that the server's Source and Docker builds run in, where they run in containers."
        " Default: slipcast/builder.",
    ),
    Setting(
        "builds.engine_socket",
        "engine_socket",
        "SLIPCAST_ENGINE_SOCKET",
        "path",
        readers.text,
        "The container engine's socket, for Custom builds that ask for it; whoever has it rules"
        " the host. Default: none, and such builds are refused.",
    ),
    Setting(
        "builds.layer_cache",
        "layer_cache",
        "SLIPCAST_LAYER_CACHE",
        "size, such as 10Gi; 0: any",
        readers.amount,
        "How much builds may leave in buildah's store for later ones: steps of Dockerfiles, images"
        " that lost their name to a newer one, copies of pushed images; what was longest of no use"
        " goes first. Images with other names stay. Default: 10Gi.",
    ),
    Setting(
        "builds.workers",
        "build_workers",
        "SLIPCAST_BUILD_WORKERS",
        "number",
        readers.number(1, 64),
        "How many builds the server decides about at once; how many run is another matter."
        " Default: 4.",
    ),
    Setting(
        "builds.pods",
        "build_pods",
        "SLIPCAST_PODS",
        "process, podman or none",
        readers.one_of("process", "podman", "none"),
        "What runs the server's builds: process, as processes of this machine; podman, in"
        " containers of the image that `slipcast builders build builder` makes, as root; none,"
        " nothing here. Default: process.",
    ),
    Setting(
        "builds.at_once",
        "builds_at_once",
        "SLIPCAST_BUILDS_AT_ONCE",
        "number",
        readers.number(1, 1000),
        "How many of the server's builds run at once on this machine. Default: as many as it has"
        " processors, and at least 2.",
    ),
    Setting(
        "builds.program",
        "builder_program",
        "SLIPCAST_BUILDER_PROGRAM",
        "list of texts",
        readers.words,
        "What is run in place of slipcast-builder; the role stands behind it. Default: our own.",
    ),
    Setting(
        "builds.largest_upload",
        "largest_upload",
        "SLIPCAST_LARGEST_UPLOAD",
        "size, such as 10Gi",
        readers.amount,
        "How much may be sent to be built at once. Default: 16Gi.",
    ),
    Setting(
        "builds.defaults",
        "build_defaults",
        "SLIPCAST_BUILD_DEFAULTS",
        "table of BuildDefaults; in the environment JSON",
        readers.struct(BuildDefaults),
        "What the server's builds have when they do not say otherwise: gitHTTPProxy, env,"
        " imageLabels, resources and so on.",
    ),
    Setting(
        "builds.overrides",
        "build_overrides",
        "SLIPCAST_BUILD_OVERRIDES",
        "table of BuildOverrides; in the environment JSON",
        readers.struct(BuildOverrides),
        "What the server's builds have whatever they say: forcePull, imageLabels, nodeSelector,"
        " annotations, tolerations.",
    ),
)
