"""A program of its own, for each step: variables laid over those of a container to be created.

Shape:  the first word is a file with the variables, the others are those of the runtime.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path


def bundle(words: Sequence[str]) -> Path:
    """The directory of the container, as a call of the runtime names it."""
    for word, following in zip(words, (*words[1:], ""), strict=True):
        if word in {"--bundle", "-b"}:
            return Path(following)
        if word.startswith("--bundle="):
            return Path(word.partition("=")[2])
    return Path()


def lay(values: Path, config: Path) -> None:
    """Give the process of a container the variables, in place of those of the same name."""
    given = json.loads(values.read_bytes())
    content = json.loads(config.read_bytes())
    process = content["process"]
    kept = [each for each in process.get("env", []) if each.partition("=")[0] not in given]
    process["env"] = [*kept, *(f"{name}={value}" for name, value in given.items())]
    config.write_text(json.dumps(content))


if __name__ == "__main__":
    lay(Path(sys.argv[1]), bundle(sys.argv[2:]) / "config.json")
