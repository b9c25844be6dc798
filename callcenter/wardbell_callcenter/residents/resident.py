"""A resident: who lives in which bed, and what one must know there first."""

from dataclasses import dataclass, field

from wardbell_protocol.bus.centre_payloads import ResidentCard


@dataclass(frozen=True, kw_only=True)
class Resident:
    """As stored. `care_level`: 0 to 9, more is more care. `key_carer`: an agent's name. `priority_class`: of the house's
    `priorities.classes`. `fields`: what else the house notes.

    `is_gone`: moved out. Kept, since contacts name him; shown nowhere.
    """

    resident_id: str
    ward: str
    room: str
    bed: str = ""
    name: str
    care_level: int = 0
    priority_class: str = ""
    key_carer: str = ""
    risks: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    is_gone: bool = False

    def to_card(self) -> ResidentCard:
        """What an agent is shown."""
        return ResidentCard(
            resident_id=self.resident_id,
            name=self.name,
            room=self.room,
            bed=self.bed,
            care_level=self.care_level,
            priority_class=self.priority_class,
            risks=list(self.risks),
            key_carer=self.key_carer,
            fields=self.fields,
        )
