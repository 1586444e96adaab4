"""Where a build takes its source from.

Source: build-api.md sections 4.1 and 4.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from slipcast.api.build import (
    BinaryBuildSource,
    BuildSource,
    GitBuildSource,
    ImageSource,
    ImageSourcePath,
)
from slipcast.builds.paths import is_file_name, leads_out
from slipcast.builds.validate import references, urls
from slipcast.values.causes import Cause, duplicate, invalid, required
from slipcast.values.names import dns_subdomain

MOST_DOCKERFILE = 60_000
"""Units: bytes (BA-533)."""

_FILE = (
    "file name may not contain slashes or relative path segments and must be a valid POSIX filename"
)
_OUTSIDE = "destination dir cannot start with '..'"
_FROM_GIT = "must be set when using Jenkins Pipeline strategy with Jenkinsfile from a git repo"


def source(
    value: BuildSource, path: str, *, is_docker: bool, is_custom: bool, needs_git: bool
) -> tuple[Cause, ...]:
    """What is wrong with a source, given what kind of strategy it is for."""
    if value.git is not None and value.binary is not None and not is_custom:
        return (
            invalid(f"{path}.git", "", "may not be set when binary is also set"),
            invalid(f"{path}.binary", "", "may not be set when git is also set"),
        )
    return (
        *_git(value.git, f"{path}.git", needed=needs_git),
        *_binary(value.binary, f"{path}.binary"),
        *_dockerfile(value.dockerfile, f"{path}.dockerfile"),
        *_images(value.images, f"{path}.images"),
        *_secrets(value, path, is_docker=is_docker),
        *references.secret(value.source_secret, f"{path}.sourceSecret"),
        *_context_dir(value.context_dir, f"{path}.contextDir"),
    )


def _git(git: GitBuildSource | None, path: str, *, needed: bool) -> Iterator[Cause]:
    if git is None:
        if needed:
            yield invalid(path, "", _FROM_GIT)
        return
    if not git.uri:
        yield required(f"{path}.uri")
    elif not urls.is_source(git.uri):
        yield invalid(f"{path}.uri", git.uri, "uri is not a valid url")
    # The names of these paths are in lower case, since clients know them so (BA-14).
    for name, proxy in (("httpproxy", git.http_proxy), ("httpsproxy", git.https_proxy)):
        if proxy and not urls.is_proxy(proxy):
            yield invalid(f"{path}.{name}", proxy, "proxy is not a valid url")


def _binary(binary: BinaryBuildSource | None, path: str) -> tuple[Cause, ...]:
    if binary is None or not binary.as_file or is_file_name(binary.as_file):
        return ()
    return (invalid(f"{path}.asFile", binary.as_file, _FILE),)


def _dockerfile(text: str | None, path: str) -> tuple[Cause, ...]:
    if text is None or len(text.encode()) <= MOST_DOCKERFILE:
        return ()
    return (invalid(path, "", f"must be smaller than {MOST_DOCKERFILE} bytes"),)


def _context_dir(directory: str, path: str) -> tuple[Cause, ...]:
    if not leads_out(directory):
        return ()
    return (invalid(path, directory, "context dir must not be a relative path"),)


def _images(images: tuple[ImageSource, ...], path: str) -> Iterator[Cause]:
    names: set[str] = set()
    for number, image in enumerate(images):
        yield from _image(image, f"{path}[{number}]")
        for place, name in enumerate(image.as_):
            where = f"{path}[{number}].as[{place}]"
            if not name:
                yield invalid(where, name, "must not be empty")
            elif name in names:
                yield duplicate(where, name)
            names.add(name)


def _image(image: ImageSource, path: str) -> Iterator[Cause]:
    yield from references.source_image(image.from_, f"{path}.from")
    yield from references.secret(image.pull_secret, f"{path}.pullSecret")
    if not image.paths and not image.as_:
        yield required(f"{path}.paths")
    for number, each in enumerate(image.paths):
        yield from _image_path(each, f"{path}.paths[{number}]")


def _image_path(value: ImageSourcePath, path: str) -> Iterator[Cause]:
    if not value.source_path:
        yield required(f"{path}.sourcePath")
    if not value.source_path.startswith("/"):
        yield invalid(f"{path}.sourcePath", value.source_path, "must be an absolute path")
    where, given = f"{path}.destinationDir", value.destination_dir
    if not given:
        yield required(where)
    if given.startswith("/"):
        yield invalid(where, given, "must be a relative path")
    if leads_out(given):
        yield invalid(where, given, _OUTSIDE)


def _secrets(value: BuildSource, path: str, *, is_docker: bool) -> Iterator[Cause]:
    for number, each in enumerate(value.secrets):
        where = f"{path}.secrets[{number}]"
        yield from _named(each.secret.name, f"{where}.secret", "secret")
        yield from _destination(each.destination_dir, where, is_docker=is_docker)
    for number, entry in enumerate(value.config_maps):
        where = f"{path}.configMaps[{number}]"
        yield from _named(entry.config_map.name, f"{where}.configMap", "configMap")
        yield from _destination(entry.destination_dir, where, is_docker=is_docker)


def _named(name: str, path: str, what: str) -> Iterator[Cause]:
    if not name:
        yield required(path)
    if dns_subdomain(name):
        yield invalid(path, name, f"must be valid {what} name")


def _destination(directory: str, path: str, *, is_docker: bool) -> Iterator[Cause]:
    where = f"{path}.destinationDir"
    if leads_out(directory):
        yield invalid(where, directory, _OUTSIDE)
    if is_docker and directory.startswith("/"):
        what = "for the docker strategy the destinationDir has to be relative path"
        yield invalid(where, directory, what)
