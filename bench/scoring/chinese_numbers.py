"""Makes numbers equal before texts are compared: 九十 = 90, 八分之五 = 5/8, 百分之五十 = 50%."""

import re

_DIGITS = "零一二三四五六七八九"
_SMALL = {"十": 10, "百": 100, "千": 1000}
_GREAT = {"万": 10_000, "亿": 100_000_000}
_RUN = re.compile("[零〇一二三四五六七八九十百千万亿两]+")


def value_of(written: str) -> str:
    """Return the Arabic digits of a Chinese numeral; digit by digit where no unit is written."""
    written = written.replace("〇", "零").replace("两", "二")
    if not re.search("[十百千万亿]", written):
        return "".join(str(_DIGITS.index(character)) for character in written)
    total = section = digit = 0
    for character in written:
        if character in _DIGITS:
            digit = _DIGITS.index(character)
        elif character in _SMALL:
            section += (digit or 1) * _SMALL[character]
            digit = 0
        else:
            total = (total + section + digit) * _GREAT[character]
            section = digit = 0
    return str(total + section + digit)


def equal_numbers(text: str) -> str:
    """Return `text` with Chinese numerals, fractions, per cent and sums written one way."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = _RUN.sub(lambda run: value_of(run[0]), text)
    text = re.sub(r"(?:百|100)分之(\d+)", r"\1%", text)
    text = re.sub(r"(\d+)分之(\d+)", r"\2/\1", text)
    text = re.sub(r"(\d)点(\d)", r"\1.\2", text)
    for sign, word in (("+", "加"), ("=", "等于"), ("×", "乘"), ("÷", "除以")):
        text = text.replace(sign, word)
    return text
