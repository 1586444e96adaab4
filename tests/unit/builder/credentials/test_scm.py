"""What git is given of a source secret."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from assignments import FakeOutfit, a_task, an_outfit, build_text, secret
from slipcast.builder.credentials import scm
from slipcast.ports.git import CloneSpec
from slipcast.values.faults import BuildFault, GitFault
from slipcast.values.giturl import GitURL, parse_git_url

HTTPS = "https://git.example/app.git"
SSH = "git@git.example:app.git"


def given(outfit: FakeOutfit, url: str = HTTPS) -> CloneSpec:
    """What git is called with; the files that it names are gone already."""
    with scm.environment(a_task(outfit), _url(url)) as spec:
        return spec


def kept(outfit: FakeOutfit, url: str = HTTPS) -> Mapping[str, tuple[str, int]]:
    """The files that git could read while it was called, and their modes."""
    with scm.environment(a_task(outfit), _url(url)) as spec:
        home = Path(dict(spec.env)["HOME"])
        return {
            path.name: (path.read_text(), stat.S_IMODE(path.stat().st_mode))
            for path in (home, *home.iterdir())
            if path.is_file()
        }


def _refuse(home: Path) -> None:
    raise GitFault(f"{home}/given is odd", tail=(f'Load key "{home}/ssh-privatekey": no',))


def _url(text: str) -> GitURL:
    url = parse_git_url(text)
    assert url is not None
    return url


@pytest.mark.parametrize(
    ("files", "url", "wanted"),
    [
        (
            {"username": "ada\n", "password": "pw\nmore"},
            HTTPS,
            "https://ada:pw@git.example/app.git",
        ),
        ({"password": "pw"}, HTTPS, "https://builder:pw@git.example/app.git"),
        ({"token": "t/@", "password": "pw"}, HTTPS, "https://builder:t%2F%40@git.example/app.git"),
        ({"password": "pw"}, "https://bob:x@h/a", "https://bob:pw@h/a"),
        ({"username": "ada"}, "https://bob:x@h/a", "https://ada:x@h/a"),
        ({"username": "bob"}, "https://bob@h/a", "https://bob@h/a"),
        ({"username": "ada", "password": "pw"}, "http://h:8080/a", "http://ada:pw@h:8080/a"),
        ({"username": "ada", "password": "pw"}, SSH, SSH),
    ],
)
def test_who_we_are_comes_from_the_secret_then_the_url_bld_50(
    tmp_path: Path, files: dict[str, str], url: str, wanted: str
):
    outfit = an_outfit(tmp_path)
    secret(outfit, "SOURCE_SECRET_PATH", files)

    assert given(outfit, url).url.url == wanted


def test_passwords_are_in_no_variable_of_git_bld_51(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    secret(outfit, "SOURCE_SECRET_PATH", {"username": "ada", "password": "hunter2"})

    assert "hunter2" not in str(given(outfit).env)


def test_a_key_is_the_only_one_ssh_uses_and_hosts_are_trusted_bld_49(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    secret(outfit, "SOURCE_SECRET_PATH", {"ssh-privatekey": "KEY"})

    words = shlex.split(dict(given(outfit, SSH).env)["GIT_SSH_COMMAND"])

    assert kept(outfit, SSH)["ssh-privatekey"] == ("KEY\n", 0o600)
    assert words[:3] == ["ssh", "-F", "none"]
    assert {"IdentitiesOnly=yes", "StrictHostKeyChecking=no", "IdentityAgent=none"} <= set(words)


def test_hosts_that_a_secret_knows_are_checked(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    secret(outfit, "SOURCE_SECRET_PATH", {"ssh-privatekey": "KEY", "known_hosts": "git.example x"})

    assert "StrictHostKeyChecking=yes" in dict(given(outfit, SSH).env)["GIT_SSH_COMMAND"]


@pytest.mark.parametrize(("url", "read"), [(HTTPS, True), ("http://h/a", False), (SSH, False)])
def test_an_authority_counts_for_https_bld_53(tmp_path: Path, url: str, *, read: bool):
    outfit = an_outfit(tmp_path)
    secret(outfit, "SOURCE_SECRET_PATH", {"ca.crt": "PEM"})

    assert (given(outfit, url).ca_file is not None) is read


def test_settings_of_the_secret_count_if_they_run_nothing_bld_54(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.git.configured = {
        "http.https://git.example.sslverify": "false",
        "url.https://mirror/.insteadof": 'git@"x\\y',
        "core.sshcommand": "touch /tmp/owned",
        "credential.helper": "!touch /tmp/owned",
        "include.path": "/etc/shadow",
        "http.cookiefile": "/etc/shadow",
    }
    secret(outfit, "SOURCE_SECRET_PATH", {".gitconfig": "whatever"})

    assert kept(outfit)[".gitconfig"][0] == (
        '[http "https://git.example"]\n\tsslverify = "false"\n'
        '[url "https://mirror/"]\n\tinsteadof = "git@\\"x\\\\y"\n'
    )
    assert "the setting core.sshcommand of .gitconfig is left out" in outfit.shown.warnings


def test_in_a_pod_git_sees_neither_settings_nor_keys_of_the_host(tmp_path: Path):
    outfit = an_outfit(tmp_path)

    env = dict(given(outfit, SSH).env)

    assert {"HOME", "GIT_CONFIG_GLOBAL", "GIT_SSH_COMMAND"} == env.keys()
    assert "IdentityFile=none" in env["GIT_SSH_COMMAND"]


def test_by_hand_a_person_keeps_what_is_configured(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.env["SLIPCAST_ROOT"] = "/"

    assert given(outfit, SSH).env == ()


def test_a_secret_that_git_cannot_use_is_refused_bld_48(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    secret(outfit, "SOURCE_SECRET_PATH", {"id_rsa": "KEY"})
    inside = outfit.env["SOURCE_SECRET_PATH"]

    with pytest.raises(BuildFault) as refused:
        given(outfit)

    # Where the host keeps it is nobody's business.
    assert refused.value.message == f"no auth handler was found for secrets in {inside}"


def test_nothing_of_a_secret_stays_behind_bld_47(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    secret(
        outfit, "SOURCE_SECRET_PATH", {"ssh-privatekey": "KEY", ".gitconfig": "x", "ca.crt": "y"}
    )

    given(outfit)

    assert list((outfit.state / "work").iterdir()) == []


def test_a_host_that_goes_silent_is_given_up_by_ssh(tmp_path: Path):
    words = shlex.split(dict(given(an_outfit(tmp_path), SSH).env)["GIT_SSH_COMMAND"])

    assert {"ConnectTimeout=300", "ServerAliveInterval=60", "ServerAliveCountMax=5"} <= {*words}


def test_what_ssh_says_of_its_files_is_about_keys_of_the_secret(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    secret(outfit, "SOURCE_SECRET_PATH", {"ssh-privatekey": "KEY"})

    with pytest.raises(GitFault) as told, scm.environment(a_task(outfit), _url(SSH)) as spec:
        _refuse(Path(dict(spec.env)["HOME"]))

    assert told.value.message == ".gitconfig is odd"
    assert told.value.tail == ('Load key "ssh-privatekey": no',)


def test_proxies_of_the_build_are_gits_bld_55(tmp_path: Path):
    source = {"git": {"uri": HTTPS, "httpProxy": "http://p:1", "noProxy": "h"}}
    outfit = an_outfit(tmp_path, build_text(source=source))

    spec = given(outfit)

    assert (spec.http_proxy, spec.https_proxy, spec.no_proxy) == ("http://p:1", "", "h")
