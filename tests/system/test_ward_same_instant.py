"""Two residents press in the same moment: their words collide on the ether, and both calls arrive as a rule."""

import random
from dataclasses import replace

from wardbell_simulator.plan import WardPlan, default_plan
from wardbell_simulator.ward import Ward

N_PAIRS = 40


def _open_calls(seed: int) -> int:
    chance = random.Random(seed)
    nodes = [
        replace(
            node, alpha_us=87.5, address="".join(chance.choices("01F", k=8)), clock_error=chance.uniform(-0.03, 0.03)
        )
        for node in default_plan().nodes[:2]
    ]
    plan = WardPlan(nodes=tuple(nodes))
    with Ward(plan, seed=seed, is_cpython=True, has_host=False) as ward:
        ward.run_for_ms(1_000)
        for node in nodes:
            ward.press(node.station_id)
        ward.run_for_ms(3_000)
        first = ward.lcd_lines[0]
        return int(first.rpartition("/")[2]) if "/" in first else 0


def test_two_presses_at_the_same_instant_both_arrive_as_a_rule() -> None:
    n_open = [_open_calls(seed) for seed in range(N_PAIRS)]
    assert n_open.count(2) > N_PAIRS * 2 // 3
    assert n_open.count(0) < N_PAIRS // 4
