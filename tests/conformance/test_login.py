"""People log in: by password, by token, and by what somebody else says of them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import msgspec
import pytest

from conformance.conftest import PATIENCE, Ran
from slipcast.api.kubeconfig import Access
from slipcast.client.entrance import HttpEntrance
from slipcast.values import accesstoken
from slipcast.values.apifaults import TooManyRequests, Unauthorized
from slipcast.values.faults import PortFault
from slipcast.values.sensitive import Sensitive
from unit.adapters.identity.provider import Provider, providing


class Doors(msgspec.Struct, frozen=True):
    """A server that lets people in."""

    url: str
    state: Path
    users: Path
    client: Path

    @property
    def way(self) -> Access:
        """How it is reached, by nobody in particular."""
        return Access(server=self.url, authority_file=str(self.state / "pki/ca.crt"))

    def login(self, user: str, password: str) -> str:
        """A token by way of the challenging client."""
        return asyncio.run(HttpEntrance().token(self.way, user, Sensitive(password)))

    def kubectl(self, *words: str, stdin: str = "") -> Ran:
        """kubectl with nothing but what the words say."""
        said = ["kubectl", f"--server={self.url}"]
        said += [f"--certificate-authority={self.state}/pki/ca.crt", *words]
        env = {**os.environ, "KUBECONFIG": os.devnull, "HOME": str(self.client)}
        ended = subprocess.run(
            said, input=stdin.encode(), env=env, check=False, capture_output=True, timeout=PATIENCE
        )
        return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def line(user: str, password: str) -> str:
    """A line of a password file."""
    return f"{user}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()}\n"


def start(state: Path, *flags: str) -> subprocess.CompletedProcess[bytes]:
    program = [sys.executable, "-m", "slipcast", "server", "--state-dir", str(state)]
    program += ["--background", "--listen", "127.0.0.1:0", "--output", "json", *flags]
    env = {**os.environ, "HOME": str(state)}
    return subprocess.run(program, env=env, check=False, capture_output=True, timeout=PATIENCE)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with providing(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Doors]:
    """A server with a password file and a provider."""
    state, client = tmp_path_factory.mktemp("doors"), tmp_path_factory.mktemp("client")
    users = client / "users"
    users.write_text(line("anna", "secret") + line("bert", "geheim"))
    flags = [f"--htpasswd={users}", f"--oidc-issuer={provider.url}", "--oidc-client-id=slipcast"]
    flags += [f"--oidc-ca-file={provider.authority}", "--oidc-groups-claim=groups"]
    started = start(state, *flags)
    assert started.returncode == 0, started.stderr
    running = msgspec.json.decode(started.stdout)
    yield Doors(running["address"], state, users, client)
    stop = [sys.executable, "-m", "slipcast", "server", "--stop", "--state-dir", str(state)]
    subprocess.run(stop, check=True, capture_output=True, timeout=PATIENCE)


def test_a_password_is_good_for_a_token(doors: Doors) -> None:
    token = doors.login("anna", "secret")

    ended = doors.kubectl(f"--token={token}", "auth", "whoami", "-o", "json")

    user = ended.document["status"]["userInfo"]
    assert (user["username"], "system:authenticated:oauth" in user["groups"]) == ("anna", True)


def test_a_wrong_password_is_good_for_nothing(doors: Doors) -> None:
    with pytest.raises(Unauthorized, match="user name or password are wrong"):
        doors.login("anna", "Secret")


def test_who_guesses_is_told_to_wait(doors: Doors) -> None:
    for _ in range(10):
        with pytest.raises(Unauthorized):
            doors.login("nobody", "guess")

    with pytest.raises(TooManyRequests, match="too many wrong passwords"):
        doors.login("nobody", "guess")


def test_a_token_is_over_when_its_object_is_deleted(doors: Doors) -> None:
    token = doors.login("anna", "secret")
    name = accesstoken.name_of(token)
    path = f"/apis/oauth.openshift.io/v1/oauthaccesstokens/{name}"
    gone = doors.kubectl(f"--token={token}", "delete", "--raw", path)

    ended = doors.kubectl(f"--token={token}", "auth", "whoami")

    assert (gone.code, ended.code) == (0, 1), (gone, ended)


def test_a_password_is_taken_with_every_request_too(doors: Doors) -> None:
    ended = doors.kubectl("--username=bert", "--password=geheim", "auth", "whoami", "-o", "json")

    assert ended.document["status"]["userInfo"]["username"] == "bert"


def test_who_logs_in_may_ask_for_a_project_and_is_its_admin(doors: Doors) -> None:
    token = f"--token={doors.login('anna', 'secret')}"
    wanted = {
        "apiVersion": "project.openshift.io/v1",
        "kind": "ProjectRequest",
        "metadata": {"name": "annas"},
    }

    path = "/apis/project.openshift.io/v1/projectrequests"
    made = doors.kubectl(token, "create", "--raw", path, "-f", "-", stdin=json.dumps(wanted))

    may = doors.kubectl(token, "-n", "annas", "auth", "can-i", "create", "rolebindings")
    others = doors.kubectl(
        "--username=bert", "--password=geheim", "-n", "annas", "auth", "can-i", "list", "pods"
    )
    assert (made.code, may.stdout, others.stdout) == (0, "yes\n", "no\n"), made


def test_a_changed_password_file_counts_at_once(doors: Doors) -> None:
    with doors.users.open("a") as file:
        file.write(line("carl", "neu"))

    assert doors.login("carl", "neu").startswith("sha256~")


def test_whoever_the_provider_vouches_for_is_let_in(doors: Doors, provider: Provider) -> None:
    token = provider.token(exp=int(time.time()) + 600, groups=["staff", "system:masters"])

    ended = doors.kubectl(f"--token={token}", "auth", "whoami", "-o", "json")

    user = ended.document["status"]["userInfo"]
    assert (user["username"], user["groups"][0]) == (f"{provider.url}#anna", "staff")
    assert "system:masters" not in user["groups"]


def test_a_token_of_the_provider_ends(doors: Doors, provider: Provider) -> None:
    token = provider.token(exp=int(time.time()) - 60)

    ended = doors.kubectl(f"--token={token}", "auth", "whoami")

    assert (ended.code, "expired" in ended.stderr) == (1, True)


def test_neither_passwords_nor_tokens_are_in_the_log(doors: Doors) -> None:
    token = doors.login("bert", "geheim")
    path = f"/oapi/v1/oauthaccesstokens/{token}"
    doors.kubectl(f"--token={token}", "delete", "--raw", path)

    log = (doors.state / "server.log").read_text()

    assert "token.granted" in log
    assert token not in log
    assert "geheim" not in log


def test_a_server_that_does_not_answer_is_told() -> None:
    way = Access(server="https://127.0.0.1:1")

    with pytest.raises(PortFault, match="does not answer"):
        asyncio.run(HttpEntrance().token(way, "anna", Sensitive("secret")))


def test_a_password_file_of_weak_hashes_is_refused_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "users").write_text("anna:$apr1$zzCBeyN6$oU/wuufLKjXodG4LolRyg.\n")

    ended = start(tmp_path / "state", f"--htpasswd={tmp_path / 'users'}")

    told = ended.stderr.decode()
    assert ended.returncode != 0
    assert "not hashed with bcrypt" in told
    assert "htpasswd -B" in told
    assert "apr1" not in told
