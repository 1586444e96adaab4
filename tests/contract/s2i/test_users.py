"""As whom a build's programs run, and what ONBUILD may change about it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from slipcast.builds.s2i.users import parse_allowed_uids
from slipcast.ports.engine import BuildSpec, ContainerSpec
from slipcast.values.faults import BuildFault
from workbench import SCRIPT, Make, World, shell

pytestmark = pytest.mark.engine


def test_uploaded_files_belong_to_the_assemble_user_s2i_203(bench: World, tag: str):
    bench.put("bin/tool", "#!/bin/sh\n", mode=0o750)

    bench.build()

    found = shell(bench.engine, tag, "stat -c '%u:%g %a' /tmp/src/bin/tool /tmp/src/app.txt")
    assert found.split("\n")[:2] == ["1001:0 750", "1001:0 644"]


def test_a_named_user_is_refused_and_a_number_is_not_s2i_326(
    bench: World, make: Make, builder_image: str
):
    named = make(f"FROM {builder_image}", "USER app")

    bench.build(allowed_uids=parse_allowed_uids("1-"))
    with pytest.raises(BuildFault) as fault:
        bench.build(builder_image=named, allowed_uids=parse_allowed_uids("1-"))

    assert fault.value.exit_code == 15


def test_a_named_user_assembles_s2i_326(bench: World, make: Make, builder_image: str, tag: str):
    named = make(f"FROM {builder_image}", "USER app")

    bench.build(builder_image=named)

    assert shell(bench.engine, tag, "stat -c %u /tmp/src/app.txt") == "1001\n"


def test_onbuild_instructions_fire_s2i_327(bench: World, make: Make, builder_image: str, tag: str):
    image = make(
        f"FROM {builder_image}",
        "ONBUILD COPY . /opt/app/",
        "ONBUILD RUN echo fired >/opt/app/fired",
    )
    bench.put("run", SCRIPT + "cat /opt/app/fired\n", mode=0o755)

    bench.build(builder_image=image)

    facts = bench.engine.inspect(tag)
    assert facts is not None
    assert facts.config.entrypoint == ("./run",)
    assert shell(bench.engine, tag, "cat /opt/app/fired") == "fired\n"


def test_an_onbuild_user_is_refused_s2i_327(bench: World, make: Make, builder_image: str):
    image = make(f"FROM {builder_image}", "ONBUILD USER 0")

    with pytest.raises(BuildFault) as fault:
        bench.build(builder_image=image, allowed_uids=parse_allowed_uids("1-"))

    assert fault.value.exit_code == 15


def test_an_image_without_shell_and_tar_builds_s2i_329(bench: World, tag: str, tmp_path: Path):
    context = tmp_path / "bare"
    context.mkdir()
    source = tmp_path / "copy.c"
    source.write_text(
        '#include <stdio.h>\nint main(void){FILE *i=fopen("/tmp/src/app.txt","r");'
        'FILE *o=fopen("/app/made","w");int c;while((c=fgetc(i))!=EOF)fputc(c,o);return 0;}\n'
    )
    if subprocess.run(("which", "gcc"), capture_output=True, check=False).returncode:
        pytest.skip("no C compiler makes a program for an image without shell")
    program = str(context / "assemble")
    subprocess.run(("gcc", "-static", "-o", program, str(source)), check=True)
    (context / "Dockerfile").write_text(
        "FROM scratch\nCOPY --chown=1001:0 assemble /s2i/assemble\n"
        "COPY --chown=1001:0 Dockerfile /app/x\nUSER 1001\n"
        "LABEL io.openshift.s2i.scripts-url=image:///s2i\n"
    )
    image = f"{tag[:-2]}-bare:1"
    bench.engine.build(BuildSpec(context=context, tag=image, network="none", no_cache=True))

    try:
        bench.build(builder_image=image)
        untagged = bench.build(builder_image=image, tag="")
        spec = ContainerSpec(image=untagged.image)
        with bench.engine.container(spec) as made, made.read("/app/made") as stream:
            assert b"hello" in stream.read()
    finally:
        bench.engine.remove(image)
