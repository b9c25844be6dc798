"""The call centre's open contacts, as a table."""

from wardbell_console.centre_view import Entry
from wardbell_console.centre_wording import entry_cells
from wardbell_console.language import Language
from wardbell_console.widgets.cells import line
from wardbell_console.widgets.line import Line

_FIXED = (("mark", 5), ("place", 9), ("kind", 13), ("age", 6))


class ContactBoard(Line):
    """One line a contact."""

    def show(self, entries: list[Entry], language: Language, now_ms: int, operator: str) -> None:
        """Draw these contacts."""
        if not entries:
            self.put(f"{language.text('operator.contacts')}\n{language.text('operator.no_contacts')}")
            return
        width = self.content_size.width
        layout = [*_FIXED, ("state", max(10, width - sum(size + 1 for _, size in _FIXED)))]
        head = line({name: language.text(f"column.{name}") for name, _ in layout}, layout)
        lines = [line(entry_cells(language, entry, now_ms, operator), layout) for entry in entries]
        self.put("\n".join([head, *lines]))
