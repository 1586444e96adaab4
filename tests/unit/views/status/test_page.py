"""The page of a project: what belongs together, what is empty, what is counted."""

from __future__ import annotations

from projects import (
    NOW,
    SERVER,
    SHOP,
    build_config,
    deployment,
    deployment_config,
    known,
    pod,
    service,
    stream,
    told,
)
from slipcast.views.status.page import Asked, page


def test_the_header_names_project_and_server_st_1() -> None:
    assert told().startswith(f"In project shop on server {SERVER}\n\n")


def test_the_header_says_what_people_call_the_project() -> None:
    asked = Asked(now=NOW, server=SERVER, namespace=SHOP, title="The Shop")

    assert page(known(), asked).startswith(f"In project The Shop (shop) on server {SERVER}\n")


def test_an_empty_project_says_so_and_how_to_begin_st_6() -> None:
    assert told().endswith(
        "There are no services, deployments, build configurations or image streams here.\n"
        "'slipcast new-app SOURCE' makes an application of a Git repository or a directory.\n"
    )


def test_a_service_is_told_with_its_deployments_and_pipelines_st_1() -> None:
    page = told(
        service("shop", address="172.30.60.132"),
        deployment_config("shop", "shop:latest"),
        build_config("shop", to="shop:latest", on="docker://quay.io/example/python:3"),
        stream("shop"),
    )

    assert (
        "svc/shop - 172.30.60.132:8080\n"
        "  dc/shop deploys istag/shop:latest <-\n"
        "    bc/shop source builds https://git.example.org/shop.git#main on "
        "quay.io/example/python:3\n"
        "      not built yet\n"
        "    deployment #1 waiting on image\n"
    ) in page


def test_what_two_services_lead_to_is_told_once() -> None:
    selector = {"app": "shop"}

    page = told(
        service("a", selector=selector), service("b", selector=selector), deployment_config("shop")
    )

    assert "svc/b - port 8080\n  dc/shop, as above\n" in page


def test_a_deployment_behind_no_service_stands_alone_st_1() -> None:
    page = told(deployment("job", "quay.io/example/job:1", generation=3))

    assert (
        "\ndeploy/job deploys quay.io/example/job:1\n  deployment has 1 of 1 pods ready\n" in page
    )


def test_a_service_leads_nowhere_without_a_selector() -> None:
    page = told(service("elsewhere", selector={}), deployment_config("shop"))

    assert "svc/elsewhere - port 8080\n\n" in page


def test_a_service_tells_its_ports() -> None:
    ports = [{"port": 80, "targetPort": 8080}, {"port": 53, "protocol": "UDP"}]

    assert "svc/web - headless ports 80 -> 8080, 53/udp\n" in told(
        service("web", address="None", ports=ports)
    )


def test_a_service_may_stand_for_a_name() -> None:
    page = told(service("db", type="ExternalName", externalName="db.example.org"))

    assert "svc/db - stands for db.example.org\n" in page


def test_pods_of_nobody_are_told_st_1() -> None:
    page = told(pod("tool"), pod("broken", "Failed"), pod("new", ""))

    assert "pod/tool runs quay.io/example/tool:1\n" in page
    assert "pod/broken runs quay.io/example/tool:1 (failed)\n" in page
    assert "pod/new runs quay.io/example/tool:1 (not started)\n" in page


def test_pods_of_builds_and_of_deployments_are_not_told() -> None:
    owner = {"kind": "ReplicaSet", "name": "web", "uid": "1", "controller": True}

    page = told(
        pod("shop-1-build", labels={"openshift.io/build.name": "shop-1"}),
        pod("web-1", ownerReferences=[owner]),
    )

    assert "pod/" not in page


def test_streams_that_nobody_uses_are_named() -> None:
    page = told(stream("old", "latest"), stream("used", "1"), build_config("a", on="used:1"))

    assert "Image streams that nothing here builds or deploys: is/old\n" in page


def test_problems_are_counted_and_warnings_told_when_asked_for_st_5() -> None:
    project = (stream("base"), build_config("shop", to="gone:latest", on="base:1"))

    short, long = told(*project), told(*project, suggests=True)

    assert "1 error, 1 warning: 'slipcast status -v' tells what to do.\n" in short
    assert "Warnings:" not in short
    assert "try:" not in short
    assert "\nWarnings:\n  * bc/shop builds from istag/base:1" in long
    assert "\n    try: slipcast create imagestream gone\n" in long
    assert "tells what to do" not in long


def test_applications_and_how_to_take_one_away_are_named_up_25() -> None:
    one, two = told(stream("shop")), told(stream("shop"), stream("blog"))

    assert "'slipcast delete app shop' takes all of this application away.\n" in one
    assert "'slipcast delete app NAME' takes an application away: blog, shop.\n" in two


def test_what_may_not_be_read_is_said_and_the_rest_is_told() -> None:
    asked = Asked(
        now=NOW, server=SERVER, namespace=SHOP, unread=[("pods", "pods is forbidden to ada")]
    )

    text = page(known(service("web")), asked)

    assert "svc/web" in text
    assert "Not looked at: pods.\n  * pods is forbidden to ada\n" in text


def test_a_project_of_which_not_all_is_read_is_not_called_empty() -> None:
    asked = Asked(now=NOW, server=SERVER, namespace=SHOP, unread=[("pods", "forbidden")])

    assert "There are no" not in page(known(), asked)


def test_all_projects_are_told_one_after_another_st_5() -> None:
    asked = Asked(now=NOW, server=SERVER)

    text = page(known(service("web"), build_config("web", to="gone:1")), asked)

    assert text.startswith(f"All projects on server {SERVER}\n\nIn project shop\n\n  svc/web")
    assert "  Errors:\n    * bc/web pushes to istag/gone:1" in text


def test_nothing_that_objects_say_moves_a_cursor() -> None:
    assert "\x1b" not in told(build_config("a", source={"git": {"uri": "https://x/\x1b[2J"}}))


def test_of_all_projects_those_with_nothing_in_them_are_left_out() -> None:
    asked = Asked(now=NOW, server=SERVER)

    text = page(known(), asked)

    assert "In project shop" not in text
    assert "There are no services" in text
