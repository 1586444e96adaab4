"""What start-build starts: read off a command line, asked of the server.

Source: cli.md section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.document import JSON
from slipcast.api.lens import read
from slipcast.cli import parameters, plainsecrets, resources, starting, uploading
from slipcast.cli.setting import variables
from slipcast.cli.setting.variables import Env
from slipcast.cli.telling import warn
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.apifaults import Invalid
from slipcast.values.faults import Fault, UsageFault

BUILD: Final = kinds.require(kinds.BUILD, "Build")
CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
OF_NOTHING: Final = (
    "the build has no source: --from-dir, --from-repo, --from-archive or --from-file sends one"
)
"""What is said of the build of a configuration that waits for something to be sent (SB-23)."""


def check_output(flags: Mapping[str, Any]) -> None:
    """See that the output is one that there is.

    Errors: UsageFault.
    """
    if flags["output"] not in {"", "name"}:
        raise UsageFault("only --output=name is supported")


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What is started, and how.

    Shape:  request is what a BuildRequest says beside the name.
    """

    config: str = ""
    build: str = ""
    given: uploading.Given
    request: JSON

    @classmethod
    def of(cls, words: Sequence[str], flags: Mapping[str, Any]) -> Start:
        """What the command line says (section 3.2).

        Errors: UsageFault.
        """
        check_output(flags)
        config, build = _named(words, flags)
        given = uploading.Given(
            directory=flags["from_dir"],
            archive=flags["from_archive"],
            file=flags["from_file"],
            repository=flags["from_repo"],
            commit=flags["commit"],
            exclude=flags["exclude"],
        )
        given.check()
        if build and given.is_any:
            raise UsageFault("Cannot use '--from-build' flag with binary builds")
        return cls(config=config, build=build, given=given, request=dict(_request(flags)))

    async def start(self, connection: Connection, toolbox: Toolbox) -> str:
        """Start it; the name of the build.

        Errors: Fault.
        """
        try:
            if self.given.is_any:
                return await starting.sent(
                    connection, self.config, self.given, toolbox, self.request
                )
            kind, name = (BUILD, self.build) if self.build else (CONFIG, self.config)
            subresource = "clone" if self.build else "instantiate"
            where = Resource(kind, connection.namespace, name, subresource)
            made = (await connection.api.act(where, self._body(name))).document
        except Invalid as fault:
            raise self._explained(fault, connection) from fault
        if _is_of_nothing(read(made.content, Build)):
            warn([OF_NOTHING], colour=toolbox.colour)
        return made.names.name

    def _body(self, name: str) -> JSON:
        return {
            "kind": "BuildRequest",
            "apiVersion": BUILD.api_version,
            "metadata": {"name": name},
            "triggeredBy": [{"message": "Manually triggered"}],
            **self.request,
        }

    def _explained(self, fault: Invalid, connection: Connection) -> Fault:
        """What to do about a source that is none (SB-23)."""
        if not any(cause.field == "spec.source" for cause in fault.causes):
            return fault
        if self.build:
            return Fault(
                f"Build {connection.namespace}/{self.build} has no valid source inputs and "
                "'--from-build' cannot be used for binary builds"
            )
        return Fault(
            f"Build configuration {connection.namespace}/{self.config} has no valid source inputs, "
            "if this is a binary build you must specify one of '--from-dir', '--from-repo', or "
            "'--from-file'"
        )


def _is_of_nothing(build: Build) -> bool:
    spec = build.spec
    return spec.strategy.source_strategy is not None and spec.source.type == "None"


def _named(words: Sequence[str], flags: Mapping[str, Any]) -> tuple[str, str]:
    """The BuildConfig or the build that is meant (SB-2, SB-3, SB-7, SB-8).

    Errors: UsageFault.
    """
    if flags["from_build"]:
        if words:
            raise UsageFault("a build config and --from-build may not be used together")
        return "", flags["from_build"].removeprefix("build/").removeprefix("builds/")
    if len(words) != 1:
        raise UsageFault(
            "must pass a name of a build config or specify build name with '--from-build' flag",
            hint="`slipcast get bc` shows what there is.",
        )
    if "/" not in words[0]:
        return words[0], ""
    (found,) = resources.parse(words)
    if found.kind is CONFIG:
        return found.name, ""
    if found.kind is not BUILD:
        raise UsageFault(f"invalid resource provided: {words[0]}")
    if not flags["list_webhooks"]:
        raise UsageFault("use --from-build to rerun your builds")
    return "", found.name


def _request(flags: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a BuildRequest says (SB-14, SB-20, SB-26).

    Errors: UsageFault.
    """
    env = list(variables.assigned(flags["env"]))
    _warn(env, "slipcast set env bc/NAME --from=secret/SECRET")
    for word in flags["env"]:
        parameters.warn_of_list(word, "--env")
    if flags["build_loglevel"]:
        env.append({"name": "BUILD_LOGLEVEL", "value": flags["build_loglevel"]})
    if env:
        yield "env", env
    if flags["commit"]:
        yield "revision", {"type": "Git", "git": {"commit": flags["commit"]}}
    docker: dict[str, Any] = {}
    if flags["build_arg"]:
        docker["buildArgs"] = list(variables.assigned(flags["build_arg"]))
        _warn(docker["buildArgs"], "valueFrom.secretKeyRef of buildArgs in the BuildConfig")
    if flags["no_cache"] is not None:
        docker["noCache"] = flags["no_cache"]
    if docker:
        yield "dockerStrategyOptions", docker
    if flags["incremental"] is not None:
        yield "sourceStrategyOptions", {"incremental": flags["incremental"]}


def _warn(values: Iterable[Env], instead: str) -> None:
    plainsecrets.warn(
        ((each["name"], each["value"]) for each in values),
        "in the Build and in its image",
        f"{plainsecrets.REFER_INSTEAD}{instead}",
    )
