"""Builds while somebody else takes images away."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.adapters.engine.host import HostSettings, look
from slipcast.ports.engine import BuildSpec
from slipcast.values.faults import EngineFault

BUILDAH = """\
#!/bin/sh
case "$*" in *" build "*|"build "*) echo build >> {calls}; echo "{complaint}" >&2; exit 125;; esac
"""
VANISHED = "checking if cached image exists from a previous build: layer not known"


def calls(path: Path, complaint: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a build is tried whose buildah complains so."""
    log = path / "calls"
    (path / "bin").mkdir()
    (path / "bin/buildah").write_text(BUILDAH.format(calls=log, complaint=complaint))
    (path / "bin/buildah").chmod(0o755)
    monkeypatch.setenv("PATH", f"{path / 'bin'}:/usr/bin:/bin")
    (path / "Dockerfile").write_text("FROM x\n")
    host: HostSettings = look()
    engine = BuildahEngine(path / "state", storage_root=path / "store", host=host)
    with pytest.raises(EngineFault, match=complaint):
        engine.build(BuildSpec(context=path))
    return len(log.read_text().splitlines())


def test_a_build_is_tried_again_when_an_image_vanished_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calls(tmp_path, VANISHED, monkeypatch) > 1


def test_a_build_that_fails_by_itself_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calls(tmp_path, "RUN make ended with 2", monkeypatch) == 1
