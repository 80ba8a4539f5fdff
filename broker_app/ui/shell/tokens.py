"""Every colour of the program, once: the style sheet, the palette, delegates and charts read them here.

Contrast of each text token is at least 4.5 : 1 and of each control token at least 3 : 1 on every surface
it stands on; a test computes this from the values below.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """One colour per use; values are ``#RRGGBB``, with transparency ``#AARRGGBB``."""

    canvas: str  # desk behind cards
    nav: str  # navigation, status bar, segment track
    surface: str  # sheets, cards, lists, fields
    sunken: str  # side panel, read-only field
    raised: str  # dialog, menu, plain button
    hover: str
    pressed: str  # also the track of bars
    tint: str  # selected row, accent chip
    tint2: str  # selected text in a window without focus
    line: str  # hairline
    line2: str  # border of a plain button
    mark: str  # matched words in evidence
    ok_tint: str
    warn_tint: str
    bad_tint: str
    vio_tint: str
    desk: str  # behind the paper in the print preview
    paper: str
    pad: str  # signature pad, white in both themes
    ink: str  # signature stroke
    scrim: str  # behind dialog and palette
    shadow: str
    text: str
    text2: str
    text3: str
    accent_text: str
    ok_text: str
    warn_text: str
    bad_text: str
    vio_text: str
    on_accent: str
    off: str  # disabled, exempt from contrast
    edge: str  # field, checkbox, drop zone
    accent: str
    accent_h: str
    accent_p: str
    ring: str  # keyboard focus
    ok: str
    warn: str
    bad: str
    vio: str
    soft: str  # past months in charts
    soft_e: str
    share2: str  # parts of a score after the first, which is ``accent``
    share3: str
    share4: str
    toast: str
    toast_text: str
    toast_link: str


LIGHT = Tokens(
    canvas="#F1F4F4",
    nav="#E8EDED",
    surface="#FFFFFF",
    sunken="#F7F9F9",
    raised="#FFFFFF",
    hover="#EDF2F2",
    pressed="#E0E8E8",
    tint="#E2F0F1",
    tint2="#C5E0E3",
    line="#DBE2E2",
    line2="#C6D0D0",
    mark="#FFE59A",
    ok_tint="#E2F2E8",
    warn_tint="#FCF0DB",
    bad_tint="#FBE9E6",
    vio_tint="#EDEAF8",
    desk="#DDE3E3",
    paper="#FFFFFF",
    pad="#FFFFFF",
    ink="#16223F",
    scrim="#6E0E181A",
    shadow="#0A1E22",
    text="#162022",
    text2="#435255",
    text3="#58676A",
    accent_text="#075E6B",
    ok_text="#17663C",
    warn_text="#804A00",
    bad_text="#A32A1E",
    vio_text="#52439A",
    on_accent="#FFFFFF",
    off="#93A0A2",
    edge="#7C898B",
    accent="#0B6673",
    accent_h="#08545F",
    accent_p="#06434C",
    ring="#0B6673",
    ok="#1E7A49",
    warn="#A66000",
    bad="#C0392B",
    vio="#6555B0",
    soft="#A9CACE",
    soft_e="#5F98A0",
    share2="#53929B",
    share3="#87B2B7",
    share4="#A9C7CA",
    toast="#162022",
    toast_text="#FFFFFF",
    toast_link="#8FDCE4",
)

DARK = Tokens(
    canvas="#14191A",
    nav="#101415",
    surface="#1C2223",
    sunken="#181D1E",
    raised="#252C2E",
    hover="#283031",
    pressed="#323B3D",
    tint="#17353A",
    tint2="#1F4850",
    line="#2E3739",
    line2="#3D484A",
    mark="#574410",
    ok_tint="#17342A",
    warn_tint="#382C14",
    bad_tint="#40211E",
    vio_tint="#2B2748",
    desk="#0E1213",
    paper="#F4F4F1",
    pad="#FFFFFF",
    ink="#16223F",
    scrim="#96000000",
    shadow="#000000",
    text="#E6ECEC",
    text2="#B9C4C5",
    text3="#9CA9AB",
    accent_text="#74CAD3",
    ok_text="#7ACB9D",
    warn_text="#EBB862",
    bad_text="#F29A90",
    vio_text="#B9ACF0",
    on_accent="#04262B",
    off="#667375",
    edge="#6B787A",
    accent="#57BAC4",
    accent_h="#6FC8D1",
    accent_p="#46A3AD",
    ring="#8FDCE4",
    ok="#5DBB86",
    warn="#E0A545",
    bad="#EA7C70",
    vio="#A393EA",
    soft="#2B585F",
    soft_e="#4C8992",
    share2="#4A8F96",
    share3="#427075",
    share4="#3C5C60",
    toast="#252C2E",
    toast_text="#E6ECEC",
    toast_link="#74CAD3",
)
