"""Which scripts a build runs, how, and what it says when they fail."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from typing_extensions import override

from slipcast.values.faults import BuildFault
from workbench import SCRIPT, Make, World, printed, shell

pytestmark = pytest.mark.engine


class Quiet(http.server.SimpleHTTPRequestHandler):
    @override
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(directory: Path) -> Iterator[str]:
    handler = partial(Quiet, directory=str(directory))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


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


def test_usage_is_printed_s2i_3(bench: World):
    bench.s2i.usage(bench.request(), bench.progress)

    assert bench.progress.stdout == b"a builder that copies the source to /opt/app\n"


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
