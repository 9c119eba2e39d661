"""`besshi show`: what is drawn over the page stands where it was found."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from pipeline.pictures.show import ARROW, DPI, ROLE_COLOURS, show

DRAWING = Path(__file__).parent / "diagrams" / "library.pdf"


def colours(picture: Image.Image, x: float, y: float, reach: int = 3) -> set[tuple[int, int, int]]:
    """The colours around a place given in points."""
    at = (round(x * DPI / 72), round(y * DPI / 72))
    area = picture.crop((at[0] - reach, at[1] - reach, at[0] + reach + 1, at[1] + reach + 1)).convert("RGB")
    pixels = area.load()
    assert pixels is not None
    return {pixels[i, j] for i in range(area.width) for j in range(area.height)}  # type: ignore[misc]


def test_boxes_arrows_and_legend_are_drawn(tmp_path: Path) -> None:
    written = show(DRAWING, 1, tmp_path / "deep" / "page.png")
    assert written == tmp_path / "deep" / "page.png"
    picture = Image.open(written)
    assert picture.format == "PNG"
    assert abs(picture.width - 595 * DPI / 72) < 1.5
    assert picture.height > round(842 * DPI / 72)  # the legend stands below
    # right side of the library's box, of its system's box, of a list; an arrow on its way down
    assert ROLE_COLOURS["actor"] in colours(picture, 440, 210)
    assert ROLE_COLOURS["system"] in colours(picture, 425, 170)
    assert ROLE_COLOURS["controls"] in colours(picture, 575, 150)
    assert ARROW in colours(picture, 390, 350)
    assert not {*ROLE_COLOURS.values(), ARROW} & colours(picture, 520, 420)


def test_the_same_page_gives_the_same_picture(tmp_path: Path) -> None:
    one = show(DRAWING, 1, tmp_path / "a.png").read_bytes()
    assert show(DRAWING, 1, tmp_path / "b.png").read_bytes() == one
