"""Images that carry ONBUILD instructions: the engine builds, a Dockerfile says what.

Source: source-to-image, ONBUILD strategy (S2I-249 to 252).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from slipcast.builds.s2i import dockerfile
from slipcast.builds.s2i.scripts import Script
from slipcast.dockerfile import quote
from slipcast.source.tree import Tree

STARTERS = tuple(
    f"{name}{suffix}" for name in ("run", "start", "exec", "execute") for suffix in ("", ".sh")
)
"""Names of the file that starts the application, in the order of preference."""


def starter(tree: Tree) -> str | None:
    """The file in the source's root that starts the application, None when there is none."""
    return next((name for name in STARTERS if tree.is_executable(name)), None)


def text(
    builder_image: str,
    env: Iterable[tuple[str, str]],
    assemble: Script | None,
    starter: str,
    scripts: str,
) -> str:
    """The Dockerfile: environment, assemble where one was found, and the file that starts it.

    Shape:  scripts is the directory of the context that holds an assemble from outside the image.
    """
    return "\n".join(_lines(builder_image, env, assemble, starter, scripts)) + "\n"


def _lines(
    builder_image: str,
    env: Iterable[tuple[str, str]],
    assemble: Script | None,
    starter: str,
    scripts: str,
) -> Iterator[str]:
    yield f"FROM {dockerfile.word(builder_image)}"
    yield from dockerfile.env_lines(env)
    if assemble is not None:
        if assemble.content is not None:
            yield dockerfile.copy_line("", f"{scripts}/{assemble.name}", assemble.path)
        yield f"RUN {quote.json_form([assemble.path])}"
    yield f"ENTRYPOINT {quote.json_form([f'./{starter}'])}"
