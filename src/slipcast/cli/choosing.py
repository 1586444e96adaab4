"""What a source is and which builder image suits it: asked, and put into words.

The rules are those of the `source` floor; here they are asked and their answer is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import asdict

from slipcast.ports.s2i import Surveyed
from slipcast.source.catalogue import Catalogue
from slipcast.source.choose import Choice, choose
from slipcast.source.inspect import SourceFacts, inspect
from slipcast.values.faults import Fault
from slipcast.values.revision import SourceRevision


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a source is.

    Shape:  choice is None when no builder image suits it, and why_not says so then.
    """

    facts: SourceFacts
    choice: Choice | None = None
    why_not: Fault | None = None


def look(surveyed: Surveyed, catalogue: Catalogue) -> Found:
    """What a fetched source is."""
    facts = inspect(surveyed.tree)
    try:
        return Found(facts=facts, choice=choose(facts, catalogue))
    except Fault as fault:
        return Found(facts=facts, why_not=fault)


def words(found: Found) -> Iterator[str]:
    """What was found and chosen, as people read it."""
    for hit in found.facts.platforms:
        yield f"{hit.platform}: {', '.join(hit.files)}"
    if found.facts.dockerfile:
        yield f"docker: {found.facts.dockerfile}"
    if found.facts.jenkinsfile:
        yield f"pipeline: {found.facts.jenkinsfile}"
    if found.facts.scripts:
        yield f".s2i/bin: {', '.join(found.facts.scripts)}"
    if found.facts.has_environment:
        yield ".s2i/environment: variables of its builds and of its image"
    yield from _strategy(found.facts)
    choice = found.choice
    if choice is not None:
        yield f"builder image: {choice.builder.name} ({choice.explanation})"
        if choice.packages:
            yield f"packages: {choice.packages}"
        yield from (f"warning: {text}" for text in choice.warnings)
        if choice.alternatives:
            yield f"also possible: {', '.join(row.name for row in choice.alternatives)}"
        scores = ", ".join(f"{each.builder.name} {each.score:.2f}" for each in choice.suited)
        yield f"scores (0 is best): {scores}"


def _strategy(facts: SourceFacts) -> Iterator[str]:
    """How new-app would build it, where that is not with the builder image."""
    if facts.strategy not in {"JenkinsPipeline", "Docker"}:
        return
    name, sign = (
        ("pipeline", facts.jenkinsfile) if facts.jenkinsfile else ("docker", facts.dockerfile)
    )
    rest = [facts.dockerfile if facts.jenkinsfile else "", *facts.files[:1]]
    others = " and ".join(filter(None, rest))
    before = f"{sign} goes before {others}" if others else f"{sign} is there"
    how = "; --strategy=source takes the builder image" if facts.platforms else ""
    yield f"strategy of new-app: {name} ({before}{how})"


def document(found: Found, revision: SourceRevision) -> dict[str, Any]:
    """What was found and chosen, as JSON."""
    choice = found.choice
    return {
        "schema": "slipcast.detect/1",
        "platforms": [
            {"name": hit.platform, "files": list(hit.files)} for hit in found.facts.platforms
        ],
        "dockerfile": found.facts.dockerfile,
        "jenkinsfile": found.facts.jenkinsfile,
        "scripts": list(found.facts.scripts),
        "environment": found.facts.has_environment,
        "wanted": {
            name: {"version": wanted.wish.text, "file": wanted.file}
            for name, wanted in found.facts.wanted.items()
        },
        "strategy": found.facts.strategy,
        "builder": choice.builder.name if choice else "",
        "reasons": list(choice.reasons) if choice else [],
        "warnings": list(choice.warnings) if choice else [],
        "packages": choice.packages if choice else "",
        "alternatives": [row.name for row in choice.alternatives] if choice else [],
        "scores": [
            {"builder": each.builder.name, "platform": each.platform, "score": each.score}
            for each in (choice.suited if choice else ())
        ],
        "message": found.why_not.message if found.why_not else "",
        "nearby": list(found.facts.nearby),
        "revision": asdict(revision),
    }
