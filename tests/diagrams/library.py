"""Draws library.pdf: a flow in the manner of a hand-made sheet, every box as four loose strokes.

Open arrow heads of two strokes, a line broken by its label, dashes as single strokes, full-width labels set apart, a
folded note, labels in two columns. Needs reportlab and a Japanese TrueType font; run from this folder.
"""

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf"
WIDTH, HEIGHT = 595.0, 842.0

pdfmetrics.registerFont(TTFont("J", FONT))
sheet = Canvas("library.pdf", pagesize=(WIDTH, HEIGHT), invariant=1)


def stroke(x0, y0, x1, y1, width=0.8):
    sheet.setLineWidth(width)
    sheet.line(x0, HEIGHT - y0, x1, HEIGHT - y1)


def box(x0, y0, x1, y1, width=0.8):
    for side in ((x0, y0, x1, y0), (x1, y0, x1, y1), (x1, y1, x0, y1), (x0, y1, x0, y0)):
        stroke(*side, width)


def words(x, y, lines, size=9, leading=12):
    sheet.setFont("J", size)
    for n, line in enumerate(lines):
        sheet.drawString(x, HEIGHT - y - n * leading, line)


def middle(x, y, lines, size=9, leading=12):
    sheet.setFont("J", size)
    for n, line in enumerate(lines):
        sheet.drawCentredString(x, HEIGHT - y - n * leading, line)


def barbs(x, y, dx, dy, length=7):
    """Two strokes backwards from the tip; (dx, dy) is where it points."""
    for side in (1, -1):
        stroke(x, y, x - length * dx + side * 0.5 * length * dy, y - length * dy - side * 0.5 * length * dx)


def dashes(x0, y0, x1, y1, on=5, off=3):
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    at = 0.0
    while at < length:
        end = min(at + on, length)
        stroke(x0 + at * ux, y0 + at * uy, x0 + end * ux, y0 + end * uy, 0.5)
        at += on + off


middle(297, 50, ["図書館システム更新に伴う個人情報の取扱いの流れ"], 14)

box(40, 90, 160, 160, 1.2)
middle(100, 122, ["図書館利用者", "（登録者）"], 10, 14)
box(250, 80, 440, 330, 1.2)
middle(345, 98, ["ひがし町立図書館"], 11)
box(265, 115, 425, 180)
middle(345, 132, ["＜図書館システム＞"], 9)
words(270, 148, ["氏名、住所、電話番号、", "メールアドレス、貸出履歴"], 9)
box(265, 215, 425, 245)
middle(345, 233, ["③　登録内容の確認"], 9)
words(270, 275, ["㉑　年度末に延滞者一覧を", "　　作成"], 9)
box(250, 450, 440, 560, 1.2)
middle(345, 468, ["保守委託先"], 11)
box(275, 490, 415, 540)
middle(345, 518, ["遠隔保守用ＰＣ"], 9)
box(40, 450, 160, 520, 1.2)
middle(100, 482, ["配送事業者", "（再委託先）"], 10, 14)

# ① and ②: parallel arrows, the first broken by its label
stroke(160, 110, 170, 110)
words(172, 113, ["①　利用登録"], 9)
stroke(234, 110, 250, 110)
barbs(250, 110, 1, 0)
stroke(250, 145, 160, 145)
barbs(160, 145, -1, 0)
words(170, 157, ["②　利用者カード", "　　交付（窓口）"], 8, 10)
# ④: down to the contractor; ⑤: up again, labels left and right
stroke(300, 330, 300, 450)
barbs(300, 450, 0, 1)
words(186, 380, ["④　障害調査用データ", "　　の提供（ＵＳＢメ", "　　モリ・手渡し）"], 9)
stroke(390, 450, 390, 330)
barbs(390, 330, 0, -1)
words(398, 372, ["⑤　調査結果の報告", "　　（電子メール）"], 9)
# ⑥: an elbow from the library to the carrier; two-way ⑦ between carrier and contractor
stroke(250, 300, 100, 300)
stroke(100, 300, 100, 450)
barbs(100, 450, 0, 1)
words(108, 318, ["⑥　予約資料の引渡し"], 9)
stroke(160, 490, 250, 490)
barbs(250, 490, 1, 0)
barbs(160, 490, -1, 0)
words(164, 472, ["⑦　配送状況の", "　　照会・回答"], 8, 10)

# lists: dashed ties to the system and to the contractor; one beside the arrow ④
box(460, 100, 575, 190, 0.5)
words(
    464,
    113,
    [
        "・アクセスログの取得",
        "・ＩＤ／パスワード認証",
        "・不正侵入の監視",
        "・バックアップの取得",
        "・サーバ室の入退室管理",
        "・最新パッチの適用",
    ],
    8,
    13,
)
dashes(460, 148, 425, 148)
box(60, 600, 420, 680, 0.5)
words(
    66,
    613,
    ["・特記事項の遵守", "・従事者名簿の提出", "・立入調査の受入れ", "・個人情報の返却及び消去", "・事故発生時の報告"],
    8,
    13,
)
words(240, 613, ["・再委託の制限", "・作業記録の提出", "・施錠保管"], 8, 13)
dashes(345, 600, 345, 560)
box(190, 345, 285, 372, 0.5)
words(193, 356, ["・施錠かばんでの運搬", "・受渡簿への記載"], 8, 11)
# a note with a folded corner
for a, b in (
    ((460, 600), (560, 600)),
    ((560, 600), (560, 640)),
    ((560, 640), (550, 650)),
    ((550, 650), (460, 650)),
    ((460, 650), (460, 600)),
    ((560, 640), (550, 640)),
    ((550, 640), (550, 650)),
):
    stroke(*a, *b, 0.5)
words(464, 613, ["※本体系の更新は、令", "和６年10月を予定し", "ている。"], 8, 12)
sheet.save()
