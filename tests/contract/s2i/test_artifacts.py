"""What one build leaves to the next, and to a runtime image."""

from __future__ import annotations

import pytest

from workbench import SCRIPT, Make, World, printed, shell

pytestmark = pytest.mark.engine

SAVES_LINKS = f"""{SCRIPT}set -e
cd "$(mktemp -d)"
mkdir bin
ln -s /usr/bin/env bin/python
ln -s ../../..//etc out
printf text >run
chmod 751 run
touch -d @1000000000 run
ln run same
exec tar -cf - .
"""
SHOWS_ARTIFACTS = f"""{SCRIPT}cd /tmp/artifacts || exit 0
echo "link $(readlink bin/python)"
echo "link $(readlink out)"
echo "run $(stat -c '%a %u %Y' run) $(cat run)"
echo "same $(cat same)"
"""


def test_artifacts_arrive_and_the_old_image_goes_s2i_331(bench: World, tag: str):
    bench.put("cache/old", "old")
    first = bench.build()
    (bench.source / "cache/old").unlink()

    bench.build(incremental=True, remove_previous=True)

    assert "restored 2 artifacts" in bench.progress.stdout.decode()
    assert shell(bench.engine, tag, "cat /opt/app/cache/old") == "old"
    assert bench.engine.inspect(first.image) is None


def test_artifacts_keep_their_links_modes_and_times_s2i_184(bench: World, make: Make):
    image = make(f"FROM {bench.defaults['builder_image']}", "USER 0",
                 "COPY save-artifacts assemble /usr/libexec/s2i/", "USER 1001",
                 **{"save-artifacts": SAVES_LINKS, "assemble": SHOWS_ARTIFACTS})  # fmt: skip
    bench.build(builder_image=image)

    bench.build(builder_image=image, incremental=True)

    told = bench.progress.stdout.decode().splitlines()
    assert "link /usr/bin/env" in told
    assert "link ../../..//etc" in told
    assert "run 751 1001 1000000000 text" in told
    assert "same text" in told
    assert bench.progress.warnings == []


@pytest.mark.parametrize("line", ["echo no tar", "tar -cf - . | head -c 700", "exit 3"])
def test_artifacts_that_cannot_be_used_give_a_clean_build_s2i_185(
    bench: World, make: Make, line: str
):
    image = make(f"FROM {bench.defaults['builder_image']}", "USER 0",
                 "COPY save-artifacts /usr/libexec/s2i/", "USER 1001",
                 **{"save-artifacts": f"#!/bin/sh\ncd /opt/app\n{line}\n"})  # fmt: skip
    bench.build(builder_image=image)

    bench.build(builder_image=image, incremental=True)

    assert "Clean build will be performed because of error" in bench.progress.warnings[0]
    assert "restored" not in bench.progress.stdout.decode()


def test_an_image_without_save_artifacts_builds_clean_s2i_331(
    bench: World, make: Make, builder_image: str
):
    image = make(f"FROM {builder_image}", "USER 0", "RUN rm /usr/libexec/s2i/save-artifacts",
                 "USER 1001")  # fmt: skip
    bench.build(builder_image=image)

    bench.build(builder_image=image, incremental=True)

    assert bench.progress.warnings == []
    assert "restored" not in bench.progress.stdout.decode()


def test_artifacts_are_carried_into_a_runtime_image_s2i_240(
    bench: World, make: Make, base_image: str, tag: str
):
    runtime = make(
        f"FROM {base_image}",
        "COPY --chmod=755 finish /s2i/assemble-runtime",
        "COPY --chmod=755 finish /s2i/run",
        "LABEL io.openshift.s2i.scripts-url=image:///s2i",
        "RUN mkdir /srv/app && chmod 777 /srv/app",
        "WORKDIR /srv/app",
        "USER 1002",
        finish=SCRIPT + "cp app.txt finished.txt\n",
    )
    bench.put("tool", SCRIPT, mode=0o700)
    bench.put(".s2i/bin/run", SCRIPT + "cat /srv/app/finished.txt\n")

    bench.build(runtime_image=runtime, runtime_artifacts=("/opt/app/app.txt", "/opt/app/tool:bin"))

    facts = bench.engine.inspect(tag)
    assert facts is not None
    assert facts.config.cmd == ("/srv/app/scripts/run",)
    assert printed(bench.engine, tag, "/srv/app/scripts/run") == "hello"
    assert shell(bench.engine, tag, "stat -c '%u %a' bin/tool app.txt") == "1002 755\n1002 644\n"
