"""The registry of the running server, and clients of it that speak its protocol by hand."""

from __future__ import annotations

import hashlib
import json
import secrets
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import pytest

from conformance.conftest import Server, running

SPACE = "images"
SCHEMA_2 = "application/vnd.docker.distribution.manifest.v2+json"
SCHEMA_2_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"
NOTHING = b"{}"


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """The digest of some bytes."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def descriptor(content: bytes, media_type: str, **more: Any) -> dict[str, Any]:
    """What a manifest says of a piece."""
    return {
        "mediaType": media_type,
        "digest": digest_of(content),
        "size": len(content),
        **more,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image of one layer, which is like no other."""

    layer: bytes = field(default_factory=lambda: secrets.token_bytes(64))
    media_type: str = OCI_MANIFEST
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> bytes:
        """The configuration."""
        content = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": {"layer": digest_of(self.layer)}},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(self.layer)]},
        }
        return json.dumps(content).encode()

    @property
    def manifest(self) -> bytes:
        """The manifest."""
        content = {
            "schemaVersion": 2,
            "mediaType": self.media_type,
            "config": descriptor(self.config, OCI_CONFIG),
            "layers": [descriptor(self.layer, OCI_LAYER)],
            **self.more,
        }
        return json.dumps({name: each for name, each in content.items() if each}).encode()

    @property
    def digest(self) -> str:
        """What names it."""
        return digest_of(self.manifest)


def an_index(*manifests: bytes, **more: Any) -> bytes:
    """An index over manifests."""
    content = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [descriptor(each, OCI_MANIFEST) for each in manifests],
        **more,
    }
    return json.dumps(content).encode()


def an_artifact(subject: bytes | None, artifact_type: str = "", **more: Any) -> Image:
    """A manifest about another, or about nothing."""
    about = {"subject": descriptor(subject, OCI_MANIFEST)} if subject is not None else {}
    kind = {"artifactType": artifact_type} if artifact_type else {}
    return Image(more={**about, **kind, **more})


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository, as somebody sees it."""

    http: httpx.Client
    name: str

    def ask(
        self,
        method: str,
        path: str,
        content: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> httpx.Response:
        """Ask for something below the repository, or where an answer has pointed to."""
        where = path if path.startswith(("/v2/", "http")) else f"/v2/{self.name}/{path}"
        return self.http.request(
            method, where, content=content, headers=headers, params=query or None
        )

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, **query: str
    ) -> httpx.Response:
        """Look at something."""
        return self.ask("GET", path, None, headers, **query)

    def named(self, name: str) -> Repo:
        """Another repository, as the same somebody sees it."""
        return Repo(self.http, name)

    def send_blob(self, content: bytes, digest: str = "") -> str:
        """Send a blob as a whole; its digest."""
        digest = digest or digest_of(content)
        where = self.ask("POST", "blobs/uploads/").headers["location"]
        headers = {"content-type": "application/octet-stream"}
        joined = f"{where}{'&' if '?' in where else '?'}digest={digest}"
        sent = self.http.put(joined, content=content, headers=headers)
        assert sent.status_code == 201, sent.text
        return digest

    def put(
        self, reference: str, manifest: bytes, media_type: str = OCI_MANIFEST
    ) -> httpx.Response:
        """Put a manifest."""
        return self.ask("PUT", f"manifests/{reference}", manifest, {"content-type": media_type})

    def push(self, image: Image, tag: str = "") -> httpx.Response:
        """Push an image whole, under a tag or by its digest."""
        self.send_blob(image.layer)
        self.send_blob(image.config)
        put = self.put(tag or image.digest, image.manifest, image.media_type)
        assert put.status_code == 201, put.text
        return put

    def upload(self, response: httpx.Response) -> str:
        """Where an upload goes on."""
        return str(self.http.base_url.join(response.headers["location"]))


def closing(where: str, digest: str) -> str:
    """Where an upload is ended."""
    return f"{where}{'&' if '?' in where else '?'}digest={digest}"


def code_of(response: httpx.Response) -> str:
    """The code of the first error that was answered."""
    return str(response.json()["errors"][0]["code"])


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose registry is asked, with a namespace."""
    with running(tmp_path_factory) as server:
        made = server.kubectl("create", "namespace", SPACE)
        assert made.code == 0, made.stderr
        yield server


def trust(server: Server) -> ssl.SSLContext:
    """What a client of the server trusts."""
    return ssl.create_default_context(cafile=server.state / "pki" / "ca.crt")


@pytest.fixture(scope="package")
def http(server: Server) -> Iterator[httpx.Client]:
    """A client that is the administrator."""
    keys, context = server.state / "pki", trust(server)
    context.load_cert_chain(keys / "admin.crt", keys / "admin.key")
    with httpx.Client(base_url=server.url, verify=context, trust_env=False) as client:
        yield client


@pytest.fixture
def repo(http: httpx.Client) -> Repo:
    """A repository that nobody else uses, as the administrator sees it."""
    return Repo(http, f"{SPACE}/app-{secrets.token_hex(6)}")


@pytest.fixture(scope="package")
def somebody(server: Server) -> Iterator[Callable[..., httpx.Client]]:
    """Clients that are service accounts: `somebody("system:image-puller")`, with a role or none."""
    begun: list[httpx.Client] = []
    context = trust(server)

    def known(role: str = "", namespace: str = SPACE) -> httpx.Client:
        name = f"somebody-{secrets.token_hex(6)}"
        server.kubectl("-n", "default", "create", "serviceaccount", name)
        if role:
            who = f"--serviceaccount=default:{name}"
            bound = server.kubectl(
                "-n", namespace, "create", "rolebinding", name, f"--clusterrole={role}", who
            )
            assert bound.code == 0, bound.stderr
        token = server.kubectl("-n", "default", "create", "token", name).stdout.strip()
        headers = {"authorization": f"Bearer {token}"}
        begun.append(
            httpx.Client(base_url=server.url, verify=context, trust_env=False, headers=headers)
        )
        return begun[-1]

    yield known
    for client in begun:
        client.close()


@pytest.fixture(scope="package")
def nobody(server: Server) -> Iterator[httpx.Client]:
    """A client that says nothing of itself."""
    with httpx.Client(base_url=server.url, verify=trust(server), trust_env=False) as client:
        yield client


def stream(server: Server, repo: Repo) -> dict[str, Any]:
    """The stream behind a repository, as kubectl sees it."""
    namespace, _, name = repo.name.partition("/")
    told = server.kubectl("-n", namespace, "get", "imagestream", name, "-o", "json")
    assert told.code == 0, told.stderr
    found: dict[str, Any] = msgspec.json.decode(told.stdout)
    return found
