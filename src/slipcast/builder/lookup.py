"""Looking scripts up: each place is asked in turn, the first that has the script supplies it.

Source: source-to-image, scripts (S2I-149 to 160).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from slipcast.builder.job import Job
from slipcast.builds.s2i import scripts
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.builds.s2i.scripts import Origin, Place, Scheme, Script, ScriptsURL
from slipcast.values.faults import DownloadFault

InSource = Callable[[str], bytes | None]
"""Answers with a script of the source tree."""

LARGEST = 16 << 20


class Lookup:
    """Finds scripts for one image: a builder image or a runtime image."""

    def __init__(
        self, job: Job, *, image: str, image_url: str, destination: str, in_source: InSource
    ) -> None:
        """Take where the upload goes and what the image says of its scripts."""
        self._job = job
        self._image = image
        self._image_url = image_url
        self._destination = destination
        self._in_source = in_source
        self._places = scripts.places(job.request.scripts_url, image_url)
        self._failures: list[str] = []

    def find(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Script]:
        """The scripts that were found, by name.

        Errors: BuildFault when a required one was not, or none behind the URL that was asked for.
        """
        required = tuple(required)
        names = (*required, *optional)
        self._refuse_unknown_scheme()
        found: dict[str, Script] = {}
        asked_in_vain = 0
        for name in names:
            script, missed = self._one(name)
            asked_in_vain += missed
            if script is not None:
                found[name] = script
        if asked_in_vain == len(names):
            raise failure(
                Reason.FETCH_SCRIPTS_FAILED,
                f"could not download any scripts from URL {self._job.request.scripts_url}",
                tail=tuple(self._failures),
            )
        self._require(required, found)
        return found

    def _one(self, name: str) -> tuple[Script | None, bool]:
        """The script, and whether the URL that was asked for did not have it."""
        missed = False
        for place in self._places:
            if (script := self._ask(name, place)) is not None:
                self._job.progress.note(f"script {name} comes from {place.origin.value}")
                return script, missed
            missed = missed or place.origin is Origin.ASKED
        return None, missed

    def _ask(self, name: str, place: Place) -> Script | None:
        if place.url is None:
            content = self._in_source(name)
        elif place.url.scheme is Scheme.IMAGE:
            return scripts.in_image(name, place.url, place.origin)
        else:
            content = self._fetch(name, place.url)
        if content is None:
            return None
        return scripts.uploaded(name, self._destination, place.origin, content)

    def _fetch(self, name: str, url: ScriptsURL) -> bytes | None:
        """The script behind a URL; what went wrong is remembered for the fault."""
        match url.scheme:
            case Scheme.HTTP:
                try:
                    content = self._job.downloads.fetch(f"{url.text}/{name}")
                except DownloadFault as fault:
                    self._failures.append(fault.message)
                    return None
            case Scheme.FILE:
                content = _read(self._job.request.directory / url.path / name)
            case _:
                self._failures.append(f"nothing handles the scheme of {url.text}")
                return None
        if content is None:
            self._failures.append(f"{url.text} has no {name}")
        return content

    def _refuse_unknown_scheme(self) -> None:
        asked = scripts.parse_url(self._job.request.scripts_url)
        if asked is not None and asked.scheme is Scheme.UNKNOWN:
            raise failure(
                Reason.FETCH_SCRIPTS_FAILED,
                f"nothing handles the scheme of the scripts URL {asked.text}",
                exit_code=Exit.SCRIPT_SCHEME,
                hint="Write image://, file://, http:// or https://.",
            )

    def _require(self, required: tuple[str, ...], found: dict[str, Script]) -> None:
        missing = [name for name in required if name not in found]
        if not missing:
            return
        said = (
            f"looked in {self._image_url} as the image says"
            if self._image_url
            else f"could not determine scripts URL for image {self._image!r}"
        )
        raise failure(
            Reason.INSTALL_SCRIPTS_FAILED,
            f"the scripts {', '.join(missing)} were found nowhere; {said}",
            exit_code=Exit.SCRIPTS_MISSING,
            hint=(
                f"Put them in .s2i/bin of the source, give --scripts-url, or use a builder image "
                f"with the label {scripts.URL_LABEL}."
            ),
            tail=tuple(self._failures),
        )


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError:
        return None
