"""podman, buildah and skopeo against the registry: log in, push, pull, copy, look, remove."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

import containers
from conformance.conftest import Ran, Server
from conformance.registry.conftest import (
    OCI_INDEX,
    SPACE,
    Image,
    Repo,
    an_artifact,
    an_index,
    stream,
)
from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.ports.engine import BuildSpec

pytestmark = pytest.mark.engine
RECIPE = 'FROM scratch\nCOPY words /words\nLABEL made.by="a test"\nCMD ["/none"]\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Programs that know the server's authority and keep their logins in a file of their own."""

    address: str
    certificates: Path
    logins: Path

    def name(self, repo: Repo, tag: str = "1") -> str:
        """An image's name in the registry."""
        return f"{self.address}/{repo.name}:{tag}"

    def podman(self, verb: str, *words: str) -> Ran:
        """podman with the shared test storage."""
        return self._run("podman", *containers.engine_flags(), verb, self._trust, *words)

    def buildah(self, verb: str, *words: str) -> Ran:
        """buildah, likewise."""
        return self._run("buildah", *containers.engine_flags(), verb, self._trust, *words)

    def skopeo(self, *words: str) -> Ran:
        """skopeo."""
        return self._run("skopeo", *words)

    def copying(self) -> tuple[str, str]:
        """Words that tell skopeo whom to trust on both sides of a copy."""
        where = self.certificates
        return f"--src-cert-dir={where}", f"--dest-cert-dir={where}"

    def login(self, password: str, user: str = "unused") -> Ran:
        """Log in with podman."""
        return self.podman("login", "-u", user, "-p", password, self.address)

    @property
    def _trust(self) -> str:
        return f"--cert-dir={self.certificates}"

    def _run(self, *words: str) -> Ran:
        ended = subprocess.run(
            words, env={**containers.engine_env(), "REGISTRY_AUTH_FILE": str(self.logins)},
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@pytest.fixture
def clients(server: Server, http: httpx.Client, tmp_path: Path, _engines_work: None) -> Clients:
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    shutil.copy(server.state / "pki" / "ca.crt", certificates / "ca.crt")
    logins = tmp_path / "auth.json"
    logins.write_text("{}")
    return Clients(address=http.base_url.netloc.decode(), certificates=certificates, logins=logins)


@pytest.fixture(scope="module")
def tokens(server: Server) -> Callable[[str], str]:
    """Tokens of service accounts, each with a role."""

    def token(role: str) -> str:
        name = f"client-{secrets.token_hex(6)}"
        server.kubectl("-n", SPACE, "create", "serviceaccount", name)
        who = f"--serviceaccount={SPACE}:{name}"
        server.kubectl("-n", SPACE, "create", "rolebinding", name, f"--clusterrole={role}", who)
        return server.kubectl("-n", SPACE, "create", "token", name).stdout.strip()

    return token


@pytest.fixture
def logged_in(clients: Clients, tokens: Callable[[str], str]) -> Clients:
    """Clients that may do all that edits images."""
    ended = clients.login(tokens("edit"))
    assert ended.code == 0, ended.stderr
    return clients


@pytest.fixture
def built(buildah: BuildahEngine, new_image: Callable[[], str], tmp_path: Path) -> str:
    """An image in the local storage that is like no other."""
    name, context = new_image(), tmp_path / "context"
    context.mkdir()
    (context / "words").write_text(secrets.token_hex(16))
    (context / "Dockerfile").write_text(RECIPE)
    buildah.build(BuildSpec(context=context, tag=name, network="none"))
    return name


def test_podman_logs_in_with_a_token(clients: Clients, tokens: Callable[[str], str]) -> None:
    ended = clients.login(tokens("view"))

    assert ended.code == 0, ended.stderr
    assert "Login Succeeded!" in ended.stdout


def test_podman_does_not_log_in_with_anything(clients: Clients) -> None:
    ended = clients.login("nonsense")

    assert ended.code != 0
    assert "invalid username/password" in ended.stderr


@pytest.mark.parametrize("form", ["oci", "v2s2"])
def test_podman_pushes_and_pulls(
    logged_in: Clients, built: str, repo: Repo, server: Server, form: str
) -> None:
    name = logged_in.name(repo)
    digest_file = logged_in.logins.parent / "digest"

    pushed = logged_in.podman(
        "push", f"--format={form}", f"--digestfile={digest_file}", built, name
    )
    pulled = logged_in.podman("pull", name)

    assert pushed.code == 0, pushed.stderr
    assert pulled.code == 0, pulled.stderr
    (tag,) = stream(server, repo)["status"]["tags"]
    assert tag["items"][0]["image"] == digest_file.read_text().strip()
    containers.podman("rmi", "-f", name)


def test_podman_pulls_by_digest(logged_in: Clients, built: str, repo: Repo, server: Server) -> None:
    logged_in.podman("push", built, logged_in.name(repo))
    (tag,) = stream(server, repo)["status"]["tags"]
    pinned = tag["items"][0]["dockerImageReference"]

    pulled = logged_in.podman("pull", pinned)

    assert pulled.code == 0, pulled.stderr
    containers.podman("rmi", "-f", pinned)


def test_a_puller_does_not_push(
    clients: Clients, tokens: Callable[[str], str], built: str, repo: Repo
) -> None:
    repo.push(Image(), "1")
    clients.login(tokens("system:image-puller"))

    pushed = clients.podman("push", built, clients.name(repo, "2"))

    assert pushed.code != 0
    assert "denied" in pushed.stderr
    assert repo.get("tags/list").json()["tags"] == ["1"]


def test_nobody_pulls(clients: Clients, repo: Repo) -> None:
    repo.push(Image(), "1")

    pulled = clients.podman("pull", clients.name(repo))

    assert pulled.code != 0
    assert "authentication required" in pulled.stderr or "unauthorized" in pulled.stderr


def test_buildah_pushes_and_pulls(logged_in: Clients, built: str, repo: Repo) -> None:
    name = logged_in.name(repo)

    pushed = logged_in.buildah("push", built, f"docker://{name}")
    pulled = logged_in.buildah("pull", name)

    assert pushed.code == 0, pushed.stderr
    assert pulled.code == 0, pulled.stderr
    containers.podman("rmi", "-f", name)


def test_layers_that_are_there_are_not_sent_again(
    logged_in: Clients, built: str, repo: Repo
) -> None:
    logged_in.podman("push", built, logged_in.name(repo))

    again = logged_in.podman("push", "--log-level=debug", built, logged_in.name(repo, "2"))

    assert again.code == 0, again.stderr
    assert "PATCH" not in again.stderr
    assert "Uploading" not in again.stderr


def test_skopeo_copies_an_index_whole(logged_in: Clients, repo: Repo) -> None:
    one, two, other = Image(), Image(), repo.named(f"{repo.name}-too")
    [repo.push(each) for each in (one, two)]
    index = an_index(one.manifest, two.manifest)
    repo.put("all", index, OCI_INDEX)
    names = [f"docker://{logged_in.name(each, 'all')}" for each in (repo, other)]

    copied = logged_in.skopeo("copy", "--all", "--preserve-digests", *logged_in.copying(), *names)

    assert copied.code == 0, copied.stderr
    assert other.get("manifests/all").content == index
    assert other.get(f"manifests/{two.digest}").content == two.manifest


def test_skopeo_looks_at_an_image(logged_in: Clients, built: str, repo: Repo) -> None:
    logged_in.podman("push", built, logged_in.name(repo))

    seen = logged_in.skopeo(
        "inspect", f"--cert-dir={logged_in.certificates}", f"docker://{logged_in.name(repo)}"
    )

    assert seen.code == 0, seen.stderr
    assert json.loads(seen.stdout)["Labels"]["made.by"] == "a test"


def test_skopeo_lists_tags(logged_in: Clients, repo: Repo) -> None:
    [repo.push(Image(), tag) for tag in ("b", "a")]

    listed = logged_in.skopeo(
        "list-tags",
        f"--cert-dir={logged_in.certificates}",
        f"docker://{logged_in.address}/{repo.name}",
    )

    assert json.loads(listed.stdout)["Tags"] == ["a", "b"], listed.stderr


def test_skopeo_removes_an_image(logged_in: Clients, repo: Repo) -> None:
    repo.push(Image(), "1")

    removed = logged_in.skopeo(
        "delete", f"--cert-dir={logged_in.certificates}", f"docker://{logged_in.name(repo)}"
    )

    assert removed.code == 0, removed.stderr
    assert repo.get("manifests/1").status_code == 404


def test_skopeo_keeps_a_copy_of_a_repository(
    logged_in: Clients, repo: Repo, tmp_path: Path
) -> None:
    [repo.push(Image(), tag) for tag in ("1", "2")]
    into = tmp_path / "copy"

    kept = logged_in.skopeo(
        "sync", f"--src-cert-dir={logged_in.certificates}", "--src=docker", "--dest=dir",
        f"{logged_in.address}/{repo.name}", str(into),
    )  # fmt: skip

    assert kept.code == 0, kept.stderr
    assert sorted(each.name.rpartition(":")[2] for each in into.iterdir()) == ["1", "2"]


def test_skopeo_copies_what_is_no_image(logged_in: Clients, repo: Repo) -> None:
    other, thing = (
        repo.named(f"{repo.name}-too"),
        an_artifact(None, "application/vnd.example.thing"),
    )
    repo.push(thing, "1")
    names = [f"docker://{logged_in.name(each)}" for each in (repo, other)]

    copied = logged_in.skopeo("copy", "--preserve-digests", *logged_in.copying(), *names)

    assert copied.code == 0, copied.stderr
    assert other.get("manifests/1").content == thing.manifest


def test_an_image_stays_the_same_on_its_way(
    logged_in: Clients, built: str, repo: Repo, tmp_path: Path
) -> None:
    logged_in.podman("push", built, logged_in.name(repo))
    place = f"dir:{tmp_path / 'there'}"
    source, target = (f"docker://{logged_in.name(repo, tag)}" for tag in ("1", "back"))

    out = logged_in.skopeo("copy", logged_in.copying()[0], source, place)
    back = logged_in.skopeo("copy", logged_in.copying()[1], place, target)

    assert (out.code, back.code) == (0, 0), out.stderr + back.stderr
    assert repo.get("manifests/back").content == repo.get("manifests/1").content


@pytest.fixture
def docker(
    server: Server, clients: Clients, tmp_path: Path, short_path: Path
) -> Iterator[Callable[..., Ran]]:
    """docker, whose daemon is podman on the shared test storage."""
    if shutil.which("docker") is None:
        pytest.skip("docker is not installed")
    path, config = short_path / "engine.sock", tmp_path / "docker"
    words = ["system", "service", "--time=0", f"unix://{path}"]
    trusting = {**containers.engine_env(), "SSL_CERT_FILE": str(server.state / "pki" / "ca.crt")}

    def run(*words: str, stdin: str = "") -> Ran:
        ended = subprocess.run(
            ["docker", f"--config={config}", f"--host=unix://{path}", *words],
            input=stdin.encode(), capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    assert clients.logins.exists()
    with containers.served(["podman", *containers.engine_flags(), *words], trusting, tmp_path):
        containers.wait_for(lambda: run("version").code == 0, "the daemon answered")
        yield run


def test_docker_logs_in_pushes_and_pulls(
    docker: Callable[..., Ran],
    clients: Clients,
    tokens: Callable[[str], str],
    built: str,
    repo: Repo,
) -> None:
    name = clients.name(repo)

    ran = [
        docker("login", "-u", "me", "--password-stdin", clients.address, stdin=tokens("edit")),
        docker("tag", built, name),
        docker("push", name),
        docker("rmi", name),
        docker("pull", name),
        docker("rmi", name),
    ]

    assert [each.code for each in ran] == [0] * len(ran), ran
    assert repo.get("tags/list").json()["tags"] == ["1"]
