"""What namespaces, events and leases may say."""

from slipcast.api.coordination import Lease
from slipcast.api.core import Event, Namespace
from slipcast.api.validity.others import event, lease, namespace
from verdicts import of


def test_who_ends_a_namespace_has_a_name() -> None:
    wrong = of(namespace, Namespace, spec={"finalizers": ["kubernetes", "a b"]})

    assert wrong == ["spec.finalizers Invalid"]


def test_an_event_is_where_its_object_is() -> None:
    metadata = {"namespace": "shop"}

    there = of(event, Event, metadata=metadata, involvedObject={"namespace": "shop"})
    elsewhere = of(event, Event, metadata=metadata, involvedObject={})

    assert there == []
    assert elsewhere == ["involvedObject.namespace Invalid"]


def test_a_lease_is_held_by_somebody_for_some_time() -> None:
    spec = {"holderIdentity": "", "leaseDurationSeconds": 0, "leaseTransitions": -1}

    assert of(lease, Lease, spec=spec) == [
        "spec.holderIdentity Required",
        "spec.leaseDurationSeconds Invalid",
        "spec.leaseTransitions Invalid",
    ]
    assert of(lease, Lease) == []
