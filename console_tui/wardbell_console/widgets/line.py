"""A line or block of text that is drawn only when it changed: each update lays the whole screen out anew."""

from textual.widgets import Static


class Line(Static):
    """Plain text without markup."""

    def __init__(self, id: str, classes: str = "") -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._text = ""

    def put(self, text: str) -> None:
        """Show this text."""
        if text != self._text:
            self._text = text
            self.update(text)
