"""The printed form on A4 pages: first page with issuer and authorisation, lines over as many pages as they need."""

import io
import threading
from collections.abc import Sequence
from typing import Any

from PIL import UnidentifiedImageError
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    Image,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from caravana.kit.edocument.ride.form import (
    Authorised,
    Column,
    NotPrintable,
    Pair,
    Paper,
    Section,
    environment_word,
    shown_columns,
)
from caravana.kit.edocument.ride.paper import read_paper
from caravana.kit.edocument.ride.style import (
    ACCENT,
    BOLD,
    BOX,
    CODE,
    FAINT,
    GRID,
    INK,
    LABEL,
    MARGIN,
    NAME,
    NOTE,
    PLAIN,
    RIGHT,
    SOFT,
    STRONG,
    STRONG_RIGHT,
    TITLE,
    WARN,
    cut,
    escaped,
    printable,
)

WIDTH = A4[0] - 2 * MARGIN
GAP = 8.0
LEFT = WIDTH * 0.47
HIGHEST = 480.0
"""Points: what is lower stands side by side with the totals, what is higher below them."""
BEGIN = 60.0
"""Points that must be left below a block of pairs, so that its table begins on the same page."""
_ONE_AT_A_TIME = threading.Lock()
"""Reportlab keeps its fonts for the whole process, and forms are made in several threads."""
TEST_LEGEND = "AMBIENTE DE PRUEBAS: DOCUMENTO SIN VALIDEZ TRIBUTARIA"
PENDING = "PENDIENTE DE AUTORIZACIÓN"


def ride(content: bytes, authorised: Authorised | None = None, *, logo: bytes | None = None) -> bytes:
    """Return the printed form (PDF) of a document of the SRI.

    `content`: its XML, or the SRI's wrapper around it; `authorised`: what the SRI said, where the wrapper does not; `logo`: a PNG
    or JPEG. Raises `NotPrintable`.
    """
    paper = read_paper(content, authorised)
    out = io.BytesIO()
    with _ONE_AT_A_TIME:
        _Document(out, paper).build(_story(paper, logo), canvasmaker=_Counted)
    return out.getvalue()


class _Counted(Canvas):  # type: ignore[misc]  # reportlab has no types
    """A canvas that knows at the end how many pages there are, and writes it on each."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._finished: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 -- reportlab's name
        """Put the page by."""
        self._finished.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Number the pages, and write the file."""
        pages = self._finished
        for number, page in enumerate(pages, 1):
            self.__dict__.update(page)
            self.setFont("Helvetica", 6.5)
            self.setFillColor(SOFT)
            self.drawRightString(A4[0] - MARGIN, MARGIN, f"Página {number} de {len(pages)}")
            super().showPage()
        super().save()


class _Document(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Two kinds of pages: the first is free, the others repeat what the document is."""

    def __init__(self, out: io.BytesIO, paper: Paper) -> None:
        title = f"{paper.title} {paper.numero}"
        super().__init__(
            out, pagesize=A4, title=title, author=printable(paper.razon_social), subject=paper.clave, invariant=1
        )
        self._paper = paper
        height = A4[1] - 2 * MARGIN - 14
        first = Frame(MARGIN, MARGIN + 14, WIDTH, height, 0, 0, 0, 0)
        later = Frame(MARGIN, MARGIN + 14, WIDTH, height - 24, 0, 0, 0, 0)
        self.addPageTemplates(
            [
                PageTemplate("first", [first], onPage=self._decorate),
                PageTemplate("later", [later], onPage=self._decorate_later),
            ]
        )

    def _decorate(self, canvas: Canvas, document: Any) -> None:
        canvas.saveState()
        if self._paper.is_test:
            canvas.setFillColor(FAINT)
            canvas.setFont("Helvetica-Bold", 92)
            canvas.translate(A4[0] / 2, A4[1] / 2)
            canvas.rotate(55)
            canvas.drawCentredString(0, -30, "PRUEBAS")
        canvas.restoreState()
        canvas.saveState()
        canvas.setFont("Helvetica", 6.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, MARGIN, f"Clave de acceso {self._paper.clave}")
        canvas.restoreState()

    def _decorate_later(self, canvas: Canvas, document: Any) -> None:
        self._decorate(canvas, document)
        canvas.saveState()
        top = A4[1] - MARGIN - 8
        canvas.setFillColor(INK)
        canvas.setFont(*BOLD)
        title = f"{self._paper.title} {self._paper.numero}"
        left = A4[0] - 2 * MARGIN - canvas.stringWidth(title) - 2 * GAP
        canvas.drawString(MARGIN, top, cut(printable(self._paper.razon_social), left, *BOLD))
        canvas.drawRightString(A4[0] - MARGIN, top, title)
        canvas.setStrokeColor(GRID)
        canvas.line(MARGIN, top - 6, A4[0] - MARGIN, top - 6)
        canvas.restoreState()


def _story(paper: Paper, logo: bytes | None) -> list[Flowable]:
    story: list[Flowable] = [NextPageTemplate("later"), _top(paper, logo)]
    if paper.is_test:
        story += [Spacer(0, GAP), _banner(TEST_LEGEND)]
    for section in paper.sections:
        story += _section(section)
    story += [Spacer(0, GAP), *_bottom(paper)]
    return story


def _top(paper: Paper, logo: bytes | None) -> Table:
    width = WIDTH - LEFT - GAP
    right, left = _authorisation(paper), _issuer(paper, logo)
    height = max(_height(_box(right, width), width), _height(_box(left, LEFT), LEFT))
    boxes = [[_box(left, LEFT, height), "", _box(right, width, height)]]
    table = Table(boxes, [LEFT, GAP, width])
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_no_padding()])
    return table


def _issuer(paper: Paper, logo: bytes | None) -> list[Flowable]:
    parts: list[Flowable] = []
    if logo is not None:
        parts += [_picture(logo), Spacer(0, GAP)]
    parts.append(Paragraph(escaped(paper.razon_social), NAME))
    if paper.nombre_comercial and paper.nombre_comercial != paper.razon_social:
        parts.append(Paragraph(escaped(paper.nombre_comercial), STRONG))
    parts.append(Spacer(0, 4))
    parts += [
        Paragraph(f"<b>{escaped(name)}:</b> {escaped(told)}" if name else f"<b>{escaped(told)}</b>", PLAIN)
        for name, told in paper.legends
    ]
    return parts


def _picture(logo: bytes) -> Image:
    """The logo, as large as fits. Raises `NotPrintable` when it is no picture."""
    try:
        width, height = ImageReader(io.BytesIO(logo)).getSize()
    except (OSError, UnidentifiedImageError) as error:
        raise NotPrintable("the logo is no picture") from error
    scale = min((LEFT - 20) / width, 64 / height)
    return Image(io.BytesIO(logo), width * scale, height * scale, hAlign="LEFT")


def _authorisation(paper: Paper) -> list[Flowable]:
    width = WIDTH - LEFT - GAP
    told = paper.authorised
    moment = told.moment if told is not None else PENDING
    number = (told.number if told is not None else None) or paper.clave
    parts: list[Flowable] = [
        Paragraph(f"R.U.C.: {escaped(paper.ruc)}", STRONG),
        Paragraph(escaped(paper.title), TITLE),
        Paragraph(f"No. {escaped(paper.numero)}", STRONG),
        Spacer(0, 4),
        *_named("Número de autorización", number),
        *_named("Fecha y hora de autorización", moment),
        _halves(_named("Ambiente", environment_word(paper)), _named("Emisión", "NORMAL"), width - 12),
        Paragraph("Clave de acceso", LABEL),
        Spacer(0, 3),
        _barcode(paper.clave, width - 12),
        Paragraph(paper.clave, CODE),
    ]
    return parts


def _named(name: str, text: str) -> list[Flowable]:
    return [Paragraph(escaped(name), LABEL), Paragraph(escaped(text), PLAIN)]


def _halves(left: list[Flowable], right: list[Flowable], width: float) -> Table:
    table = Table([[left, right]], [width / 2, width / 2])
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_no_padding()])
    return table


def _barcode(clave: str, width: float) -> Code128:
    """Code 128 as wide as the box; its quiet zones are within the width."""
    probe = Code128(clave, barWidth=1, quiet=True, lquiet=10, rquiet=10)
    unit = width / probe.width
    return Code128(clave, barWidth=unit, barHeight=38, quiet=True, lquiet=10 * unit, rquiet=10 * unit)


def _banner(text: str) -> Table:
    table = Table([[Paragraph(escaped(text), WARN)]], [WIDTH])
    table.setStyle([("BOX", (0, 0), (-1, -1), 0.8, WARN.textColor), ("TOPPADDING", (0, 0), (-1, -1), 1)])
    return table


def _box(parts: list[Flowable], width: float, height: float | None = None) -> Table:
    table = Table([[parts]], [width], [height])
    table.setStyle(BOX)
    return table


def _section(section: Section) -> list[Flowable]:
    parts: list[Flowable] = []
    if section.pairs:
        pairs = _pairs(section.pairs)
        parts += [CondPageBreak(_height(pairs, WIDTH) + BEGIN), Spacer(0, GAP), pairs]
    if section.columns:
        parts += [Spacer(0, GAP), _lines(section)]
    return parts


def _pairs(pairs: Sequence[Pair]) -> Table:
    """Labels and texts in two columns; one that is long, or alone, has the whole width."""
    rows: list[list[Any]] = []
    spans: list[tuple[Any, ...]] = []
    waiting: list[list[Flowable]] = []
    for name, text in pairs:
        cell = _named(name, text)
        if len(text) > 60:
            rows += [[one, ""] for one in (*waiting, cell)]
            spans.append(("SPAN", (0, len(rows) - 1), (1, len(rows) - 1)))
            waiting = []
            continue
        waiting.append(cell)
        if len(waiting) == 2:
            rows.append(list(waiting))
            waiting = []
    rows += [[one, ""] for one in waiting]
    table = Table(rows, [WIDTH * 0.6, WIDTH * 0.4])
    inside = (
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    )
    table.setStyle([("BOX", (0, 0), (-1, -1), 0.6, GRID), *inside, *spans])
    return table


def _lines(section: Section) -> Table:
    columns, rows = shown_columns(section)
    total = sum(one.share for one in columns)
    head = [Paragraph(escaped(one.title), STRONG_RIGHT if one.align == "right" else STRONG) for one in columns]
    cells = [[_cell(text, column) for text, column in zip(row, columns, strict=True)] for row in rows]
    table = Table([head, *cells], [WIDTH * one.share / total for one in columns], repeatRows=1)
    table.setStyle(_table_style())
    return table


def _cell(text: str, column: Column) -> list[Flowable]:
    told, _, note = text.partition("\n") if column.noted else (text, "", "")
    parts: list[Flowable] = [Paragraph(escaped(told), RIGHT if column.align == "right" else PLAIN)]
    return [*parts, Paragraph(escaped(note), NOTE)] if note else parts


def _table_style() -> list[tuple[Any, ...]]:
    everywhere = (0, 0), (-1, -1)
    return [
        ("VALIGN", *everywhere, "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), ACCENT),
        ("BOX", *everywhere, 0.6, GRID),
        ("LINEBELOW", *everywhere, 0.4, GRID),
        ("TOPPADDING", *everywhere, 2),
        ("BOTTOMPADDING", *everywhere, 3),
        ("LEFTPADDING", *everywhere, 4),
        ("RIGHTPADDING", *everywhere, 4),
    ]


def _bottom(paper: Paper) -> list[Flowable]:
    """Totals at the right; beside them, or below where they are too long for that, what else is told."""
    left = [one for one in (_additional(paper, LEFT), _payments(paper, LEFT)) if one is not None]
    if not paper.totals:
        wide = _additional(paper, WIDTH)
        return [wide] if wide is not None else []
    totals = _totals(paper.totals)
    if sum(_height(one, LEFT) for one in left) > HIGHEST:
        wide = _additional(paper, WIDTH)
        others = [one for one in (_payments(paper, LEFT), wide) if one is not None]
        return [_aside([], totals), *(part for one in others for part in (Spacer(0, GAP), one))]
    return [_aside([part for one in left for part in (one, Spacer(0, GAP))], totals)]


def _aside(left: list[Flowable], right: Table) -> Table:
    table = Table([[left or "", "", right]], [LEFT, GAP, WIDTH - LEFT - GAP])
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_no_padding()])
    return table


def _height(part: Table, width: float) -> float:
    found: float = part.wrap(width, 10_000)[1]
    return found


def _additional(paper: Paper, width: float) -> Table | None:
    if not paper.additional:
        return None
    rows = [[Paragraph(escaped(name), STRONG), Paragraph(escaped(text), PLAIN)] for name, text in paper.additional]
    return _listed("Información adicional", rows, [width * 0.32, width * 0.68])


def _payments(paper: Paper, width: float) -> Table | None:
    if not paper.payments:
        return None
    rows = [
        [Paragraph(escaped(word), PLAIN), Paragraph(escaped(amount), RIGHT), Paragraph(escaped(term), RIGHT)]
        for word, amount, term in paper.payments
    ]
    head = ("Forma de pago", "Valor", "Plazo")
    return _listed(head, rows, [width * 0.58, width * 0.2, width * 0.22])


def _listed(title: str | Sequence[str], rows: list[list[Flowable]], widths: list[float]) -> Table:
    if isinstance(title, str):
        head: list[Any] = [Paragraph(escaped(title), STRONG), *[""] * (len(widths) - 1)]
        spans = [("SPAN", (0, 0), (-1, 0))]
    else:
        head = [Paragraph(escaped(one), STRONG if place == 0 else STRONG_RIGHT) for place, one in enumerate(title)]
        spans = []
    table = Table([head, *rows], widths, hAlign="LEFT", repeatRows=1)
    table.setStyle([*_table_style(), *spans])
    return table


def _totals(totals: Sequence[Pair]) -> Table:
    width = WIDTH - LEFT - GAP
    last = len(totals) - 1
    rows = [
        [
            Paragraph(escaped(name), STRONG if place == last else PLAIN),
            Paragraph(escaped(text), STRONG_RIGHT if place == last else RIGHT),
        ]
        for place, (name, text) in enumerate(totals)
    ]
    table = Table(rows, [width * 0.7, width * 0.3])
    table.setStyle([*_table_style()[2:], ("BACKGROUND", (0, last), (-1, last), ACCENT)])
    return table


def _no_padding() -> list[tuple[Any, ...]]:
    names = ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
    return [(name, (0, 0), (-1, -1), 0) for name in names]


__all__ = ["PENDING", "TEST_LEGEND", "ride"]
