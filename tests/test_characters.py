"""Characters that look right and match nothing are made ordinary."""

import unicodedata

import pytest

from extractors.pages.characters import UNREADABLE, ordinary


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        ("⼊", "入"),  # Kangxi radical
        ("⽇", "日"),
        ("⻑", "長"),  # CJK radical, not in NFKC
        ("⺠", "民"),
        ("\uf9d1", "六"),  # compatibility ideograph
        ("﨑", "﨑"),  # a unified ideograph that only lives among them stays
        ("\uf0b7", "・"),  # Symbol's bullet
        ("\uf06e", "■"),
        ("葛\U000e0100", "葛"),  # variation selector
        ("①", "①"),
        ("Ａ", "Ａ"),
        ("㈱", "㈱"),
        ("\u00a0", " "),
        ("\u200b", ""),
        ("\x00", ""),
        ("(cid:4123)", UNREADABLE),
        ("\ue123", UNREADABLE),
    ],
)
def test_ordinary(printed: str, wanted: str) -> None:
    assert ordinary(printed) == wanted


def test_every_kangxi_radical_becomes_a_kanji() -> None:
    for code in range(0x2F00, 0x2FD6):
        made = ordinary(chr(code))
        assert unicodedata.name(made).startswith("CJK UNIFIED IDEOGRAPH")
