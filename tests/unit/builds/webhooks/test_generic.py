"""What anybody may send: triggers.md section 6."""

from __future__ import annotations

import pytest

from slipcast.api.build import DockerStrategyOptions, EnvVar, SourceControlUser
from slipcast.builds.delivery import Accepted, Wanted
from slipcast.builds.webhooks.generic import NO_GIT, NO_TYPE, read
from unit.builds.webhooks.conftest import (
    COMMIT,
    MAIN,
    a_post,
    accepted,
    posted,
    why_ignored,
    why_rejected,
)

YAML = {"content_type": "application/yaml"}


def test_a_commit_that_is_told_is_built_tr_81() -> None:
    found = accepted(read(posted("generic-git"), MAIN))

    assert found.revision is not None
    git = found.revision.git
    assert git is not None
    assert (git.commit, git.message) == (COMMIT, "Say what is in the basket")
    assert git.author == SourceControlUser(name="Ada Author", email="ada@example.com")
    assert git.committer == SourceControlUser(name="Carl Committer", email="carl@example.com")
    assert not found.warnings


@pytest.mark.parametrize("header", ["", "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("body", [b"", b"hello"])
def test_a_body_of_another_type_does_not_matter_tr_70(header: str, body: bytes) -> None:
    assert read(a_post(body, content_type=header), MAIN) == Accepted(warnings=(NO_TYPE,))


def test_a_type_that_cannot_be_parsed_is_refused_tr_70() -> None:
    outcome = read(a_post(b"", content_type="a/b/c"), MAIN)

    assert why_rejected(outcome).startswith("error parsing Content-Type: mime: ")


@pytest.mark.parametrize("header", ["application/json; charset=utf-8", "application/yaml"])
def test_an_empty_body_starts_a_build_tr_72(header: str) -> None:
    assert read(a_post(b"", content_type=header), MAIN) == Accepted()


@pytest.mark.parametrize(
    "body",
    [b"{oops", b"[]", b'{"git":"x"}', b'{"env":[{"value":1}]}', b" " * 2**22],
    ids=range(5),
)
def test_what_cannot_be_read_is_a_warning_tr_74(body: bytes) -> None:
    found = accepted(read(a_post(body), MAIN))

    (warning,) = found.warnings
    assert warning.startswith("error unmarshalling payload: ")
    assert warning.endswith(", ignoring payload and continuing with build")


@pytest.mark.parametrize(
    "body", [b"{oops", b"a: [", b"a: 1\n---\nb: 2\n", b"a: " + b"x" * 2**20], ids=range(4)
)
def test_yaml_that_cannot_be_read_is_a_warning_tr_74(body: bytes) -> None:
    found = accepted(read(a_post(body, **YAML), MAIN))

    assert found.warnings[0].startswith("error converting payload to json: ")


def test_aliases_make_no_payload_larger_than_its_text() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]

    found = accepted(read(a_post("\n".join(lines).encode(), **YAML), MAIN))

    assert "far too large" in found.warnings[0]


def test_yaml_is_read_as_json_is_tr_73() -> None:
    body = b"git:\n  ref: refs/heads/main\n  commit: y1\n"

    assert accepted(read(a_post(body, **YAML), MAIN)).commit == "y1"


def test_names_are_known_in_any_case_tr_73() -> None:
    body = b'{"GIT":{"Ref":"main","COMMIT":"c1","Author":{"NAME":"Ada"}},"eNv":[{"Name":"A"}]}'

    found = accepted(read(a_post(body), Wanted(ref="main", allows_env=True)))

    assert found.commit == "c1"
    assert found.env == (EnvVar(name="A", value=""),)


def test_variables_count_where_they_are_allowed_tr_75() -> None:
    post = posted("generic-git")

    allowed = accepted(read(post, Wanted(ref="main", allows_env=True)))

    assert allowed.env == (EnvVar(name="LEVEL", value="2"),)
    assert accepted(read(post, MAIN)).env == ()


def test_options_of_a_dockerfile_are_taken_over_tr_76() -> None:
    body = b'{"dockerStrategyOptions":{"buildArgs":[{"name":"A","value":"1"}],"noCache":true}}'

    found = accepted(read(a_post(body), MAIN))

    args = (EnvVar(name="A", value="1"),)
    assert found.options == DockerStrategyOptions(build_args=args, no_cache=True)


@pytest.mark.parametrize("options", [b"{}", b"null", b'{"buildArgs":[]}'])
def test_options_that_say_nothing_are_none(options: bytes) -> None:
    body = b'{"dockerStrategyOptions":%b}' % options

    assert accepted(read(a_post(body), MAIN)).options is None


def test_without_a_repository_its_part_is_ignored_tr_77() -> None:
    body = b'{"git":{"ref":"other","commit":"c"},"env":[{"name":"A","value":"1"}]}'

    found = accepted(read(a_post(body), Wanted(has_git=False, allows_env=True)))

    assert (found.revision, found.env) == (None, (EnvVar(name="A", value="1"),))


@pytest.mark.parametrize("body", [b"{}", b"null", b'{"git":null}', b'{"other":[1]}'])
def test_a_payload_without_git_builds_the_configured_ref_tr_78(body: bytes) -> None:
    assert read(a_post(body), MAIN) == Accepted(warnings=(NO_GIT,))


def test_the_first_ref_that_matches_is_built_tr_79() -> None:
    assert accepted(read(posted("generic-post-receive"), MAIN)).commit == COMMIT


@pytest.mark.parametrize(("ref", "shown"), [("devel", "devel"), ("", "")])
def test_refs_that_do_not_match_start_nothing_tr_79(ref: str, shown: str) -> None:
    outcome = read(posted("generic-post-receive"), Wanted(ref=ref))

    expected = f'skipping build. None of the supplied refs matched "{shown}"'
    assert why_ignored(outcome) == expected


def test_an_empty_list_of_refs_matches_nothing_tr_79() -> None:
    body = b'{"git":{"ref":"main","refs":[]}}'

    assert "None of the supplied refs" in why_ignored(read(a_post(body), MAIN))


@pytest.mark.parametrize(("ref", "shown"), [(b'"refs/heads/x"', "refs/heads/x"), (b"null", "")])
def test_another_ref_starts_nothing_tr_80(ref: bytes, shown: str) -> None:
    outcome = read(a_post(b'{"git":{"ref":%b}}' % ref), MAIN)

    expected = f'skipping build. Branch reference from "{shown}" does not match configuration'
    assert why_ignored(outcome) == expected


def test_a_ref_without_commit_is_built_as_it_is_tr_81() -> None:
    found = accepted(read(a_post(b'{"git":{"ref":"main"}}'), MAIN))

    assert found.revision is not None
    assert found.commit == ""


def test_a_pattern_takes_other_refs() -> None:
    found = accepted(read(posted("generic-git"), Wanted(ref="devel", branches=("ma*",))))

    assert (found.ref, found.is_elsewhere) == ("refs/heads/main", True)
