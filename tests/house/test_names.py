"""Names are the field's own: no drawers for things without a home."""

import pytest

from house.tree import modules, name_of

# The API group of Kubernetes is called core; its resources have no other name.
EXCEPT = {"src/slipcast/api/core.py"}
DRAWERS = {"utils", "util", "common", "helpers", "helper", "base", "core", "misc", "manager"}


@pytest.mark.parametrize("drawer", sorted(DRAWERS))
def test_no_module_or_package_is_a_drawer(drawer: str) -> None:
    homes = {name_of(path) for path in modules() if drawer in {path.stem, path.parent.name}}

    assert homes - EXCEPT == set()
