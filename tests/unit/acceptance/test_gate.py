"""What must be agreed to, and what a run takes for itself: all pure."""

import dataclasses
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from itertools import combinations

import pytest

from network.acceptance import steps
from network.acceptance.gate import Standing, most, refusals, versions
from network.acceptance.ranges import NoRangeError, free, taken
from network.acceptance.run import ID, Ranges, Run, is_of, name_of, new_id, run_of
from network.acceptance.stack import config
from network.acceptance.things import Belongings, Thing, belongings, runs_in
from network.config.load import check
from network.config.offers import VERSIONS
from network.config.ranges import RESERVED_FOR_VPCS, RESERVED_IN_REGION
from network.plan import build
from network.plan.model.names import environment_name
from tests.stacks import handed
from tests.unit.acceptance.others import RUN, SIMILAR

BEGIN = datetime(2026, 12, 1, 12, tzinfo=UTC)
END = BEGIN + timedelta(hours=3)
THERE = Standing(
    team="4f7c", team_name="Platform", droplet_limit=25, droplets=3, prices={"s-2vcpu-4gb": 24.0},
    zones=["test.webgrip.nl"], default_vpcs=["ams3"], versions=VERSIONS,
)  # fmt: skip
COST = most(24, BEGIN, END)


def run(**changes: object) -> Run:
    given = Run(
        RUN, "4f7c", "ams3", "test.webgrip.nl", "platform@webgrip.nl", free([]), "1.35.4-do.0", "1.36.4-do.0",
        (), BEGIN.isoformat(), END.isoformat(), COST,
    )  # fmt: skip
    return dataclasses.replace(given, **changes)


def refused(there: Standing = THERE, /, **changes: object) -> list[str]:
    agreed: dict[str, object] = {
        "team": "4f7c", "dollars": COST, "begin": BEGIN, "until": END, "region": "ams3",
        "test_zone": "test.webgrip.nl",
    }  # fmt: skip
    return [str(each) for each in refusals(there, **{**agreed, **changes})]  # pyright: ignore[reportArgumentType]


def test_who_agrees_to_everything_is_let_through() -> None:
    assert refused() == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"team": None}, "team Platform, 4f7c"),
        ({"team": "5a5a"}, "in no other"),
        ({"dollars": None}, f"agree to it by --dollars {COST}"),
        ({"dollars": "0.01"}, f"at most {COST} dollars"),
        ({"dollars": f"{COST}0"}, f"at most {COST} dollars"),
        ({"until": None}, "--until is not given"),
        ({"until": BEGIN - timedelta(hours=1)}, "1 h to 24 h ahead"),
        ({"until": BEGIN + timedelta(hours=25)}, "1 h to 24 h ahead"),
        ({"test_zone": "other.webgrip.nl"}, "test.webgrip.nl"),
        ({"region": "blr1"}, "no default VPC yet"),
    ],
)
def test_each_thing_that_is_not_agreed_to_is_refused_with_what_helps(
    changes: dict[str, object], says: str
) -> None:
    (told,) = refused(**changes)
    assert says in told


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"prices": {}}, "does not offer s-2vcpu-4gb"),
        ({"droplets": 22}, "22 Droplets, and may have 25"),
        ({"versions": ["1.36.4-do.0"]}, "two that follow each other"),
        ({"versions": ["1.36.4-do.0", "1.34.5-do.0"]}, "two that follow each other"),
    ],
)
def test_an_account_that_cannot_take_the_run_is_refused(changes: dict[str, object], says: str) -> None:
    (told,) = refused(dataclasses.replace(THERE, **changes))
    assert says in told


def test_the_sum_is_all_nodes_and_load_balancers_for_the_whole_time_and_an_hour() -> None:
    # Four nodes at 24, load balancers at 12 and 15 dollars a month of 672 hours, for four hours.
    assert most(24, BEGIN, END) == "0.74"
    assert float(most(24, BEGIN, END)) >= (4 * 24 + 12 + 15) * 4 / 672
    assert most(24, BEGIN, END + timedelta(minutes=1)) == most(24, BEGIN, END + timedelta(hours=1))


def test_a_run_begins_with_the_newest_version_that_can_be_raised() -> None:
    assert versions(VERSIONS) == ("1.35.4-do.0", "1.36.4-do.0")
    assert versions(["1.37.0-do.0", "1.36.4-do.0"]) is None, "the charts do not know 1.37"


def test_the_smallest_stack_is_one_that_the_program_takes() -> None:
    layers = {key: each for key, each in config(run()).items() if key.startswith("network:")}
    checked = check(handed(layers))
    assert not checked.problems
    assert checked.config is not None
    assert environment_name(checked.config) == run().name
    cluster = build(checked.config).cluster.cluster
    assert cluster.arguments["ha"] is False
    assert cluster.arguments["destroy_all_associated_resources"] is True
    assert not cluster.protect
    assert f"environment:{run().environment}" in cluster.arguments["tags"]
    assert [zone.name for zone in build(checked.config).external.zones] == [run().zone]


def test_ranges_are_free_of_everything_in_the_account() -> None:
    used = [IPv4Network("172.16.0.0/14"), IPv4Network("172.20.0.0/16")]
    found = [IPv4Network(each) for each in dataclasses.astuple(free(used))]
    reserved = [*RESERVED_FOR_VPCS, *(each for ranges in RESERVED_IN_REGION.values() for each in ranges)]
    assert not any(one.overlaps(other) for one, other in combinations(found, 2))
    assert not any(one.overlaps(other) for one in found for other in (*used, *reserved))


def test_an_account_without_a_free_range_is_told() -> None:
    with pytest.raises(NoRangeError, match="leave no /20 free"):
        free([IPv4Network("172.16.0.0/12"), IPv4Network("10.0.0.0/8")])


def test_clusters_take_their_ranges_as_well() -> None:
    cluster = {"cluster_subnet": "172.16.0.0/20", "service_subnet": "172.16.16.0/22"}
    used = taken([{"ip_range": "10.0.0.0/16"}], [cluster, {"cluster_subnet": "", "service_subnet": None}])
    assert list(map(str, used)) == ["10.0.0.0/16", "172.16.0.0/20", "172.16.16.0/22"]
    assert free(used).vpc == "172.16.32.0/20"


def test_a_range_of_pods_can_be_chosen() -> None:
    assert free([], pods="10.244.0.0/16") == Ranges("172.16.0.0/20", "10.244.0.0/16", "172.16.16.0/22")


def test_a_run_is_written_down_and_read_again() -> None:
    assert Run.of(run(api_from=("192.0.2.0/24",)).as_dict()) == run(api_from=("192.0.2.0/24",))


def test_ids_are_like_no_word_and_no_other() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(ID.fullmatch(each) and not each.isalpha() for each in ids)


def test_names_almost_like_a_run_s_are_none() -> None:
    for name in SIMILAR:
        assert not is_of(name, RUN), name
    assert is_of(name_of(RUN), RUN)
    assert is_of(f"{name_of(RUN)}-vpn", RUN)


def test_a_run_is_found_by_what_has_its_name() -> None:
    things = [Thing("VPC", name, name) for name in SIMILAR]
    assert runs_in(things) == [f"{RUN[:-1]}7"], "another run"
    assert run_of("network-accept-management") is None
    assert runs_in([Thing("zone", "z", f"accept-{RUN}.test.webgrip.nl")]) == [RUN]


def test_a_thing_is_a_run_s_by_what_it_is_part_of() -> None:
    cluster = Thing("cluster", "c1", name_of(RUN))
    droplet = Thing("Droplet", "7", f"{name_of(RUN)}-vpn")
    known = belongings(RUN, [cluster, droplet])
    assert known.has(Thing("volume", "v", "pvc-1", tags=("k8s:c1",)))
    assert known.has(Thing("reserved address", "192.0.2.1", "192.0.2.1", within=("7",)))
    assert known.has(Thing("tag", "k8s:c1", "k8s:c1"))
    assert not known.has(Thing("volume", "v", "pvc-1", tags=("k8s:c2",)))
    assert not known.has(Thing("tag", "network", "network", empty=True)), "nobody knows whose it is"


def test_a_shared_tag_is_a_run_s_only_if_it_is_new_and_holds_nothing() -> None:
    known = Belongings(RUN, before={})
    assert known.has(Thing("tag", "network", "network", empty=True))
    assert not known.has(Thing("tag", "network", "network", empty=False))
    assert not Belongings(RUN, before={("tag", "network"): ""}).has(
        Thing("tag", "network", "network", empty=True)
    )


def test_a_killed_run_goes_on_with_the_step_that_it_had_begun() -> None:
    done = steps.NAMES[:5]
    assert steps.to_do([*done, steps.NAMES[5]], done)[0].name == steps.NAMES[5]


def test_a_run_that_had_begun_to_clean_up_does_nothing_else() -> None:
    done = [*steps.NAMES[:5], "destroy"]
    assert [step.name for step in steps.to_do(done, done)] == ["destroy", "sweep", "equal"]
    swept = steps.to_do([*steps.NAMES[:5], "sweep"], steps.NAMES[:5])
    assert [step.name for step in swept] == ["destroy", "sweep", "equal"]


def test_nothing_is_made_before_what_is_there_is_written_down() -> None:
    makes = [step.name for step in steps.STEPS if step.leaves]
    assert steps.NAMES.index("snapshot") < min(map(steps.NAMES.index, makes))
