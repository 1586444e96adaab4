"""`python -m fuzz TARGET FOLDER [OPTION...]`: atheris over one target, its corpus in a folder.

Options are those of libFuzzer, `-max_total_time=3600` among them; an input that is a finding is
left where `-artifact_prefix` says.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["slipcast"]):
    from fuzz.targets import TARGETS


def main() -> None:
    """Fuzz what the command line names."""
    name, folder, *options = sys.argv[1:]
    target, seeds = TARGETS[name]
    corpus = Path(folder)
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)

    def one(data: bytes) -> None:
        if data:
            target(data)

    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
