"""What the benches build: sources of known size, and a builder image that does little itself."""

from __future__ import annotations

import os
from pathlib import Path

CONTAINERFILE = """\
FROM {base}
RUN groupadd -g 1001 app && useradd -u 1001 -g 0 -d /opt/app app && mkdir -p /opt/app \\
 && chown -R 1001:0 /opt/app && chmod -R g+rwX /opt/app
COPY bin/ /usr/libexec/s2i/
LABEL io.openshift.s2i.scripts-url=image:///usr/libexec/s2i
ENV HOME=/opt/app
WORKDIR /opt/app
USER 1001
"""

SCRIPTS = {
    "assemble": """\
#!/bin/sh
set -e
if [ -n "$(ls -A /tmp/artifacts 2>/dev/null)" ]; then cp -a /tmp/artifacts/. /opt/app/; fi
cp -a /tmp/src/. /opt/app/
echo "$(find /opt/app -type f | wc -l) files"
""",
    "run": "#!/bin/sh\nexec sleep 1000\n",
    "save-artifacts": "#!/bin/sh\ncd /opt/app && tar cf - .\n",
    "usage": "#!/bin/sh\necho copies what it is given\n",
}


def builder(directory: Path, base: str) -> Path:
    """A directory with the recipe of the tiny builder image."""
    scripts = directory / "bin"
    scripts.mkdir(parents=True)
    for name, text in SCRIPTS.items():
        (scripts / name).write_text(text)
        (scripts / name).chmod(0o755)
    (directory / "Containerfile").write_text(CONTAINERFILE.format(base=base))
    return directory


def application(directory: Path, files: int, size: int) -> Path:
    """A directory of files, 50 to a folder, of incompressible bytes."""
    for number in range(files):
        folder = directory / f"d{number // 50}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{number}.bin").write_bytes(os.urandom(size))
    return directory


def moved(application: Path) -> Path:
    """An application whose own assemble moves it, so that the layer holds every file once."""
    script = application / ".s2i/bin/assemble"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\nexec mv /tmp/src/* /opt/app/\n")
    script.chmod(0o755)
    return application


def listing(directory: Path, files: int) -> Path:
    """A tree of many empty files around a Python application, for detection."""
    for number in range(files):
        folder = directory / f"pkg{number // 500}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"module{number}.py").touch()
    (directory / "requirements.txt").write_text("flask\n")
    return directory
