"""Which steps of an escalation are due: a pure function of the call's recorded times.

Nobody keeps a timer that a crash can lose. The console, the headless escalator and the call centre's watcher
all ask the same question of the same call and get the same answer; the call centre takes each (call_id, step,
loop) once.
"""

from wardbell_protocol.calls.call import ACKNOWLEDGED, ATTENDED, PLACED, Call
from wardbell_protocol.calls.signals import FAULT, KINDS, ORIGIN_ONLY
from wardbell_protocol.errors import ConfigError

FORWARD = "forward"  # to the stations where staff are, the neighbour wards' consoles
ALL_STATIONS = "all_stations"  # to every console of the house
CALL_CENTRE = "call_centre"  # opens a contact at the main call centre
STEP_NAMES = (FORWARD, CALL_CENTRE, ALL_STATIONS)
# A step keeps its number whatever the policy's order, so that a policy edited while a call is open cannot make one step pass
# for another that was taken.
STEP_NUMBER = {name: number for number, name in enumerate(STEP_NAMES, 1)}

MAX_AFTER_S = 3600

_POLICY_KEYS = ("steps", "reraise_s", "reraise_attended_s")


class StepDue:
    """One rung that has been reached. `step` is STEP_NUMBER of its name; `loop` is the call's."""

    def __init__(self, call_id: str, step: int, name: str, loop: int, due_at_ms: int) -> None:
        self.call_id = call_id
        self.step = step
        self.name = name
        self.loop = loop
        self.due_at_ms = due_at_ms

    @property
    def key(self) -> "tuple[str, int, int]":
        """What makes the step unique in the call centre's store."""
        return (self.call_id, self.step, self.loop)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StepDue) and (self.key, self.name, self.due_at_ms) == (
            other.key,
            other.name,
            other.due_at_ms,
        )

    def __repr__(self) -> str:
        return f"StepDue({self.call_id!r}, {self.step}, {self.name!r}, loop={self.loop}, due_at_ms={self.due_at_ms})"


class EscalationPolicy:
    """The ladder of one kind of call, as data.

    Args:
        steps: (name of the step, seconds after the call was raised), in time order.
        reraise_s: an acknowledged call that nobody clears rings again after this; 0 = never.
        reraise_attended_s: the same for a call with staff at the bed, who may need long; 0 = never.
    """

    def __init__(self, steps: "list[tuple[str, int]]", reraise_s: int = 180, reraise_attended_s: int = 900) -> None:
        self.steps = list(steps)
        self.reraise_s = reraise_s
        self.reraise_attended_s = reraise_attended_s

    def due(self, call: Call, now_ms: int) -> "list[StepDue]":
        """All steps of the present round that have been reached; empty once somebody answered."""
        return [step for step in self._round(call) if step.due_at_ms <= now_ms]

    def next_step(self, call: Call, now_ms: int) -> "StepDue | None":
        """The next rung above, for countdowns and deadlines."""
        for step in self._round(call):
            if step.due_at_ms > now_ms:
                return step
        return None

    def reraise_at_ms(self, call: Call) -> "int | None":
        """When an answered call rings again, or None."""
        if call.status == ACKNOWLEDGED and call.acknowledged_at_ms is not None and self.reraise_s:
            return call.acknowledged_at_ms + self.reraise_s * 1000
        if call.status == ATTENDED and call.attended_at_ms is not None and self.reraise_attended_s:
            return call.attended_at_ms + self.reraise_attended_s * 1000
        return None

    def _round(self, call: Call) -> "list[StepDue]":
        if call.status != PLACED:
            return []
        return [
            StepDue(call.call_id, STEP_NUMBER[name], name, call.loop, call.raised_at_ms + after_s * 1000)
            for name, after_s in self.steps
        ]

    def to_record(self) -> "dict[str, object]":
        """Plain data for the registry and the bus."""
        return {
            "steps": [[name, after_s] for name, after_s in self.steps],
            "reraise_s": self.reraise_s,
            "reraise_attended_s": self.reraise_attended_s,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EscalationPolicy) and self.to_record() == other.to_record()


def default_policies() -> "dict[str, EscalationPolicy]":
    """The ladders of a ward that says nothing.

    Forward 30 s, call centre 60 s (urgent) or 180 s (normal), all stations 300 s, re-raise 180 s.
    Source: timers of shipping systems (Tunstall Flamenco 30 s and 3 min, Concento 5 min; UK TSA 60 s / 180 s).
    """
    policies = {}
    for kind in KINDS:
        centre_s = 60 if kind in ORIGIN_ONLY else 180
        policies[kind] = EscalationPolicy([(FORWARD, 30), (CALL_CENTRE, centre_s), (ALL_STATIONS, 300)])
    policies[FAULT] = EscalationPolicy([], 0, 0)  # a technical fault is shown until it is mended; it calls nobody out
    return policies


def policies_from_record(record: object, file: str = "", key: str = "policies") -> "dict[str, EscalationPolicy]":
    """Policies by kind; kinds, and items of a kind, that the record leaves out keep the defaults.

    Raises:
        ConfigError: naming file, key and remedy.
    """
    policies = default_policies()
    if not isinstance(record, dict):
        raise ConfigError(file, key, "give an object: kind of call -> policy")
    for kind, item in record.items():
        if kind not in KINDS:
            raise ConfigError(file, f"{key}.{kind}", "use one of " + ", ".join(KINDS))
        policies[kind] = _policy_from_record(item, policies[kind], file, f"{key}.{kind}")
    return policies


def _policy_from_record(item: object, default: EscalationPolicy, file: str, key: str) -> EscalationPolicy:
    if not isinstance(item, dict):
        raise ConfigError(file, key, 'give {"steps": [["forward", 30], ...], "reraise_s": 180}')
    for name in item:
        if name not in _POLICY_KEYS:  # a slip of the pen must not leave a ward without its steps
            raise ConfigError(file, f"{key}.{name}", "no such key; use " + ", ".join(_POLICY_KEYS))
    steps = item.get("steps", default.steps)
    if not isinstance(steps, list):
        raise ConfigError(file, key + ".steps", 'give a list of [step, seconds], like ["forward", 30]')
    checked = [_step_from_record(step, file, f"{key}.steps[{index}]") for index, step in enumerate(steps)]
    for earlier, later in zip(checked, checked[1:]):
        if later[1] < earlier[1]:
            raise ConfigError(file, key + ".steps", "put the steps in the order of their seconds")
    if len({name for name, _ in checked}) < len(checked):
        raise ConfigError(file, key + ".steps", "give each step once")
    reraise_s = _seconds(item.get("reraise_s", default.reraise_s), file, key + ".reraise_s")
    attended_s = _seconds(item.get("reraise_attended_s", default.reraise_attended_s), file, key + ".reraise_attended_s")
    return EscalationPolicy(checked, reraise_s, attended_s)


def _step_from_record(step: object, file: str, key: str) -> "tuple[str, int]":
    if not isinstance(step, (list, tuple)) or len(step) != 2 or step[0] not in STEP_NAMES:
        raise ConfigError(file, key, "give [step, seconds] with a step of " + ", ".join(STEP_NAMES))
    return str(step[0]), _seconds(step[1], file, key)


def _seconds(value: object, file: str, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_AFTER_S:
        raise ConfigError(file, key, f"give whole seconds from 0 to {MAX_AFTER_S}")
    return value
