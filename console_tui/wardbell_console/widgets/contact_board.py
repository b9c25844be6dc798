"""The call centre's open contacts, as a table; and who works there."""

from rich.style import Style

from wardbell_console.centre_view import entry
from wardbell_console.centre_wording import agent_cells, entry_cells
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_console.view import ringing_kind
from wardbell_console.widgets.call_list import KIND_STYLES
from wardbell_console.widgets.cells import AGENTS, contact_columns, line, spread
from wardbell_console.widgets.picked_list import PickedList
from wardbell_protocol.bus.centre_payloads import AgentState, ContactState

AGENT_STYLES = {
    "ready": "green",
    "offered": "bold bright_yellow",
    "busy": "bright_cyan",
    "wrap_up": "bright_magenta",
    "not_ready": "bright_red",
}


class ContactBoard(PickedList):
    """One line a contact."""

    def show(self, contacts: list[ContactState], feed: Feed, language: Language, now_ms: int, *, is_stale: bool) -> str:
        """Draw these contacts; returns the columns' names, as wide as the rows."""
        layout = contact_columns(max(20, self.scrollable_content_region.width - 2))

        def text(at: int) -> tuple[str, Style]:
            told = entry(feed, contacts[at])
            style = _style(told.contact, is_mine=told.is_mine)
            style += Style(dim=True, italic=True) if is_stale else Style()
            return line(entry_cells(language, told, now_ms, feed.operator), layout), style

        self.put([contact.contact_id for contact in contacts], text)
        return "  " + line({name: language.text(f"column.{name}") for name, _ in layout}, layout)


class AgentBoard(PickedList):
    """One line an agent."""

    points_always = False

    def show(self, agents: list[AgentState], feed: Feed, language: Language, now_ms: int) -> str:
        """Draw these agents; returns the columns' names."""
        layout = spread(AGENTS, max(20, self.scrollable_content_region.width - 2))

        def text(at: int) -> tuple[str, Style]:
            agent = agents[at]
            style = Style.parse(AGENT_STYLES.get(agent.state, ""))
            return line(agent_cells(language, feed, agent, now_ms), layout), style

        self.put([agent.agent for agent in agents], text)
        return "  " + line({name: language.text(f"column.{name}") for name, _ in layout}, layout)


def _style(contact: ContactState, *, is_mine: bool) -> Style:
    if contact.status not in ("new", "offered"):
        return Style.parse("bold green" if is_mine else "green")
    return Style.parse(KIND_STYLES.get(ringing_kind(contact), "bold"))
