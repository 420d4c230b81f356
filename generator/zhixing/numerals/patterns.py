"""The patterns of numerals, which are long: they are imported by the first text that is searched for one."""

from __future__ import annotations

import re

from zhixing.numerals.chinese import CHARACTERS, DIGITS
from zhixing.numerals.english import ENGLISH

_SPACE = "[ \u00a0]"
_MANTISSA = r"""(?P<whole>\d{1,3}(?P<gap>,|\{,\}|\\,|['’\u00a0])\d{3}(?:(?P=gap)\d{3}){0,8}(?!\d)|\d{1,30}|(?=\.\d))
        (?:\.(?P<decimals>\d{1,30}))?"""
# In prose 10^21 is meant as one number; to LaTeX it is 10² and a 1.
_EXPONENT = r"10(?:\^(?P<{0}power>\{{[+-]?\d{{1,3}}\}}|[+-]?{1})|(?P<{0}raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,3}}))"
_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_CN = f"[{CHARACTERS}]{{1,40}}"
_CN_POINT = f"{_CN}(?:点[〇{DIGITS}]{{1,30}})?"


def _digital(power: str) -> str:
    """Return the pattern of numerals with digits; `power` is that of an exponent without braces."""
    return rf"""
    (?P<sign>(?<![\w)\]}}.%])(?<!-->)[+-] | 负{_SPACE}? | (?<![A-Za-z])[Mm]inus[ ])?
    (?:
      \\[dt]?frac\{{(?P<latex_above>\d{{1,15}})\}}\{{(?P<latex_below>\d{{1,15}})\}}
    | (?<![\w.])(?<![A-Za-z]-)(?:(?P<mixed>\d{{1,9}}){_SPACE}?)?(?P<vulgar>[{_VULGAR}])
    | (?<![\w.])(?<![A-Za-z]-)(?P<above>\d{{1,15}})\s?/\s?(?P<below>\d{{1,15}})(?![\d/.\w])
    | (?<![\w.]){_EXPONENT.format("only_", power)}
    | (?<![\w.])(?<![A-Za-z]-){_MANTISSA}
        (?: {_SPACE}?(?:×|\\times|·|\\cdot){_SPACE}{{0,2}}{_EXPONENT.format("", power)}
          | [eE](?P<exponent>[+-]?\d{{1,3}})(?!\w)
          | {_SPACE}?\\?(?P<percent>%) | {_SPACE}?(?P<percent_word>per[ ]?cent)(?![A-Za-z]) | {_SPACE}?(?P<permille>‰)
          | (?P<tenths>成)(?![为了功本员果长立就熟])
          | (?P<unit>万亿|[百千万亿]|{_SPACE}(?:万亿|[万亿])(?![能物事分])
              |{_SPACE}?(?:thousand|million|billion|trillion)(?![A-Za-z])|[kKMB](?![A-Za-z0-9]))
        )?
    | (?P<infinity>∞|\\infty(?![A-Za-z]))
    )
"""


DIGITAL = _digital(r"\d{1,3}(?!\d)")
IN_FORMULA = _digital(r"\d(?!\d)")
CHINESE = rf"""
    百分之(?P<cn_percent>{_CN_POINT})
  | (?:(?P<cn_mixed>{_CN})又)?(?P<cn_below>{_CN})分之(?P<cn_above>{_CN})
  | (?P<cn_tenths>[一二两三四五六七八九])成(?P<cn_hundredths>[一二三四五六七八九半])?
  | (?P<half>一半)
  | (?P<cn>负?{_CN_POINT})
"""
# Words for numbers that only a marker makes a figure: in prose that nothing claims they do not count.
WORDS = rf"""
    (?P<endless>-?(?<![A-Za-z])(?:inf(?:inity)?|Inf(?:inity)?)(?![A-Za-z])|[正负]?无穷大?)
  | (?P<nan>(?<![A-Za-z])(?:nan|NaN)(?![A-Za-z]))
  | (?P<english>{ENGLISH})
"""

ANY = re.compile(f"{DIGITAL}|{CHINESE}|{WORDS}", re.VERBOSE | re.ASCII)
ANY_IN_FORMULA = re.compile(f"{IN_FORMULA}|{CHINESE}", re.VERBOSE | re.ASCII)

# What holds digits and is no figure: it is passed over before a numeral is looked for.
_SKIPPED = r"""
    (?:arXiv|doi|ISBN|RFC|PEP)[:：\s]{0,2}[\w./-]{1,60}
  | \[\^?\w{1,30}\]                                                     # [12]
  | (?<![\d.])\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)                       # 2024-01-15
  | \d{2,4}\s?[-–—~～]\s?\d{2,4}\s?年 | \d{4}\s?年(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?[日号])?
  | (?<!\d)\d{1,2}\s?月\s?\d{1,2}\s?[日号] | (?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)
  | (?<![\d.])\d{1,10}(?:\.\d{1,10}){2,8}                               # 3.11.7
  | [(（](?:19\d\d|20[0-3]\d)[a-z]?[)）]
  | [A-Z][A-Za-z]{1,30}(?:\s?(?:et\s?al\.?|等人?))?,?\s?[(（]?(?:19\d\d|20[0-3]\d)(?:[-–]\d{2,4})?(?!\d)
  | (?:(?<!意)图|(?<!代)表|公式|(?<![方形模])式|(?<!比)例|附录|第|步骤
      |Fig\.|Figure|Table|Eq\.|Section|Sec\.|Chapter|Vol\.|No\.|pp?\.|§|\#)\s?[(（]?\d{1,6}(?:[.–-]\d{1,6}){0,4}
  | [A-Za-z_]\w{0,60}(?:[-.]\w{1,60}){0,8}                              # GPT-3, float32
  | (?<![\w.])\d[\d.]{0,30}(?:-(?=[A-Za-z])|(?![eE][+-]?\d)(?=[A-Za-z_]))\w{1,60}(?:-\w{1,60}){0,8}   # 3D, 2-gram
"""
COUNTED = re.compile(f"(?P<skipped>{_SKIPPED})|{DIGITAL}", re.VERBOSE | re.ASCII)
