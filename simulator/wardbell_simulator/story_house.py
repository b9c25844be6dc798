"""The house of the story: four agents, and whom a contact asks one after the other. Seconds instead of minutes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from wardbell_simulator.errors import WardError
from wardbell_simulator.house import environment

IN_THE_WARD = ("chen", "zhao")
ELSEWHERE = ("wang", "liu")
AGENTS = (*IN_THE_WARD, *ELSEWHERE)
AT_MEAL = "liu"
FORWARD_S = 4  # until a bathroom call is shown in the next ward too
RING_S = 5  # longer than a busy host takes to show who is asked

DOCUMENT: dict[str, Any] = {
    "name": {"en": "Plum Garden", "zh_CN": "梅园养老院"},
    "wards": {"east": {"name": {"en": "East", "zh_CN": "东区"}}, "west": {"name": {"en": "West", "zh_CN": "西区"}}},
    "agents": {name: {"wards": ["east"]} for name in IN_THE_WARD} | {name: {"wards": ["west"]} for name in ELSEWHERE},
    "policies": {
        "night": {
            "steps": [
                {"after_s": 0, "to": ["ward"], "strategy": "ring_all", "ring_s": 20},
                {"after_s": 20, "to": ["home"], "strategy": "longest_idle", "ring_s": RING_S},
                {"after_s": 40, "to": ["everybody"], "ring_s": 0},
            ],
            "repeat_s": 2 * RING_S,
        }
    },
    "policy_of": {"default": "night"},
    "limits": {"missed": 0},
    "codes": {
        "toilet": {"name": {"en": "Helped to the toilet", "zh_CN": "协助如厕"}},
        "drink": {"name": {"en": "Brought a drink", "zh_CN": "送水"}, "fields": ["ml"], "required": ["ml"]},
    },
    "reasons": {"meal": {"en": "Meal", "zh_CN": "用餐"}},
    "scripts": {"bathroom": {"en": ["Knock", "Look at the floor first"], "zh_CN": ["先敲门", "先看地面"]}},
}


def apply_house(home: Path) -> None:
    """Make it the call centre's, by the command that people use; WardError with what it said where it does not take it."""
    file = home / "house.json"
    file.write_text(json.dumps(DOCUMENT, ensure_ascii=False), encoding="utf-8")
    program = str(Path(sys.executable).with_name("wardbell"))
    command = [program, "house", "apply", str(file), "--home", str(home), "--by", "story"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment())
    if said.returncode:
        raise WardError(f"the house's document is not taken: {said.stdout}{said.stderr}")
