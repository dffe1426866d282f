"""What the proofs in the lab plant: each link of a diagnosis, and rows that a verification has."""

from network.diagnosis.causes import CODES
from network.verification import CHECKS
from tests.lab.planting import links, rows


def test_each_link_is_broken_for_real_in_the_lab() -> None:
    assert {fault.code for fault in links.FAULTS.values()} == CODES.keys()


def test_each_row_that_is_planted_in_the_lab_is_one_that_a_verification_gives() -> None:
    planted = {code for fault in rows.FAULTS.values() for code, _ in fault.rows}
    assert planted <= {check.code for check in CHECKS}
