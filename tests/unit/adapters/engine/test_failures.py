"""buildah's last words become the fault; what others printed before them does not count."""

from slipcast.adapters.engine.buildah.failures import fault_of


def test_a_fault_says_what_and_keeps_the_tail() -> None:
    fault = fault_of("the image x could not be pulled", ["trying", "Error: manifest unknown"])

    assert fault.message == "the image x could not be pulled: manifest unknown"
    assert fault.tail == ("trying", "Error: manifest unknown")
    assert fault.hint


def test_an_instruction_that_finds_no_program_says_nothing_of_images() -> None:
    tail = ["/bin/sh: 1: mkae: not found", 'error building at STEP "RUN mkae": exit status 127']

    fault = fault_of("the build failed", tail)

    assert (fault.reason, fault.hint) == ("EngineFailed", "")


def test_an_error_of_several_lines_counts_whole() -> None:
    tail = ["Trying to pull x...", "Error: 2 errors occurred:", "* unauthorized: no", "* again"]

    assert fault_of("x", tail).reason == "Unauthorized"


def test_words_without_a_beginning_of_their_own_count() -> None:
    assert fault_of("x", ["manifest unknown"]).reason == "ImageUnknown"
