"""`slipcast detect`, `builders` and `doctor`: what people and programs are shown."""

from __future__ import annotations

import pytest

from slipcast.cli import outputs
from slipcast.ports.host import Fact, Verdict
from slipcast.source.tree import MemoryTree
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


def test_detect_says_what_was_found_and_what_suits_it(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.tree = MemoryTree({"app.py": b"", "package.json": b"{}"})

    ended = call("detect", ".")

    assert ended.code == 0
    assert "python: app.py\n" in ended.stdout
    assert "builder image: python:3.11 (" in ended.stdout
    assert "packages: " not in ended.stdout
    assert "also possible: nodejs:18\n" in ended.stdout
    assert "scores (0 is best): python:3.11 0.00, nodejs:18 1.00\n" in ended.stdout


def test_detect_speaks_json(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.tree = MemoryTree({"package.json": b"{}", ".s2i/bin/run": b""})

    ended = call("detect", ".", "-o", "json")

    wanted = {"builder": "nodejs:18", "scripts": ["run"], "message": ""}
    assert wanted.items() <= ended.document.items()
    assert ended.document["platforms"] == [{"name": "nodejs", "files": ["package.json"]}]


def test_detect_gives_scores_to_programs(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.tree = MemoryTree({"app.py": b"", "package.json": b"{}"})

    ended = call("detect", ".", "-o", "json")

    assert ended.document["scores"] == [
        {"builder": "python:3.11", "platform": "python", "score": 0.0},
        {"builder": "nodejs:18", "platform": "nodejs", "score": 1.0},
    ]


def test_detect_says_how_packages_come_and_what_may_surprise(
    call: Call, toolbox: FakeToolbox
) -> None:
    files = {"package.json": b'{"scripts": {"dev": "vite"}}', "yarn.lock": b""}
    toolbox.work.s2i.tree = MemoryTree(files)

    text, document = call("detect", ".").stdout, call("detect", ".", "-o", "json").document

    assert "packages: npm install, by package.json\nwarning: yarn.lock is not read: " in text
    assert "warning: nothing starts it: " in text
    assert document["packages"] == "npm install, by package.json"
    assert len(document["warnings"]) == 2


def test_detect_names_a_pipeline(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.tree = MemoryTree({"Jenkinsfile": b"", "app.py": b""})

    said = call("detect", ".").stdout
    assert "pipeline: Jenkinsfile\n" in said
    assert (
        "strategy of new-app: pipeline (Jenkinsfile goes before app.py;"
        " --strategy=source takes the builder image)\n"
    ) in said


@pytest.mark.parametrize(
    ("files", "strategy", "said"),
    [
        (("Jenkinsfile",), "JenkinsPipeline", "pipeline (Jenkinsfile is there)"),
        (("Dockerfile",), "Docker", "docker (Dockerfile is there)"),
        (
            ("Jenkinsfile", "Containerfile"),
            "JenkinsPipeline",
            "pipeline (Jenkinsfile goes before Containerfile)",
        ),
    ],
)
def test_detect_says_how_new_app_builds_what_needs_no_builder_image(
    call: Call, toolbox: FakeToolbox, files: tuple[str, ...], strategy: str, said: str
) -> None:
    toolbox.work.s2i.tree = MemoryTree(dict.fromkeys(files, b""))

    ended = call("detect", ".")

    assert ended.code == 0, ended.stderr
    assert f"strategy of new-app: {said}\n" in ended.stdout
    assert call("detect", ".", "-o", "json").document["strategy"] == strategy


def test_detect_names_scripts_of_the_source_and_what_is_near(
    call: Call, toolbox: FakeToolbox
) -> None:
    files = (".s2i/bin/assemble", ".s2i/environment", "compose.yaml")
    toolbox.work.s2i.tree = MemoryTree(dict.fromkeys(files, b""))

    ended = call("detect", ".")

    assert ".s2i/bin: assemble\n.s2i/environment: variables" in ended.stdout
    assert "compose.yaml is not read" in ended.stderr
    assert "Its .s2i/bin has assemble for any builder image" in ended.stderr


def test_detecting_nothing_is_a_failure(call: Call) -> None:
    ended = call("detect", ".")

    assert ended.code == 1
    assert "No known language was detected" in ended.stderr


def test_builders_list_shows_the_catalogue_and_what_is_here(
    call: Call, toolbox: FakeToolbox
) -> None:
    toolbox.work.builders.made = ["python:3.11"]

    lines = call("builders", "list").stdout.splitlines()

    assert lines[0].split() == ["NAME", "IMAGE", "HERE", "SUPPORTS", "DESCRIPTION"]
    assert lines[1].split()[:3] == ["python:3.11", "localhost/slipcast/python:3.11", "1" * 12]
    assert lines[2].split()[2] == "-"


def test_a_table_wraps_inside_its_columns_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "24")

    outputs.fitted(("NAME", "TEXT"), [("python", "[bold]many words[/bold] in a cell")])

    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert lines[1][0] == "python"
    assert max(len("  ".join(line)) for line in lines) <= 24
    assert "[bold]many" in lines[1][1]


def test_builders_list_speaks_json(call: Call) -> None:
    rows = call("builders", "list", "-o", "json").document["builders"]

    assert [(row["name"], row["present"]) for row in rows] == [
        ("python:3.11", None),
        ("nodejs:18", None),
    ]


def test_builders_build_makes_one_and_prints_its_image(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("builders", "build", "python:3.11", "--no-cache")

    assert (ended.code, ended.stdout) == (0, "localhost/slipcast/python:3.11\n")
    assert toolbox.work.builders.made == ["python:3.11"]


def test_an_unknown_builder_is_named(call: Call) -> None:
    ended = call("builders", "build", "cobol")

    assert ended.code == 1
    assert "there is no builder image cobol" in ended.stderr


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.FINE, 0), (Verdict.LIMITED, 0), (Verdict.MISSING, 1)]
)
def test_doctor_prints_each_fact_and_what_to_do(
    call: Call, toolbox: FakeToolbox, verdict: Verdict, code: int
) -> None:
    toolbox.host.told = (Fact(name="runtime", found="runc", verdict=verdict, advice="Install."),)

    ended = call("doctor")

    assert ended.code == code
    assert f"{verdict:<8} runtime  runc\n" in ended.stdout
    assert "-> Install.\n" in ended.stdout


def test_doctor_speaks_json(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.host.told = (Fact(name="runtime", found="runc"),)

    assert call("doctor", "-o", "json").document["facts"] == [
        {"name": "runtime", "found": "runc", "verdict": "fine", "advice": ""}
    ]
