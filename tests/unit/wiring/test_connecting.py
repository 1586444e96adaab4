"""Which server a command speaks to, and as whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.adapters.contexts import KubeconfigFiles
from slipcast.api import kubeconfig
from slipcast.api.kubeconfig import Access
from slipcast.cli.toolbox import ServerFlags
from slipcast.ports.running import Running
from slipcast.values.faults import PortFault
from slipcast.wiring import connecting
from slipcast.wiring.connecting import Places
from slipcast.wiring.serving import Place


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Where kubeconfigs may be: one in each place."""
    found = Places(
        named=f"{tmp_path / 'first'}:{tmp_path / 'second'}",
        server=tmp_path / "server",
        usual=tmp_path / "usual",
    )
    for name in ("flag", "first", "second", "usual"):
        written(tmp_path / name, name)
    return found


def written(path: Path, context: str) -> KubeconfigFiles:
    """A kubeconfig with one context."""
    way = Access(
        context=context,
        server=f"https://{context}.example.com",
        namespace="shop" if context == "first" else "",
        token="t",
        authority=b"PEM",
    )
    files = KubeconfigFiles([path])
    config = kubeconfig.with_access(files.load(), way, cluster=context, user=context)
    files.save(config)
    return files


def current(files: KubeconfigFiles) -> str:
    return str(files.load()["current-context"])


def test_the_flag_names_the_kubeconfig(places: Places, tmp_path: Path) -> None:
    flags = ServerFlags(kubeconfig=tmp_path / "flag")

    assert current(connecting.kubeconfig(flags, places)) == "flag"


def test_without_a_flag_the_variable_does_and_several_count_as_one(places: Places) -> None:
    files = connecting.kubeconfig(ServerFlags(), places)

    assert kubeconfig.contexts(files.load()) == ("first", "second")
    assert current(files) == "first"


def test_a_server_that_runs_comes_next(places: Places, tmp_path: Path) -> None:
    place = Place(places.server)
    place.prepare()
    written(place.kubeconfig, "own")
    running = Running(pid=1, address="https://x", kubeconfig=place.kubeconfig, state=tmp_path)
    unnamed = Places(named="", server=places.server, usual=places.usual)

    with place.held():
        place.announce(running)
        assert current(connecting.kubeconfig(ServerFlags(), unnamed)) == "own"
    assert current(connecting.kubeconfig(ServerFlags(), unnamed)) == "usual"


def test_the_context_says_where_and_as_whom(places: Places) -> None:
    files = connecting.kubeconfig(ServerFlags(), places)

    way = connecting.way_of(ServerFlags(), files)

    assert (way.server, way.namespace, way.token) == ("https://first.example.com", "shop", "t")


def test_another_context_can_be_chosen(places: Places) -> None:
    flags = ServerFlags(context="second")

    way = connecting.way_of(flags, connecting.kubeconfig(flags, places))

    assert (way.server, way.namespace) == ("https://second.example.com", "default")


def test_flags_count_before_the_context(places: Places) -> None:
    flags = ServerFlags(
        server="https://other",
        namespace="n",
        token="other",
        authority=Path("/ca.crt"),
        insecure=True,
        impersonate="eve",
        groups=("g",),
    )

    way = connecting.way_of(flags, connecting.kubeconfig(flags, places))

    assert (way.server, way.namespace, way.token) == ("https://other", "n", "other")
    assert (way.authority, way.authority_file, way.insecure) == (b"", "/ca.crt", True)
    assert (way.impersonate, way.impersonate_groups) == ("eve", ("g",))


def test_a_context_that_is_not_there_is_refused(places: Places) -> None:
    flags = ServerFlags(context="nope")

    with pytest.raises(PortFault, match='context "nope" does not exist'):
        connecting.way_of(flags, connecting.kubeconfig(flags, places))


def test_a_kubeconfig_that_is_named_and_not_there_is_refused(tmp_path: Path) -> None:
    flags = ServerFlags(kubeconfig=tmp_path / "none")

    with pytest.raises(PortFault, match="none does not exist"):
        connecting.way_of(flags, KubeconfigFiles([tmp_path / "none"]))


def test_without_any_server_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(PortFault, match="no server is known") as refused:
        connecting.way_of(ServerFlags(), KubeconfigFiles([tmp_path / "none"]))

    assert "slipcast server --background" in refused.value.hint
