"""Planning: a request becomes builds, deployments and templates, or questions.

Everything that is wrong with the names of a request is said together (NA-4).

Source: detection.md NA-2 to NA-6; generated-objects.md sections 1 to 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.build import BuildConfig
from slipcast.newapp import asking, circles, detection, troubles, validate
from slipcast.newapp.classify import Classified, classified, unseen_of
from slipcast.newapp.component import (
    CopiedImage,
    DeploymentPlan,
    StrategyKind,
)
from slipcast.newapp.facts import Configs, Facts, Need, Source, Streams
from slipcast.newapp.making import Making, Planned, input_of
from slipcast.newapp.matches import Match, Undecided
from slipcast.newapp.pairing import Use, paired
from slipcast.newapp.ports import Port
from slipcast.newapp.references import Reference, joined, references
from slipcast.newapp.request import NewAppRequest, Pair, by_name
from slipcast.newapp.searching import SHARED, Place, Search
from slipcast.newapp.sources import Sources, place_of
from slipcast.newapp.streams import is_output
from slipcast.values.faults import Fault

LATEST: Final = "latest"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that is to be made."""

    parts: tuple[Planned, ...]
    deployments: tuple[DeploymentPlan, ...]
    templates: tuple[Match, ...]
    env: tuple[Pair, ...]
    warnings: tuple[str, ...] = ()


def planned(request: NewAppRequest, facts: Facts) -> Plan:
    """What a request comes to.

    Errors: Need; InvalidFault; Fault with everything that could not be found.
    """
    validate.request(request)
    words = _classified(request, facts)
    search = _search(request, facts)
    plan = _Planning(request, facts, words, search).plan()
    before = _of_before(plan, search, request.namespace)
    if before:
        plan = _without(plan, _Planning(request, facts, words, search.apart_from(before)))
    there: tuple[BuildConfig, ...] = ()
    if any(part.build is not None for part in plan.parts):
        there = facts.ask(Configs(request.namespace), tuple)
    circular = circles.warnings(request, plan.parts, search.stream, there)
    return replace(plan, warnings=(*plan.warnings, *circular))


def _classified(request: NewAppRequest, facts: Facts) -> Classified:
    """The words of a request by what they are.

    What is wanted of the project wherever something is built is asked for at the same time.

    Errors: Need; InvalidFault with every word that can be nothing.
    """
    likely = (Streams(request.namespace), Streams(SHARED), Configs(request.namespace))
    missing = [each for each in likely if not facts.knows(each)]
    try:
        words = classified(request, facts)
    except Need as need:
        raise Need((*need.questions, *missing)) from None
    if request.builds or request.sources or words.sources:
        facts.require(likely)
    return words


def _of_before(plan: Plan, search: Search, namespace: str) -> frozenset[str]:
    """Streams that a plan starts from, and that its own builds have filled before (UP-24)."""
    outputs = {each.build.output.stream for each in plan.parts if each.build is not None}
    found = {
        each.match.name
        for each in plan.parts
        if each.match is not None and each.match.origin == "stream"
        if each.match.namespace == namespace and each.match.name in outputs
        if (stream := search.stream(namespace, each.match.name)) is not None
        if is_output(stream, each.match.tag)
    }
    return frozenset(found)


def _without(plan: Plan, planning: _Planning) -> Plan:
    """The plan to which what was built before does not count; the first, where there is no other.

    Errors: Need.
    """
    try:
        other = planning.plan()
    except Fault:
        return plan
    streams = [part.match.origin for part in other.parts if part.match is not None]
    meant = [part.match.origin for part in plan.parts if part.match is not None]
    return other if streams == meant else plan


def _search(request: NewAppRequest, facts: Facts) -> Search:
    return Search(
        facts,
        Place(
            namespace=request.namespace,
            insecure=request.insecure,
            import_mode=request.import_mode,
            allow_missing_images=request.allow_missing_images,
            allow_missing_tags=request.allow_missing_tags,
        ),
    )


class _Planning:
    """One pass from words to plan."""

    def __init__(
        self, request: NewAppRequest, facts: Facts, words: Classified, search: Search
    ) -> None:
        self._request = request
        self._facts = facts
        self._words = words
        seen = frozenset((*request.sources, *words.sources)) - unseen_of(request)
        self._sources = Sources(request, facts, seen)
        self._env = by_name((*request.env, *words.env))
        self._making = Making(request, self._env)
        self._search = search

    def plan(self) -> Plan:
        """See `planned`."""
        request = self._request
        sources = tuple(dict.fromkeys((*request.sources, *self._words.sources)))
        asking.questions(request, self._sources.looked_at(sources), self._facts)
        wanted = references(request, self._words)
        found, warnings = self._found(wanted)
        if not found and not sources and request.dockerfile is None and not request.binary:
            raise troubles.nothing_to_do(builds=request.builds)
        self._check_counts(found, sources)
        if request.strategy and request.dockerfile is None:
            for each in self._sources.looked_at(sources):
                detection.strategy_for(request, self._sources.at(each))
        pairs = paired(request, found, sources)
        parts = [self._used(use) for use in pairs.uses if use.match.template is None]
        named = (*(each.word for each in wanted), *sources)
        groups = joined(request, named)
        parts += [self._read(each, groups) for each in self._unbound(pairs.alone)]
        if request.dockerfile is not None and not pairs.alone:
            parts.append(self._alone(Source(dockerfile=request.dockerfile), "dockerfile"))
        if request.binary and not pairs.uses:
            parts.append(self._sent())
        if request.name and len(_groups(parts, pairs.uses)) > 1:
            raise Fault(
                "only one component or source repository can be used when specifying a name"
            )
        return Plan(
            parts=tuple(parts),
            deployments=() if request.builds else tuple(self._deployments(parts)),
            templates=tuple(use.match for use in pairs.uses if use.match.template is not None),
            env=self._env,
            warnings=(*warnings, *self._sources.warnings, *validate.build_args(request, parts)),
        )

    def _found(
        self, wanted: Iterable[Reference]
    ) -> tuple[list[tuple[Reference, Match]], tuple[str, ...]]:
        """What every name means.

        Errors: Need; Fault with all that mean nothing for sure.
        """
        found: list[tuple[Reference, Match]] = []
        undecided: list[troubles.Trouble] = []
        warnings: list[str] = []
        for each in wanted:
            result = self._search.find(each.word, each.where, builds=each.has_source)
            if isinstance(result.result, Undecided):
                why = self._sources.why_not(each.word)
                is_template = each.has_source and self._search.is_template(each.word)
                sourced = (f'"{each.word}" is a template, which takes no source',) * is_template
                undecided.append(
                    troubles.Trouble(
                        undecided=result.result,
                        where=each.where,
                        said=(*result.troubles, *sourced),
                        like=() if is_template else self._search.like(each.word),
                        not_a_source=why,
                    )
                )
            else:
                found.append((each, result.result))
                warnings += result.troubles
        if undecided:
            raise troubles.not_found(undecided, builds=self._request.builds)
        return found, tuple(warnings)

    def _unbound(self, alone: tuple[str, ...]) -> tuple[str, ...]:
        if self._request.dockerfile is not None and len(alone) > 1:
            raise Fault("--dockerfile cannot be used with multiple sources")
        return alone

    def _used(self, use: Use) -> Planned:
        """An image that builds something, or is deployed."""
        if use.source is None:
            return self._making.deployed(use)
        source = self._sources.of_pair(use.source)
        kind: StrategyKind = "Docker" if self._request.strategy == "docker" else "Source"
        return self._build(source, kind, use.match, use.reference.group)

    def _read(self, word: str, groups: Mapping[str, str]) -> Planned:
        """A source that a word was read as; what else the word names is told (NA-17)."""
        source = self._sources.at(word)
        other = "" if word in self._request.sources else self._search.named(word)
        told = f'"{word}" is read as the directory {source.directory}; {other}' if other else ""
        try:
            made = self._alone(source, groups.get(word, word))
        except Fault as fault:
            if told:
                raise Fault(fault.message, hint=f"{fault.hint}\n{told}") from fault
            raise
        return replace(made, reasons=(told, *made.reasons)) if told else made

    def _alone(self, source: Source, group: str) -> Planned:
        """A source that no image was given for."""
        request = self._request
        if request.dockerfile is not None:
            source = replace(source, dockerfile=request.dockerfile)
        kind = detection.strategy_for(request, source)
        if kind == "JenkinsPipeline":
            return self._build(source, kind, None, group)
        if kind == "Source":
            language = detection.language_of(source, self._search)
            made = self._build(source, kind, language.match, group)
            return replace(
                made, reasons=language.reasons, warnings=(*made.warnings, *language.warnings)
            )
        base = detection.base_of(source.dockerfile, place_of(source))
        result = self._search.find(base.image, "base")
        if isinstance(result.result, Undecided):
            said = (*result.troubles, f"it is FROM of the Dockerfile {place_of(source)}")
            trouble = troubles.Trouble(
                undecided=result.result,
                where="base",
                said=said,
                like=self._search.like(base.image),
            )
            raise troubles.not_found([trouble], builds=request.builds)
        made = self._build(source, kind, result.result, group, base.ports.ports)
        wrong = tuple(f"EXPOSE {each} is no port and is left out" for each in base.ports.wrong)
        return replace(made, warnings=(*made.warnings, *wrong))

    def _sent(self) -> Planned:
        """Something that will be sent, with its own Dockerfile (NA-34)."""
        if self._request.strategy == "source":
            raise Fault(
                "you must provide a builder image when using the source strategy with a binary"
                " build"
            )
        if not self._request.name:
            raise Fault(
                "you must provide a --name when you don't specify a source repository or base image"
            )
        return self._build(Source(), "Docker", None, self._request.name)

    def _build(
        self,
        source: Source,
        kind: StrategyKind,
        match: Match | None,
        group: str,
        ports: tuple[Port, ...] = (),
    ) -> Planned:
        return self._making.built(source, kind, match, group, ports, self._copied())

    def _copied(self) -> CopiedImage | None:
        """Files of another image (GO-46)."""
        request = self._request
        if not request.source_image:
            return None
        result = self._search.find(request.source_image, "copied")
        if isinstance(result.result, Undecided):
            trouble = troubles.Trouble(
                undecided=result.result,
                where="copied",
                said=result.troubles,
                like=self._search.like(request.source_image),
            )
            raise troubles.not_found([trouble], builds=True)
        path, _, destination = request.source_image_path.partition(":")
        return CopiedImage(
            image=input_of(result.result), source_path=path, destination=destination or "."
        )

    def _deployments(self, parts: list[Planned]) -> Iterator[DeploymentPlan]:
        groups: dict[str, list[Planned]] = {}
        for part in parts:
            if part.container is not None:
                groups.setdefault(part.group, []).append(part)
        for members in groups.values():
            yield DeploymentPlan(
                name=members[0].name,
                containers=tuple(each.container for each in members if each.container is not None),
                is_test=self._request.as_test,
                is_config=self._request.as_deployment_config,
            )

    def _check_counts(self, found: list[tuple[Reference, Match]], sources: tuple[str, ...]) -> None:
        """Refuse one output for several things, and a strategy for none (NA-6, DT-23)."""
        request = self._request
        built = [each for each, _ in found if each.has_source] or sources
        if request.strategy and not (built or request.binary or request.dockerfile is not None):
            raise Fault(
                "when --strategy is specified you must provide at least one source code location",
                hint="Add a repository or a directory, or --binary to send the source later.",
            )
        if request.to and len([each for each, _ in found if each.source]) + len(sources) > 1:
            raise Fault(
                "only one component with source can be used when specifying an output image"
                " reference"
            )


def _groups(parts: Iterable[Planned], uses: Iterable[Use]) -> set[str]:
    """What is deployed apart from each other (NA-37)."""
    return {part.group for part in parts} | {
        use.reference.group for use in uses if use.match.template is not None
    }
