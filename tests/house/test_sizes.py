"""Modules are small: a median of 150 lines, none over 500; tests and benchmarks likewise."""

from statistics import median

from house.tree import ROOT, modules, name_of

LARGEST = 500
MEDIAN = 150


def test_no_module_is_over_the_limit() -> None:
    lines = {name_of(path): len(path.read_text().splitlines()) for path in modules()}

    assert {name: count for name, count in lines.items() if count > LARGEST} == {}


def test_no_file_of_tests_or_benchmarks_is_over_the_limit() -> None:
    files = [path for name in ("tests", "bench") for path in (ROOT / name).rglob("*.py")]
    lines = {name_of(path): len(path.read_text().splitlines()) for path in files}

    assert {name: count for name, count in lines.items() if count > LARGEST} == {}


def test_the_median_module_is_short() -> None:
    lines = [len(path.read_text().splitlines()) for path in modules() if path.stem != "__init__"]

    assert median(lines) <= MEDIAN
