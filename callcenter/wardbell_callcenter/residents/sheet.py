"""Reads a table that people keep: CSV in the encodings that spreadsheets write, or XLSX."""

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from wardbell_protocol.errors import ConfigError

# What comes out of openpyxl, and of the zip file and the XML in it, where somebody's file is not whole.
_OF_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
_OF_XML = (InvalidFileException, LookupError, ValueError, TypeError, AttributeError, SyntaxError)
DELIMITERS = ",;\t"  # a comma; a semicolon where the comma is for decimals; a tab from the clipboard


@dataclass(frozen=True)
class Sheet:
    """`head`: the titles, as they stand there; `rows`: number in the file, from 1, and cells of each that is not empty.

    `form`: how it was read, for the person to see whether that was right.
    """

    head: list[str]
    rows: list[tuple[int, list[str]]]
    form: str


def read_sheet(file: Path) -> Sheet:
    """The first table of that file.

    Raises:
        ConfigError: it cannot be read as one; file, key and remedy.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigError(str(file), "the file", f"cannot be read: {error.strerror}; give its path") from error
    if file.suffix.lower() in (".xlsx", ".xlsm"):
        filled, form = _xlsx(raw, file), "XLSX"
    elif file.suffix.lower() == ".xls":
        raise ConfigError(str(file), "the file", "an old .xls cannot be read; save it as .xlsx or CSV")
    else:
        text, form = _decoded(raw, file)
        filled = _filled(_csv(text, file))
    if not filled:
        raise ConfigError(str(file), "the table", "it is empty; its first row names the columns")
    return Sheet(filled[0][1], filled[1:], form)


def _filled(rows: Iterable[tuple[int, Iterable[str]]]) -> list[tuple[int, list[str]]]:
    """Without empty rows, and empty cells at the end of a row: whoever formats a whole column fills nothing."""
    trimmed = ((number, _trimmed(cells)) for number, cells in rows)
    return [(number, cells) for number, cells in trimmed if cells]


def _trimmed(cells: Iterable[str]) -> list[str]:
    stripped = [cell.strip() for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _decoded(raw: bytes, file: Path) -> tuple[str, str]:
    """The text, and which encoding that was: UTF-8 where it is, else what Chinese spreadsheets write."""
    places = []
    for encoding in ("utf-16",) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            places.append(f"{encoding.removesuffix('-sig').upper()} (line {line})")
            continue
        if "\0" in text:
            raise ConfigError(str(file), "the file", "it is no text; save the table as CSV or .xlsx")
        return text, encoding.removesuffix("-sig").upper()
    raise ConfigError(str(file), "the encoding", f"it is not {' or '.join(places)}; save it as CSV UTF-8 or .xlsx")


def _csv(text: str, file: Path) -> Iterator[tuple[int, list[str]]]:
    head = text.partition("\n")[0]
    lines = io.StringIO(text, newline="")  # lines end as CSV's do: a name may hold what else Unicode calls a line's end
    reader = csv.reader(lines, delimiter=max(DELIMITERS, key=head.count), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise ConfigError(str(file), f"line {reader.line_num}", f"it is no CSV: {error}") from error


def _xlsx(raw: bytes, file: Path) -> list[tuple[int, list[str]]]:
    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and extensions, which we do not read
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            rows = book.worksheets[0].iter_rows(values_only=True)
            return _filled((number, map(_text, cells)) for number, cells in enumerate(rows, 1))
    except (*_OF_ZIP, *_OF_XML) as error:
        raise ConfigError(
            str(file), "the file", f"it is no spreadsheet that can be read ({error}); save it anew"
        ) from error


def _text(cell: Any) -> str:  # noqa: ANN401 - whatever a cell may hold
    """As the person sees it: a room is 203, not 203.0."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == cell.time().min:
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
