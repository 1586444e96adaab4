"""Repositories behind a proxy, which git alone is told of."""

from __future__ import annotations

import pytest

import containers
import gitserver
from e2e.builds.project import Project, a_config, by_dockerfile, by_source
from e2e.builds.proxying import proxy

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

NOWHERE = "http://127.0.0.1:1"
ASSEMBLE = "#!/bin/sh -e\necho ${http_proxy:-none} > /opt/app/proxy\ncp /tmp/src/page /opt/app\n"
DOCKERFILE = f"FROM {containers.BASE}\nCOPY page lib/lib.txt /\n"


def test_a_host_that_only_the_proxy_knows_is_reached_through_it_and_nothing_else_is(
    project: Project,
) -> None:
    # BLD-55
    files = {".s2i/bin/assemble*": ASSEMBLE, "page": "hello\n"}
    made = gitserver.repository(project.directory / "app", files)
    gitserver.bare(made, project.directory / "served/app.git")
    with (
        gitserver.http(project.directory / "served") as served,
        proxy({"git.test": int(served.url.rpartition(":")[2])}) as between,
    ):
        proxies = {"httpProxy": between.url, "noProxy": "other.test"}
        git = {"uri": "http://git.test/app.git", **proxies}
        project.apply(a_config(by_source(), {"git": git}))

        ran = project.start()

    assert ran.code == 0, ran.said
    assert {*between.asked} == {"GET git.test", "POST git.test"}
    assert project.printed("cat page proxy") == "hello\nnone\n"


def test_https_goes_through_its_proxy_and_what_needs_none_goes_past_it(project: Project) -> None:
    # BLD-53, BLD-55
    lib = gitserver.repository(project.directory / "lib", {"lib.txt": "lib\n"})
    gitserver.bare(lib, project.directory / "served/lib.git")
    pem = gitserver.certificate(project.directory / "both.pem")
    served = project.directory / "served"
    with gitserver.http(served) as plain, gitserver.http(served, certificate=pem) as secured:
        address = plain.url.replace("127.0.0.1", "localhost")
        app = gitserver.repository(project.directory / "app", {"page": "hello\n"})
        gitserver.git(app, "submodule", "--quiet", "add", f"{address}/lib.git", "lib")
        gitserver.commit(app, {"Dockerfile": DOCKERFILE})
        gitserver.bare(app, served / "app.git")
        with proxy({}) as between:
            trusted = {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "trusted"}}
            authority = {"ca.crt": pem.with_suffix(".crt").read_text()}
            proxies = {"httpsProxy": between.url, "httpProxy": NOWHERE, "noProxy": "localhost"}
            source = {
                "git": {"uri": f"{secured.url}/app.git", **proxies},
                "sourceSecret": {"name": "trusted"},
            }
            config = a_config(by_dockerfile(), source)
            project.apply({**trusted, "stringData": authority}, config)

            ran = project.start()

    assert ran.code == 0, ran.said
    assert {*between.asked} == {f"CONNECT {secured.url.rpartition('/')[2]}"}
    assert project.printed("cat /page /lib.txt") == "hello\nlib\n"
