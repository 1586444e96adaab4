"""The flags of new-app and new-build, and the request that they make.

Source: detection.md section 12.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

import click

from slipcast.cli import dotenv, plainsecrets
from slipcast.cli.options import together
from slipcast.cli.parameters import given as parameters_given
from slipcast.cli.parameters import labels as labels_given
from slipcast.cli.parameters import warn_of_list
from slipcast.cli.streams.tagging import mode_of
from slipcast.cli.toolbox import Toolbox
from slipcast.newapp.legacy import VERSION
from slipcast.newapp.request import Mounted, NewAppRequest, Pair
from slipcast.values.faults import HostFault, UsageFault
from slipcast.values.names import dns_subdomain

_NAME: Final = re.compile(r"\w+", re.ASCII)
_BUILT: Final = "in the BuildConfig and in its image"
_STRATEGIES: Final = ("docker", "pipeline", "source")

common = together(
    click.option("--code", multiple=True, metavar="URL|DIR", help="Source to build. Repeatable."),
    click.option("--context-dir", default="", metavar="DIR", help="Directory of it that is built."),
    click.option("-i", "--image-stream", multiple=True, metavar="STREAM", help="A stream's image."),
    click.option("--image", multiple=True, metavar="IMAGE", help="An image in a registry."),
    click.option(
        "--docker-image", multiple=True, metavar="IMAGE", hidden=True, help="The same as --image."
    ),
    click.option("-e", "--env", multiple=True, metavar="KEY=VALUE", help="A variable. Repeatable."),
    click.option("--env-file", multiple=True, metavar="FILE|-", help="Variables in lines."),
    click.option("--build-env", multiple=True, metavar="KEY=VALUE", help="A variable of builds."),
    click.option("--build-env-file", multiple=True, metavar="FILE|-", help="Such in lines."),
    click.option("--name", default="", help="The name of all that is made."),
    click.option("--strategy", default="", metavar="STRATEGY", help="docker, pipeline or source."),
    click.option("-l", "--labels", multiple=True, metavar="LABELS", help="Labels for all of it."),
    click.option(
        "--insecure-registry", is_flag=True, help="Let registries be without, or with wrong, TLS."
    ),
    click.option("--allow-missing-images", is_flag=True, help="Take images for granted."),
    click.option(
        "--allow-missing-imagestream-tags", is_flag=True, help="Take tags without image as well."
    ),
    click.option("--binary", is_flag=True, help="The source is sent along with each build."),
    click.option(
        "--source-secret", default="", metavar="SECRET", help="Credentials of the source."
    ),
    click.option(
        "--secret-webhooks", is_flag=True, help="Keep what webhooks must know in a Secret."
    ),
    click.option("--dry-run", is_flag=True, help="Only show what would be made."),
    click.option("-o", "--output", default="", metavar="FORM", help="yaml, json, name, jsonpath=…"),
    click.option("--no-install", is_flag=True, hidden=True, help="No image ever is."),
    click.option("--grant-install-rights", is_flag=True, hidden=True, help="No image gets them."),
    click.option(
        "--import-mode",
        default="",
        metavar="MODE",
        help="Of images for several platforms: Legacy takes one, PreserveOriginal all.",
    ),
    click.option(
        "--output-version", default="", metavar="v1", help="v1: as clients of OpenShift 3 know it."
    ),
)
"""The flags of both."""

app_only = together(
    click.option("--template", multiple=True, metavar="NAME", help="A stored template."),
    click.option("-f", "--file", multiple=True, metavar="FILE|URL", help="A template in a file."),
    click.option("-p", "--param", multiple=True, metavar="KEY=VALUE", help="A template's value."),
    click.option("--param-file", multiple=True, metavar="FILE|-", help="Such values in lines."),
    click.option("--ignore-unknown-parameters", is_flag=True, help="Let other values be."),
    click.option("--group", multiple=True, metavar="A+B", help="Deploy these together."),
    click.option("--as-test", is_flag=True, help="Deployed for a test only."),
    click.option("--as-deployment-config/--as-deployment", default=True, help="What deploys it."),
    click.option("-L", "--list", "listing", is_flag=True, help="List what can be used."),
    click.option("-S", "--search", is_flag=True, help="Search what the words may mean."),
)
"""The flags of new-app."""

build_only = together(
    click.option("-D", "--dockerfile", default=None, metavar="TEXT|-", help="A Dockerfile's text."),
    click.option("--build-arg", multiple=True, metavar="KEY=VALUE", help="ARG of the Dockerfile."),
    click.option("--to", default="", metavar="IMAGE", help="Where the image is pushed."),
    click.option("--to-docker", is_flag=True, help="--to is an image in a registry, no stream."),
    click.option("--no-output", is_flag=True, help="Push the image nowhere."),
    click.option("--build-secret", multiple=True, metavar="NAME[:DIR]", help="A Secret for it."),
    click.option("--build-config-map", multiple=True, metavar="NAME[:DIR]", help="A ConfigMap."),
    click.option("--push-secret", default="", metavar="SECRET", help="Credentials for the push."),
    click.option("--source-image", default="", metavar="IMAGE", help="Take files of this image."),
    click.option("--source-image-path", default="", metavar="FROM:TO", help="Which, and where to."),
)
"""The flags of new-build."""


def request_of(
    words: Sequence[str], given: dict[str, Any], toolbox: Toolbox, namespace: str, *, builds: bool
) -> NewAppRequest:
    """What the command line asks for.

    Errors: UsageFault; HostFault.
    """
    env = _variables(given, "env", toolbox)
    build_env = _variables(given, "build_env", toolbox)
    build_args = _pairs(given.get("build_arg", ()), "--build-arg")
    _warn(env, "in what deploys it", "slipcast set env dc/NAME --from=secret/SECRET")
    _warn(build_env, _BUILT, "slipcast set env bc/NAME --from=secret/SECRET")
    _warn(build_args, _BUILT, "valueFrom.secretKeyRef of buildArgs in the BuildConfig")
    values = parameters_given(
        given.get("param", ()), given.get("param_file", ()), toolbox.directory
    )
    labels = labels_given(given["labels"])
    if given["grant_install_rights"]:
        raise UsageFault(
            "--grant-install-rights is not there: no image is given rights to install itself",
            hint="Run what it would do yourself, or deploy it as any other image.",
        )
    if given["output_version"] not in {"", VERSION}:
        raise UsageFault(
            f"unknown --output-version {given['output_version']!r}", hint=f"It is {VERSION}."
        )
    strategy = given["strategy"].lower()
    if strategy and strategy not in _STRATEGIES:
        raise UsageFault(
            f"invalid strategy: {given['strategy']!r}", hint="It is docker, pipeline or source."
        )
    return NewAppRequest(
        words=tuple(words),
        builds=builds,
        sources=_listed(given["code"]),
        images=(*_listed(given["image"]), *_listed(given["docker_image"])),
        streams=_listed(given["image_stream"]),
        templates=_listed(given.get("template", ())),
        files=_listed(given.get("file", ())),
        groups=_listed(given.get("group", ())),
        context_dir=given["context_dir"],
        name=given["name"],
        strategy=strategy,
        env=tuple(env),
        build_env=tuple(build_env),
        build_args=tuple(build_args),
        values=tuple(Pair(name, value) for name, value in values.items()),
        labels=tuple(Pair(name, value) for name, value in labels.items()),
        dockerfile=_dockerfile(given.get("dockerfile")),
        binary=given["binary"],
        to=given.get("to", ""),
        to_docker=given.get("to_docker", False),
        no_output=given.get("no_output", False),
        source_image=given.get("source_image", ""),
        source_image_path=given.get("source_image_path", ""),
        build_secrets=tuple(_mounted(given.get("build_secret", ()), "--build-secret")),
        build_config_maps=tuple(_mounted(given.get("build_config_map", ()), "--build-config-map")),
        source_secret=given["source_secret"],
        push_secret=given.get("push_secret", ""),
        keeps_hooks=given["secret_webhooks"],
        insecure=given["insecure_registry"],
        import_mode=mode_of(given["import_mode"]),
        allow_missing_images=given["allow_missing_images"],
        allow_missing_tags=given["allow_missing_imagestream_tags"],
        ignore_unknown_values=given.get("ignore_unknown_parameters", False),
        as_deployment_config=given.get("as_deployment_config", True),
        as_test=given.get("as_test", False),
        is_listed=given.get("listing", False),
        is_searched=given.get("search", False),
        namespace=namespace,
    )


def _listed(words: Iterable[str]) -> tuple[str, ...]:
    """What a list flag names: it may be repeated, and joined by commas (NA-60)."""
    return tuple(part for word in words for part in word.split(",") if part)


def _pairs(words: Iterable[str], flag: str) -> list[Pair]:
    """Variables; of several of a name the last counts (DF-9)."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise UsageFault(
                f"invalid parameter assignment in {flag}: {word!r}",
                hint="Write NAME=VALUE; names have letters, digits and _ only.",
            )
        warn_of_list(word, flag)
        if name in found:
            click.echo(f"warning: {name} is given twice in {flag}; the last counts", err=True)
        found[name] = value
    return [Pair(name, value) for name, value in found.items()]


def _warn(pairs: Iterable[Pair], kept: str, instead: str) -> None:
    """Warn of secrets among variables; parameters of templates are kept in no variable."""
    plainsecrets.warn(
        ((each.name, each.value) for each in pairs), kept, f"{plainsecrets.REFER_INSTEAD}{instead}"
    )


def _variables(given: dict[str, Any], name: str, toolbox: Toolbox) -> list[Pair]:
    """Variables of a flag and of its files; the flag's count where both have one (NA-52)."""
    flag = f"--{name.replace('_', '-')}"
    pairs = _pairs(given[name], flag)
    taken = {each.name for each in pairs}
    found: list[Pair] = []
    for each in _files(given[f"{name}_file"], toolbox):
        if each.name in taken:
            click.echo(f"warning: {each.name} of {flag}-file is given by {flag} as well", err=True)
        else:
            found.append(each)
    return [*found, *pairs]


def _files(files: Iterable[str], toolbox: Toolbox) -> list[Pair]:
    found: list[Pair] = []
    for file in files:
        try:
            text = sys.stdin.read() if file == "-" else (toolbox.directory / file).read_text()
        except (OSError, UnicodeDecodeError) as fault:
            raise HostFault(f"{file} cannot be read") from fault
        found += [Pair(name, value) for name, value in dotenv.parse(text, file).items()]
    return found


def _dockerfile(text: str | None) -> str | None:
    return sys.stdin.read() if text == "-" else text


def _mounted(words: Iterable[str], flag: str) -> list[Mounted]:
    """`NAME[:DIRECTORY]`, several in one with `;` (GO-47)."""
    found: list[Mounted] = []
    for word in (part for each in words for part in each.split(";") if part):
        name, colon, destination = word.strip("\"'").rpartition(":")
        mounted = Mounted(name, destination) if colon else Mounted(destination)
        if dns_subdomain(mounted.name):
            raise UsageFault(f"{flag} names {mounted.name!r}, which can be the name of nothing")
        if any(each.name == mounted.name for each in found):
            raise UsageFault(f"the {mounted.name!r} {flag.strip('-')} can be used just once")
        found.append(mounted)
    return found
