"""Source to image over real engines: the conformance scenarios of the contract."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from typing_extensions import override

from slipcast.builds.s2i.request import Injection, Platform
from slipcast.builds.s2i.users import parse_allowed_uids
from slipcast.ports.engine import BuildSpec, ContainerSpec, Engine
from slipcast.values.container import Limits, Mount
from slipcast.values.faults import BuildFault
from workbench import Bench

pytestmark = pytest.mark.engine

World = Bench[Engine]
Make = Callable[..., str]

SCRIPT = "#!/bin/sh\n"
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


def printed(engine: Engine, image: str, *argv: str) -> str:
    """What a program of an image prints."""
    out: list[bytes] = []
    spec = ContainerSpec(image=image, argv=argv, network="none", use_entrypoint=False)
    with engine.container(spec) as container:
        status = container.run(stdout=out.append, stderr=out.append)
    assert status.ok, (status, b"".join(out))
    return b"".join(out).decode()


def shell(engine: Engine, image: str, line: str) -> str:
    return printed(engine, image, "/bin/sh", "-c", line)


def commit(directory: Path) -> None:
    git = ("git", "-C", str(directory), "-c", "user.name=A", "-c", "user.email=a@b")
    subprocess.run(("git", "init", "-q", "-b", "main", str(directory)), check=True)
    subprocess.run((*git, "add", "-A"), check=True)
    subprocess.run((*git, "commit", "-q", "-m", "first"), check=True)


class Quiet(http.server.SimpleHTTPRequestHandler):
    @override
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(directory: Path) -> Iterator[str]:
    handler = partial(Quiet, directory=str(directory))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_directory_becomes_an_image_that_runs_s2i_324(bench: World, tag: str):
    result = bench.build(env=(("GREETING", "hi there"),))

    assert result.labels["io.k8s.display-name"] == tag
    assert "assembled 1 files" in bench.progress.stdout.decode()
    assert printed(bench.engine, tag, "/bin/cat", "/opt/app/app.txt") == "hello"
    assert printed(bench.engine, tag, "/usr/bin/env").splitlines().count("GREETING=hi there") == 1
    facts = bench.engine.inspect(tag)
    assert facts is not None
    assert facts.config.cmd == ("/usr/libexec/s2i/run",)
    assert facts.config.user == "1001"
    assert bench.left == []


def test_a_build_adds_one_layer_s2i_211(bench: World, builder_image: str, tag: str):
    bench.build()

    base, made = bench.engine.inspect(builder_image), bench.engine.inspect(tag)
    assert base is not None
    assert made is not None
    assert made.layers[:-1] == base.layers


def test_scripts_are_downloaded_where_the_image_says_s2i_322(
    bench: World, make: Make, builder_image: str, tag: str, tmp_path: Path
):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "assemble").write_text(SCRIPT + "cp /tmp/src/app.txt /opt/app/http.txt\n")
    (scripts / "run").write_text(SCRIPT + "cat /opt/app/http.txt\n")
    with served(scripts) as url:
        image = make(f"FROM {builder_image}", f'LABEL io.openshift.s2i.scripts-url="{url}"')
        bench.downloads.pages = {
            f"{url}/{name}": (scripts / name).read_bytes() for name in ("assemble", "run")
        }
        result = bench.build(builder_image=image)

    facts = bench.engine.inspect(tag)
    assert facts is not None
    assert facts.config.cmd == ("/tmp/scripts/run",)
    assert result.labels["io.openshift.s2i.build.image"] == image
    assert printed(bench.engine, tag, "/tmp/scripts/run") == "hello"


def test_the_variable_alone_names_the_scripts_s2i_323(bench: World, make: Make, builder_image: str):
    image = make(
        f"FROM {builder_image}",
        'LABEL io.openshift.s2i.scripts-url=""',
        "ENV STI_SCRIPTS_URL=image:///usr/libexec/s2i",
    )

    bench.build(builder_image=image)

    assert any("STI_SCRIPTS_URL" in warning for warning in bench.progress.warnings)


def test_scripts_of_a_directory_win_over_source_and_image_s2i_325(
    bench: World, tag: str, tmp_path: Path
):
    (tmp_path / "assemble").write_text(SCRIPT + "echo asked >/opt/app/who\n")
    bench.put(".s2i/bin/assemble", SCRIPT + "echo source >/opt/app/who\n")

    bench.build(scripts_url=f"file://{tmp_path}")

    assert shell(bench.engine, tag, "cat /opt/app/who") == "asked\n"


def test_a_script_of_the_source_may_wrap_the_images_s2i_163(bench: World, tag: str):
    bench.put(
        ".s2i/bin/assemble",
        SCRIPT + "/usr/libexec/s2i/assemble || exit $?\necho after $(pwd) >/opt/app/after\n",
    )
    bench.put(".s2i/bin/run", SCRIPT + "echo mine\nexec /usr/libexec/s2i/run\n")

    bench.build()

    assert shell(bench.engine, tag, "cat /opt/app/after; ls /opt/app").split() == [
        "after", "/opt/app", "after", "app.txt",
    ]  # fmt: skip
    assert printed(bench.engine, tag, "/tmp/scripts/run").startswith("mine\nrunning as 1001")


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


def test_an_untagged_image_is_reported_by_its_id_s2i_330(bench: World):
    result = bench.build(tag="")

    try:
        assert printed(bench.engine, result.image, "/bin/cat", "/opt/app/app.txt") == "hello"
    finally:
        bench.engine.remove(result.image)


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


def test_injections_are_read_and_emptied_s2i_332(bench: World, tag: str, tmp_path: Path):
    (tmp_path / "a/deep").mkdir(parents=True)
    (tmp_path / "a/key").write_text("secret-a")
    (tmp_path / "a/deep/key").write_text("secret-deep")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/other").write_text("secret-b")
    bench.put(".s2i/bin/assemble", SCRIPT + "cat /opt/app/key /opt/app/deep/key /home/other\n")

    bench.build(
        injections=(
            Injection(source=tmp_path / "a"),
            Injection(source=tmp_path / "b", target="/home"),
        )
    )

    assert bench.progress.stdout == b"secret-asecret-deepsecret-b"
    sizes = shell(bench.engine, tag, "stat -c %s /opt/app/key /opt/app/deep/key /home/other")
    assert sizes.split() == ["0", "0", "0"]


def test_an_injection_into_nowhere_fails_s2i_332(bench: World, tmp_path: Path):
    (tmp_path / "key").write_text("k")

    with pytest.raises(BuildFault, match="must exist in container"):
        bench.build(injections=(Injection(source=tmp_path / "key", target="/none/key"),))


def test_the_written_dockerfile_builds_the_same_s2i_334(
    bench: World, tag: str, tmp_path: Path, builder_image: str
):
    bench.put(".s2i/bin/run", SCRIPT + "echo mine\n")
    bench.put(".s2i/environment", 'A=x "quoted" $y\n')
    (tmp_path / "key").write_text("k")
    bench.put(".s2i/bin/assemble", SCRIPT + "cat key 2>/dev/null; exec /usr/libexec/s2i/assemble\n")
    request = bench.request(tag=tag)

    file = bench.s2i.dockerfile(request, tmp_path / "out/Dockerfile", bench.progress)
    bench.engine.build(BuildSpec(context=file.parent, tag=tag, network="none", no_cache=True))

    assert shell(bench.engine, tag, "cat /opt/app/app.txt") == "hello"
    assert 'A=x "quoted" $y\n' in shell(bench.engine, tag, "env")
    facts = bench.engine.inspect(tag)
    assert facts is not None
    assert facts.config.labels["io.openshift.s2i.build.image"] == builder_image


def test_an_incremental_dockerfile_builds_s2i_334(bench: World, tag: str, tmp_path: Path):
    bench.put("old", "old")
    bench.build()
    (bench.source / "old").unlink()

    file = bench.s2i.dockerfile(
        bench.request(incremental=True), tmp_path / "out/Dockerfile", bench.progress
    )
    bench.engine.build(BuildSpec(context=file.parent, tag=tag, network="none", no_cache=True))

    assert shell(bench.engine, tag, "cat /opt/app/old") == "old"


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


def test_the_bundle_of_the_platform_is_seen_and_not_kept(bench: World, tag: str, tmp_path: Path):
    (tmp_path / "ca.crt").write_text("CERTIFICATE")
    bench.put(".s2i/bin/assemble", SCRIPT + 'cat "$SSL_CERT_FILE"; echo "$INDEX"\n')

    bench.build(platform=Platform(ca_bundle=tmp_path / "ca.crt", env=(("INDEX", "there"),)))

    assert bench.progress.stdout == b"CERTIFICATEthere\n"
    assert shell(
        bench.engine, tag, "ls /run/slipcast 2>/dev/null; env | grep -c INDEX || true"
    ) in {
        "0\n",
        "ca.crt\n0\n",
    }


@pytest.mark.parametrize("engine", ["buildah"], indirect=True)  # the Docker API sets no times
def test_the_same_commit_gives_the_same_image(bench: World, tag: str):
    bench.put("many/deep/file", "x")
    commit(bench.source)

    first = bench.build()
    bench.engine.remove(tag)
    second = bench.build()

    assert first.image == second.image
    assert first.digest == second.digest


def test_a_rebuild_repeats_the_build_s2i_275(bench: World, tag: str):
    commit(bench.source)
    bench.build()
    request = bench.request(source="", builder_image="", tag="")

    result = bench.s2i.rebuild(request, tag, bench.progress)

    assert result.tag == tag
    assert shell(bench.engine, tag, "cat /opt/app/app.txt") == "hello"


def test_usage_is_printed_s2i_3(bench: World):
    bench.s2i.usage(bench.request(), bench.progress)

    assert bench.progress.stdout == b"a builder that copies the source to /opt/app\n"


def test_volumes_hosts_and_capabilities_reach_assemble_s2i_210(bench: World, tmp_path: Path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/x").write_text("volume")
    bench.put(
        ".s2i/bin/assemble", SCRIPT + "cat /mnt/x; grep -c made-up /etc/hosts; ! touch /mnt/y\n"
    )

    bench.build(
        volumes=(Mount(source=str(tmp_path / "shared"), target="/mnt", read_only=True),),
        add_hosts=("made-up:10.1.2.3",),
        cap_drop=("KILL",),
        network="bridge",
    )

    assert bench.progress.stdout == b"volume1\n"


def test_a_build_that_needs_too_much_memory_says_so_s2i_81(bench: World):
    bench.put(
        ".s2i/bin/assemble",
        SCRIPT + "exec python3 -c 'x = bytearray(512 << 20); print(len(x))'\n",
    )

    with pytest.raises(BuildFault) as fault:
        bench.build(limits=Limits(memory=64 << 20, memory_swap=64 << 20))

    assert "(137)" in fault.value.message
    assert "memory" in fault.value.message + fault.value.hint


@pytest.mark.parametrize(
    ("script", "mode", "what"),
    [
        (SCRIPT + "echo broken >&2\nexit 7\n", 0o755, r"non-zero \(7\) exit code"),
        ("#!/no/such/shell\n", 0o755, "the interpreter /no/such/shell"),
    ],
)
def test_a_script_that_fails_says_why_and_leaves_nothing_s2i_79(
    bench: World, tag: str, script: str, mode: int, what: str
):
    bench.put(".s2i/bin/assemble", script, mode=mode)

    with pytest.raises(BuildFault, match=what):
        bench.build()

    assert bench.engine.inspect(tag) is None
    assert bench.left == []


def test_a_script_of_the_image_that_is_no_program_says_so(
    bench: World, make: Make, builder_image: str
):
    image = make(
        f"FROM {builder_image}", "USER 0", "RUN chmod 644 /usr/libexec/s2i/assemble", "USER 1001"
    )

    with pytest.raises(BuildFault, match="/usr/libexec/s2i/assemble is not executable"):
        bench.build(builder_image=image)


def test_an_entrypoint_executes_assemble_s2i_201(
    bench: World, make: Make, builder_image: str, tag: str
):
    image = make(
        f"FROM {builder_image}",
        "COPY --chmod=755 entry /entry",
        'ENTRYPOINT ["/entry"]',
        entry=SCRIPT + 'export ENTERED=yes\nexec "$@"\n',
    )
    bench.put(".s2i/bin/assemble", SCRIPT + 'echo "entered: $ENTERED"\n')

    bench.build(builder_image=image)

    assert bench.progress.stdout == b"entered: yes\n"
    facts = bench.engine.inspect(tag)
    assert facts is not None
    assert facts.config.entrypoint == ("/entry",)


def test_names_with_newlines_and_stray_bytes_arrive(bench: World, tag: str):
    (bench.source / "line\nbreak").write_text("1")
    (bench.source / "stray\udcff").write_text("2")

    bench.build()

    assert shell(bench.engine, tag, "cat /opt/app/line*break /opt/app/stray*") == "12"
