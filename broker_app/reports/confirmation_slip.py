"""现场确认单: the exact text an enterprise signs on the spot, room to object, and the signature."""

from dataclasses import replace

from broker_app.reports.blocks import (
    FIGURE,
    LABEL,
    NOTE,
    UNIT,
    Frame,
    SignatureBoxes,
    Signer,
    heading,
    label,
    span_of_time,
    value,
)
from broker_app.reports.flow import MM, Block
from broker_app.reports.fonts import Face
from broker_app.reports.form import form_paper
from broker_app.reports.grid import Grid, Row
from broker_app.reports.page import Paper
from broker_app.reports.text import Align, Style, Text
from broker_app.services.sheets import PersonLine, SlipSheet

_SIGNED = Style(Face.SERIF, 12, 21, Align.JUSTIFY, indent=2)
_OBJECTIONS, _SIGNATURE = 16 * MM, 56 * MM


def compose_confirmation_slip(sheet: SlipSheet, *, duplex: bool = True) -> Paper:
    """现场确认单, ready to be set."""
    words = "签字确认的内容（以下文字即为签字所确认的全部文字）"
    met = sheet.met[0] if len(sheet.met) == 1 else PersonLine("", "", "")
    body: list[Block] = [
        _facts(sheet),
        heading(words, bookmark="签字确认的内容"),
        Frame(Text("\n".join(sheet.statement), _SIGNED), space_after=3 * MM),
        Text("请阅读后在下框内签字。如有不同意见，请在签字前写明：", replace(LABEL, align=Align.LEFT), keep=True),
        Frame(None, least=_OBJECTIONS, keep=True, space_after=4 * MM),
        SignatureBoxes([Signer("企业接待人签字", met.name, sheet.signature)], height=_SIGNATURE, space_after=1.5 * MM),
        Text(
            _signing_note(sheet),
            NOTE,
            keep=True,
            space_after=4 * MM,
        ),
    ]
    return form_paper("slip", "现场确认单", sheet, body, duplex=duplex)


def _signing_note(sheet: SlipSheet) -> str:
    drawn = sheet.signature is not None and bool(sheet.signature.strokes)
    code = f"签字内容的核对码 {sheet.signature.code}。" if drawn and sheet.signature else ""
    return f"手写签名；不是《电子签名法》所称可靠电子签名。{code}签字后内容如有改动，另出新版次，本单原样保存。"


def _facts(sheet: SlipSheet) -> Grid:
    when = span_of_time(sheet.started_at, sheet.ended_at)
    people = "；".join(f"{one.name}（{one.position}）" for one in sheet.met)
    rows = (
        Row((label("企业名称"), value(sheet.enterprise, 3))),
        Row((label("走访时间"), value(when, style=FIGURE), label("走访地点"), value(sheet.place))),
        Row((label("接待人"), value(people), label("走访人员"), value("、".join(sheet.visitors)))),
        Row((label("服务内容"), value("；".join(sheet.purposes), 3))),
    )
    return Grid((4 * UNIT, 8 * UNIT, 4 * UNIT, 8 * UNIT), rows, space_after=4 * MM)
