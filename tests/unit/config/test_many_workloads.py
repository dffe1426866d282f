"""What is compared among an application's workloads is looked up, for there may be thousands."""

from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from network.config.applications.application import Application
from network.config.applications.workloads import Workload

_LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"), min_size=1)


def _application(labels: list[dict[str, str]]) -> Application:
    workloads = {f"w{index}": Workload.model_construct(labels=each) for index, each in enumerate(labels)}
    return Application.model_construct(workloads=workloads)


@given(st.lists(_LABELS, max_size=8))
def test_workloads_that_select_each_other_s_pods_are_those_that_comparing_all_finds(
    labels: list[dict[str, str]],
) -> None:
    found = [(each.location[1], each.rule) for each in _application(labels).selector_findings()]
    pairs = {
        one: [other for other, theirs in enumerate(labels) if one != other and mine.items() <= theirs.items()]
        for one, mine in enumerate(labels)
    }
    assert found == [
        (f"w{one}", f"they select the pods of w{others[0]} too") for one, others in pairs.items() if others
    ]


def _seconds(size: int) -> float:
    application = _application([{"app": f"w{index}", "team": "shop"} for index in range(size)])
    start = process_time()
    assert not list(application.selector_findings())
    return process_time() - start


def test_ten_times_as_many_workloads_do_not_take_a_hundred_times_as_long() -> None:
    small, large = (min(_seconds(size) for _ in range(3)) for size in (300, 3000))
    assert large < 40 * max(small, 0.001)
