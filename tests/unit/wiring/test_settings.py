"""Settings: defaults, then the file, then the environment; what is wrong is told all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.values.faults import InvalidFault
from slipcast.values.sensitive import Sensitive
from slipcast.wiring.settings import SETTINGS, Settings, load, loading


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The user's own file, empty."""
    path = tmp_path / "home/.config/slipcast/config.toml"
    path.parent.mkdir(parents=True)
    path.touch()
    return path


@pytest.fixture(autouse=True)
def _a_host_without_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "HOST_BUNDLES", ())


def loaded(tmp_path: Path, **environment: str) -> Settings:
    return load(environment, tmp_path / "home", tmp_path, root=False)


def refused(tmp_path: Path, **environment: str) -> list[str]:
    with pytest.raises(InvalidFault) as caught:
        loaded(tmp_path, **environment)
    return [str(error) for error in caught.value.errors]


def test_without_file_everything_has_a_default(tmp_path: Path) -> None:
    assert loaded(tmp_path) == Settings(state=tmp_path / "home/.local/share/slipcast")


def test_state_lies_where_the_system_keeps_such_things(tmp_path: Path) -> None:
    assert load({}, Path("/home/me"), tmp_path, root=True).state == Path("/var/lib/slipcast")
    assert loaded(tmp_path, XDG_DATA_HOME="/data").state == Path("/data/slipcast")


def test_the_file_says_everything(tmp_path: Path, config: Path) -> None:
    (config.parent / "ca.crt").touch()
    config.write_text(
        """
        state = "/state"
        engine = "docker"
        builders = "public"
        storage = {root = "/images", run_root = "/run/images"}
        docker.url = "tcp://host:1"
        [builds]
        ca_bundle = "ca.crt"
        env = {HTTP_PROXY = "http://proxy", A = "b c"}
        layer_cache = "2Gi"
        [registries]
        insecure = ["localhost:5000"]
        ca_file = "ca.crt"
        compression = "zstd"
        [debian]
        suite = "trixie"
        """
    )

    assert loaded(tmp_path) == Settings(
        state=Path("/state"),
        storage_root=Path("/images"),
        run_root=Path("/run/images"),
        engine="docker",
        docker_url="tcp://host:1",
        ca_bundle=config.parent / "ca.crt",
        build_env=(("HTTP_PROXY", "http://proxy"), ("A", "b c")),
        builders="public",
        insecure_registries=("localhost:5000",),
        registry_ca_file=config.parent / "ca.crt",
        compression="zstd",
        layer_cache=2 << 30,
        debian_suite="trixie",
    )


def test_the_environment_goes_over_the_file(tmp_path: Path, config: Path) -> None:
    config.write_text('engine = "docker"\n[builds.env]\nA = "file"\n')

    settings = loaded(
        tmp_path,
        SLIPCAST_ENGINE="buildah",
        SLIPCAST_BUILD_ENV="A='two words' B=",
        SLIPCAST_STATE="s",
    )

    assert settings.engine == "buildah"
    assert settings.build_env == (("A", "two words"), ("B", ""))
    assert settings.state == tmp_path / "s"


def test_the_secret_of_a_client_is_not_shown(tmp_path: Path) -> None:
    identity = loaded(tmp_path, SLIPCAST_OIDC_CLIENT_SECRET="hush").identification

    assert identity.oidc_client_secret == Sensitive("hush")
    assert "hush" not in repr(identity)
    assert loaded(tmp_path, SLIPCAST_OIDC_CLIENT_SECRET="").oidc_client_secret is None


def test_another_file_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('engine = "docker"')

    assert loaded(tmp_path, SLIPCAST_CONFIG="other.toml").engine == "docker"


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    assert refused(tmp_path, SLIPCAST_CONFIG="none.toml") == [
        f"$SLIPCAST_CONFIG: names no file (given: '{tmp_path}/none.toml')"
    ]


def test_the_platform_is_what_every_build_is_given(tmp_path: Path) -> None:
    platform = loaded(tmp_path, SLIPCAST_BUILD_ENV="A=b").platform

    assert (platform.ca_bundle, platform.env) == (None, (("A", "b"),))


def test_builds_trust_what_the_host_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "bundle.crt"
    bundle.touch()
    monkeypatch.setattr(loading, "HOST_BUNDLES", (tmp_path / "absent", bundle))

    assert loaded(tmp_path).ca_bundle == bundle
    assert loaded(tmp_path, DOCKER_HOST="unix:///run/docker.sock").ca_bundle == bundle


def test_an_engine_elsewhere_or_an_empty_setting_trusts_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.crt"
    bundle.touch()
    monkeypatch.setattr(loading, "HOST_BUNDLES", (bundle,))

    assert loaded(tmp_path, DOCKER_HOST="tcp://elsewhere:2376").ca_bundle is None
    assert loaded(tmp_path, SLIPCAST_CA_BUNDLE="").ca_bundle is None


def test_the_hosts_bundle_may_be_named_by_the_usual_variable(tmp_path: Path) -> None:
    named = tmp_path / "named.crt"
    named.touch()

    assert loaded(tmp_path, SSL_CERT_FILE=str(named)).ca_bundle == named


def test_unknown_keys_are_errors_with_their_path(tmp_path: Path, config: Path) -> None:
    config.write_text('enigne = "docker"\n[builds]\ncabundle = "x"\n[deep.er]\nkey = 1\n')

    assert refused(tmp_path) == [
        f"{config}: enigne: is no setting",
        f"{config}: builds.cabundle: is no setting",
        f"{config}: deep.er.key: is no setting",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('engine = "podman"', "engine: must be one of buildah, docker"),
        ("engine = 1", "engine: must be a text"),
        ('builds.ca_bundle = "none.crt"', "builds.ca_bundle: there is no file"),
        ("builds.env.A = 1", "builds.env: must be a table of texts"),
        ('registries.insecure = "a b"', ""),
        ("registries.insecure = [1]", "registries.insecure: must be a list of texts"),
        ("builds.workers = 0", "builds.workers: must be a number between 1 and 64"),
        ("builds.defaults.gitProxy = 'x'", "builds.defaults: has no field gitProxy"),
        ("builds.overrides.forcePull = 1", "builds.overrides: is no BuildOverrides: Expected"),
        ("engine = ", "is not TOML"),
    ],
)
def test_wrong_values_are_told_with_their_place(
    tmp_path: Path, config: Path, text: str, said: str
) -> None:
    config.write_text(text)

    errors = refused(tmp_path, SLIPCAST_BUILDERS="mine")

    assert errors[-1] == "$SLIPCAST_BUILDERS: must be one of own, public"
    assert said in errors[0]


@pytest.mark.parametrize("text", ["A", "=b", "'A=b"])
def test_build_variables_of_the_environment_must_be_pairs(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, SLIPCAST_BUILD_ENV=text)


def test_what_all_builds_have_is_said_as_in_the_api(tmp_path: Path, config: Path) -> None:
    config.write_text(
        """
        [builds.defaults]
        gitHTTPProxy = "http://proxy"
        env = [{name = "A", value = "b"}]
        """
    )

    building = loaded(tmp_path, SLIPCAST_BUILD_OVERRIDES='{"forcePull": true}').building

    assert building.cluster.defaults.git_http_proxy == "http://proxy"
    assert building.cluster.defaults.env[0].name == "A"
    assert building.cluster.overrides.force_pull is True


def test_the_integrated_registry_is_there_unless_somebody_says_no(tmp_path: Path) -> None:
    assert loaded(tmp_path).streams.registry.enabled
    assert not loaded(tmp_path, SLIPCAST_REGISTRY_ENABLED="false").streams.registry.enabled


def test_streams_rest_on_what_the_file_says(tmp_path: Path, config: Path) -> None:
    config.write_text(
        """
        [registry]
        address = "registry.shop:443"
        directory = "images"
        plain_listen = "[::1]:5000"
        [streams]
        imported_at_once = -1
        scheduled_imports = false
        """
    )

    streams = loaded(tmp_path).streams

    assert streams.registry.address == "registry.shop:443"
    assert streams.registry.directory == config.parent / "images"
    assert streams.registry.plain_listen == "[::1]:5000"
    assert (streams.importing.at_once, streams.importing.scheduled) == (-1, False)


@pytest.mark.parametrize(
    "said", ["host", "host:", ":5000", "a b:1", "::1:5000", "h:99999", "u@h:1"]
)
def test_an_address_is_a_host_and_a_port(tmp_path: Path, said: str) -> None:
    assert refused(tmp_path, SLIPCAST_REGISTRY_ADDRESS=said) == [
        "$SLIPCAST_REGISTRY_ADDRESS: must be host:port"
    ]


@pytest.mark.parametrize("said", ["1", "yes", ""])
def test_yes_and_no_are_true_and_false(tmp_path: Path, said: str) -> None:
    assert refused(tmp_path, SLIPCAST_REGISTRY_ENABLED=said) == [
        "$SLIPCAST_REGISTRY_ENABLED: must be true or false"
    ]


def test_every_field_has_a_setting() -> None:
    assert {setting.field for setting in SETTINGS} == set(Settings.__struct_fields__)


@pytest.mark.parametrize("size", ["much", "-1", "1Gx", ""])
def test_a_size_that_is_none_is_refused(tmp_path: Path, size: str) -> None:
    assert refused(tmp_path, SLIPCAST_LAYER_CACHE=size) == [
        "$SLIPCAST_LAYER_CACHE: must be a size such as 10Gi"
    ]
