"""Keys for a virtual ward's nodes, drawn and enrolled as `wardbell provision` does it.

Anew for each life of the ward: its nodes' counters begin at 1, and a key must never see a counter twice.
"""

import dataclasses
from pathlib import Path

from wardbell_gateway import enrolment
from wardbell_gateway.enrolment import Wanted
from wardbell_gateway.registry import read_registry
from wardbell_simulator.plan import NodePlan, WardPlan
from wardbell_simulator.sim_command import write_registry

LEGACY_BED = "201-1"  # keeps its remote without a key, so that the mark of an unauthenticated call is seen


def with_keys(plan: WardPlan, registry: Path) -> WardPlan:
    """The same ward with a key in each of its nodes that the registry knows, but one; it is written where it is none yet."""
    write_registry(plan, registry)
    known = {station.station_id for station in read_registry(registry).stations} - {LEGACY_BED}
    nodes = [_with_key(node, registry) if node.station_id in known else node for node in plan.nodes]
    return dataclasses.replace(plan, nodes=tuple(nodes))


def _with_key(node: NodePlan, registry: Path) -> NodePlan:
    station = enrolment.enrol(registry, Wanted(node.room, node.bed, node.station_id, has_key=True))
    return dataclasses.replace(node, node_id=station["node_id"], key=station["key"])
