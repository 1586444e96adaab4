"""The package for the image that has it inside."""

from __future__ import annotations

from pathlib import Path

import slipcast
from slipcast.wiring import recipes


def test_the_package_is_put_whole_with_what_it_requires(tmp_path: Path):
    recipes.put_package(tmp_path)

    required = (tmp_path / "requirements.txt").read_text()
    package = Path(slipcast.__file__).parent
    assert (tmp_path / "slipcast/__init__.py").read_bytes() == Path(slipcast.__file__).read_bytes()
    assert len(list((tmp_path / "slipcast").rglob("*.py"))) == len(list(package.rglob("*.py")))
    assert "msgspec>=" in required
    assert "msgspec==" in (tmp_path / "constraints.txt").read_text()
