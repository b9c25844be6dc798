"""Calls of ours that their wards do not show any more."""

from collections.abc import Mapping

from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.clock import Now

# A call that its ward, whole again after a gap, no longer shows is closed only after this: its first event may be on its way.
ABSENT_FOR_MS = 5000


class Absences:
    """Since when each is missed. A ward that is heard with a gap tells nothing."""

    def __init__(self, ward_mirrors: WardMirrors) -> None:
        self._wards = ward_mirrors
        self._since_ms: dict[str, int] = {}

    def lasting(self, ward_of: Mapping[str, str], now: Now) -> list[str]:
        """Of those calls, each with its ward, the ones that have been missed for too long. Ask often."""
        self._since_ms = {
            call_id: self._since_ms.get(call_id, now.steady_ms)
            for call_id, ward in ward_of.items()
            if self._is_missed(call_id, ward)
        }
        return [call_id for call_id, since_ms in self._since_ms.items() if now.steady_ms - since_ms > ABSENT_FOR_MS]

    def _is_missed(self, call_id: str, ward: str) -> bool:
        mirror = self._wards.of(ward)
        return mirror is not None and not mirror.is_stale and call_id not in mirror.calls
