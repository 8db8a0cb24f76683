"""The printed form that an imitated company gives: plain, readable, marked as an imitation."""

import io
from collections.abc import Sequence


def printed(title: str, lines: Sequence[tuple[str, str]], clave: str) -> bytes:
    """Return a PDF of one page: a title, `lines` of name and value, and the clave as barcode."""
    from reportlab.graphics.barcode.code128 import Code128
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    canvas.setTitle(title)
    canvas.setFont("Helvetica-Bold", 15)
    canvas.drawString(20 * mm, 272 * mm, title)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(20 * mm, 266 * mm, "Imitación para pruebas, sin validez tributaria")
    height = 254.0
    for name, value in lines:
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(20 * mm, height * mm, name)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(65 * mm, height * mm, value[:80])
        height -= 6.5
    if clave:
        Code128(clave, barWidth=0.26 * mm, barHeight=13 * mm).drawOn(canvas, 14 * mm, (height - 16) * mm)
        canvas.setFont("Helvetica", 9)
        canvas.drawCentredString(105 * mm, (height - 21) * mm, clave)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


__all__ = ["printed"]
