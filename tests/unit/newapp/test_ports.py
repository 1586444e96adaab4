"""Ports that images expose: generated-objects.md GO-101, user-pain UP-20."""

from slipcast.newapp.ports import Port, ports_of


def test_all_forms_are_read_in_their_order_go_101() -> None:
    found = ports_of(["8080", "53/UDP 9090/tcp", "8443-8450", "8080/tcp"])

    assert found.ports == (Port(8080), Port(53, "UDP"), Port(9090), Port(8443))
    assert found.wrong == ()


def test_what_is_no_port_is_told_and_left_out_up_20() -> None:
    found = ports_of(["$PORT", "0", "65536", "1/sctp", "99999999", "80"])

    assert found.ports == (Port(80),)
    assert found.wrong == ("$PORT", "0", "65536", "1/sctp", "99999999")


def test_a_port_has_a_name_go_102() -> None:
    assert Port(8080).name == "8080-tcp"
