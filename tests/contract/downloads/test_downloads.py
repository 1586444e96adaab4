"""The Downloads port over HTTP: what is fetched, and how callbacks are delivered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import containers
from slipcast.adapters.downloads import Http
from slipcast.ports.downloads import Downloads
from slipcast.values.faults import DownloadFault

if TYPE_CHECKING:
    from contract.downloads.conftest import Web


@pytest.fixture
def downloads() -> Downloads:
    return Http(timeout=60, largest=1 << 20)


@pytest.mark.parametrize("status", [200, 201])
def test_a_body_comes_with_its_status(downloads: Downloads, web: Web, status: int) -> None:
    url = web.answer("/assemble", status, b"#!/bin/sh\n")

    assert downloads.fetch(url) == b"#!/bin/sh\n"


@pytest.mark.parametrize("status", [202, 204, 401, 404, 500])
def test_any_other_status_is_nothing_found(downloads: Downloads, web: Web, status: int) -> None:
    url = web.answer("/assemble", status, b"" if status == 204 else b"no")

    assert downloads.fetch(url) is None


def test_what_is_large_comes_in_pieces_with_its_name(downloads: Downloads, web: Web) -> None:
    body = bytes((1 << 20) + 1)
    says = 'attachment; filename="../app.tar.gz"'
    url = web.answer("/big", 200, body, **{"Content-Disposition": says})

    with downloads.opened(url) as found:
        assert (found.status, found.file_name) == (200, "app.tar.gz")
        assert b"".join(found.pieces) == body


def test_what_is_not_there_is_said_by_its_status(downloads: Downloads, web: Web) -> None:
    url = web.answer("/none", 404, b"no")

    with downloads.opened(url) as found:
        assert (found.status, found.file_name) == (404, "")


def test_what_goes_wrong_with_who_reads_is_told_as_it_is(downloads: Downloads, web: Web) -> None:
    url = web.answer("/big", 200, b"x" * 100)
    broken = BrokenPipeError("nobody listens")

    def read() -> None:
        with downloads.opened(url):
            raise broken

    with pytest.raises(BrokenPipeError) as told:
        read()

    assert told.value is broken


def test_a_redirect_is_followed(downloads: Downloads, web: Web) -> None:
    web.answer("/there", 200, b"x")
    url = web.answer("/here", 302, Location="/there")

    assert downloads.fetch(url) == b"x"


def test_a_redirect_to_a_file_is_refused(downloads: Downloads, web: Web) -> None:
    url = web.answer("/here", 302, Location="file:///etc/passwd")

    with pytest.raises(DownloadFault):
        downloads.fetch(url)


def test_what_is_too_large_is_refused(downloads: Downloads, web: Web) -> None:
    url = web.answer("/big", 200, bytes((1 << 20) + 1))

    with pytest.raises(DownloadFault, match="larger than 1 MiB"):
        downloads.fetch(url)


def test_a_host_that_does_not_answer_is_named(downloads: Downloads) -> None:
    port = containers.a_port()

    with pytest.raises(DownloadFault, match=f"127.0.0.1:{port}") as caught:
        downloads.fetch(f"http://127.0.0.1:{port}/x")

    assert caught.value.reason == "Unreachable"
    assert caught.value.hint


@pytest.mark.parametrize("url", ["ftp://h/x", "http://[", "http://", "no url", "http://h:x/"])
def test_what_is_no_url_is_refused(downloads: Downloads, url: str) -> None:
    with pytest.raises(DownloadFault):
        downloads.fetch(url)


def test_a_fault_never_shows_a_password(downloads: Downloads) -> None:
    port = containers.a_port()

    with pytest.raises(DownloadFault) as caught:
        downloads.fetch(f"http://me:secret@127.0.0.1:{port}/x")

    assert "secret" not in str(caught.value)


def test_a_document_is_delivered_as_json(downloads: Downloads, web: Web) -> None:
    url = web.answer("/callback", 202)

    status = downloads.post_json(url, {"success": True})

    assert status == 202
    method, path, body, kind = web.asked[0]
    assert (method, path, kind) == ("POST", "/callback", "application/json")
    assert json.loads(body) == {"success": True}


def test_a_refusal_is_an_answer(downloads: Downloads, web: Web) -> None:
    url = web.answer("/callback", 500)

    assert downloads.post_json(url, {}) == 500
    assert len(web.asked) == 1


def test_a_broken_connection_is_tried_again_with_the_whole_body(
    downloads: Downloads, web: Web
) -> None:  # S2I-287
    url = web.answer("/callback", 200)
    web.drops = 2

    status = downloads.post_json(url, {"success": False})

    assert status == 200
    assert [json.loads(body) for _, _, body, _ in web.asked] == [{"success": False}] * 3


def test_the_third_broken_connection_is_the_last(downloads: Downloads, web: Web) -> None:
    url = web.answer("/callback", 200)
    web.drops = 5

    with pytest.raises(DownloadFault, match="does not answer"):
        downloads.post_json(url, {})

    assert len(web.asked) == 3
