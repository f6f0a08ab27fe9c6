"""An ``.xlsx`` package written by hand: quick, and the same bytes for the same book."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from analysis.simulate.cells import (
    Blank,
    Book,
    Cell,
    Computed,
    ErrorCode,
    Formatted,
    NumberFormat,
    Sheet,
    column_letters,
)

_ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FORMATS = tuple(NumberFormat)
_STYLE = {number_format: i for i, number_format in enumerate(_FORMATS)}


def package(book: Book) -> bytes:
    """Encode a book."""
    texts: dict[str, int] = {}
    sheets = [_sheet(sheet, texts) for sheet in book.sheets]
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _package_relations(),
        "docProps/core.xml": _core(book.last_saved, book.author),
        "xl/workbook.xml": _workbook([sheet.name for sheet in book.sheets]),
        "xl/_rels/workbook.xml.rels": _workbook_relations(len(sheets)),
        "xl/styles.xml": _styles(),
        "xl/sharedStrings.xml": _strings(list(texts)),
    }
    for number, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, text in parts.items():
            entry = zipfile.ZipInfo(path, _ZIP_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, (_DECLARATION + text).encode())
    return buffer.getvalue()


def _content_types(sheets: int) -> str:
    overrides = [
        ("/xl/workbook.xml", f"{_SHEET_TYPE}.sheet.main+xml"),
        ("/xl/styles.xml", f"{_SHEET_TYPE}.styles+xml"),
        ("/xl/sharedStrings.xml", f"{_SHEET_TYPE}.sharedStrings+xml"),
        (
            "/docProps/core.xml",
            "application/vnd.openxmlformats-package.core-properties+xml",
        ),
    ]
    overrides += [
        (f"/xl/worksheets/sheet{i + 1}.xml", f"{_SHEET_TYPE}.worksheet+xml") for i in range(sheets)
    ]
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{p}" ContentType="{t}"/>' for p, t in overrides)
        + "</Types>"
    )


def _relations(targets: list[tuple[str, str]]) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{i}" Type="{kind}" Target="{target}"/>'
            for i, (kind, target) in enumerate(targets, 1)
        )
        + "</Relationships>"
    )


def _package_relations() -> str:
    core = f"{_PACKAGE}/relationships/metadata/core-properties"
    return _relations(
        [(f"{_OFFICE}/officeDocument", "xl/workbook.xml"), (core, "docProps/core.xml")]
    )


def _workbook_relations(sheets: int) -> str:
    targets = [(f"{_OFFICE}/worksheet", f"worksheets/sheet{i + 1}.xml") for i in range(sheets)]
    targets.append((f"{_OFFICE}/styles", "styles.xml"))
    targets.append((f"{_OFFICE}/sharedStrings", "sharedStrings.xml"))
    return _relations(targets)


def _core(saved: datetime, author: str) -> str:
    stamp = saved.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    who = escape(author)
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:creator>{who}</dc:creator><cp:lastModifiedBy>{who}</cp:lastModifiedBy>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2013-05-02T12:00:00Z</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified>'
        "</cp:coreProperties>"
    )


def _workbook(names: list[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>'
        for i, name in enumerate(names, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _styles() -> str:
    own = [f.value for f in _FORMATS if f.value[1] is not None]
    formats = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{escape(words or "", {chr(34): "&quot;"})}"/>'
        for number, words in own
    )
    cells = "".join(
        f'<xf numFmtId="{f.value[0]}" fontId="0" fillId="0" borderId="0" xfId="0" '
        'applyNumberFormat="1"/>'
        for f in _FORMATS
    )
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(own)}">{formats}</numFmts>'
        '<fonts count="1"><font><sz val="10"/><name val="Arial"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        f'</cellStyleXfs><cellXfs count="{len(_FORMATS)}">{cells}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _strings(texts: list[str]) -> str:
    items = "".join(f'<si><t xml:space="preserve">{escape(words)}</t></si>' for words in texts)
    return f'<sst xmlns="{_MAIN}" uniqueCount="{len(texts)}">{items}</sst>'


def _sheet(sheet: Sheet, texts: dict[str, int]) -> str:
    parts = [f'<worksheet xmlns="{_MAIN}"><sheetData>']
    for row, cells in sheet.ordered():
        parts.append(f'<row r="{row}">')
        parts += [_cell(f"{column_letters(column)}{row}", cell, texts) for column, cell in cells]
        parts.append("</row>")
    parts.append("</sheetData></worksheet>")
    return "".join(parts)


def _cell(address: str, cell: Cell, texts: dict[str, int]) -> str:
    if isinstance(cell, str):
        return f'<c r="{address}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
    if isinstance(cell, float | int):
        return f'<c r="{address}"><v>{_digits(cell)}</v></c>'
    if isinstance(cell, Computed):
        formula = f"<f>{escape(cell.formula.text)}</f>"
        if isinstance(cell.result, ErrorCode):
            return f'<c r="{address}" t="e">{formula}<v>{cell.result.text}</v></c>'
        return f'<c r="{address}">{formula}<v>{_digits(cell.result)}</v></c>'
    if isinstance(cell, Formatted):
        return f'<c r="{address}" s="{_STYLE[cell.format]}"><v>{_digits(cell.value)}</v></c>'
    if isinstance(cell, ErrorCode):
        return f'<c r="{address}" t="e"><v>{cell.text}</v></c>'
    if isinstance(cell, Blank):
        return f'<c r="{address}" s="{_STYLE[NumberFormat.SIX_DIGITS]}"/>'
    raise TypeError(f"not a cell: {cell!r}")


def _digits(value: float) -> str:
    return repr(float(value))
