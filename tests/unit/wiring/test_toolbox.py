"""What commands are given on a real machine."""

from __future__ import annotations

from pathlib import Path

from slipcast.builds.s2i.request import S2IRequest
from slipcast.cli.toolbox import EngineFlags
from slipcast.testing.progress import RecordingProgress
from slipcast.wiring.toolbox import RealToolbox


def test_a_source_is_looked_at_without_an_engine(tmp_path: Path) -> None:
    source = tmp_path / "app"
    source.mkdir()
    (source / "app.py").write_text("print()")
    toolbox = RealToolbox({"HOME": str(tmp_path), "SLIPCAST_STATE": str(tmp_path / "state")})
    tools = toolbox.tools(EngineFlags(engine="docker", url="tcp://127.0.0.1:1"))
    request = S2IRequest(source=str(source), directory=tmp_path, copy=True)

    with tools.survey(request, RecordingProgress()) as surveyed:
        found = surveyed.tree.read("app.py")

    assert found == b"print()"
