"""Commands and environments of MathJax that the site's converter lacks, as LaTeX that it knows.

What MathJax draws a little differently, as a smaller matrix, is drawn as the nearest thing that the converter has. A
command that would lose its meaning that way is not listed: the formula stays as its source and is reported.
"""

from __future__ import annotations

_TEXT = r"\text{#1}"
# These change the size of letters, where lines break, or how much room something takes.
_WITHOUT_EFFECT = (
    *("tiny", "Tiny", "scriptsize", "footnotesize", "small", "normalsize", "large", "Large", "LARGE", "huge", "Huge"),
    *("allowbreak", "nobreak", "goodbreak", "strut", "mit", "oldstyle", "smash"),
)
_AS_ITS_ARGUMENT = (
    "mathclap",
    "mathllap",
    "mathrlap",
    "llap",
    "rlap",
    "vcenter",
    "mathnormal",
    "shoveleft",
    "shoveright",
)
_OTHER_NAMES = {
    "cr": r"\\", "dotsb": r"\cdots", "dotsc": r"\ldots", "dotsi": r"\cdots", "dotsm": r"\cdots", "dotso": r"\ldots",
    "mathellipsis": r"\ldots", "centerdot": r"\cdot", "sdot": r"\cdot", "shortmid": r"\mid", "nshortmid": r"\nmid",
    "shortparallel": r"\parallel", "nshortparallel": r"\nparallel", "smallfrown": r"\frown", "smallsmile": r"\smile",
    "smallint": r"\int", "intop": r"\int", "ointop": r"\oint", "smallsetminus": r"\setminus", "thickapprox": r"\approx",
    "thicksim": r"\sim", "varpropto": r"\propto", "arrowvert": r"\vert", "Arrowvert": r"\Vert", "hfill": r"\quad",
    "hfil": r"\quad", "varliminf": r"\underline{\lim}", "varlimsup": r"\overline{\lim}",
    "varinjlim": r"\underrightarrow{\lim}", "varprojlim": r"\underleftarrow{\lim}",
}  # fmt: skip

# Commands that are others, with their arguments.
MACROS = {
    **dict.fromkeys(_WITHOUT_EFFECT, ""),
    **dict.fromkeys(_AS_ITS_ARGUMENT, "{#1}"),
    **dict.fromkeys(("mbox", "hbox", "textnormal", "textup", "textmd"), _TEXT),
    **_OTHER_NAMES,
    "LaTeX": r"\text{LaTeX}",
    "TeX": r"\text{TeX}",
    "KaTeX": r"\text{KaTeX}",
    "substack": r"\begin{subarray}{c}#1\end{subarray}",
    "widetilde": r"\tilde{#1}",
    "widecheck": r"\check{#1}",
    "utilde": r"\underset{\sim}{#1}",
    "overlinesegment": r"\overline{#1}",
    "underlinesegment": r"\underline{#1}",
    "pmb": r"\boldsymbol{#1}",
    "mathup": r"\mathrm{#1}",
    "cancelto": r"\cancel{#2}^{#1}",
    "overunderset": r"\overset{#1}{\underset{#2}{#3}}",
    "stackbin": r"\overset{#1}{#2}",
    "skew": r"#2{#3}",
    "cssId": "{#2}",
    "class": "{#2}",
    "style": "{#2}",
    "mathtip": "{#1}",
    "texttip": "{#1}",
}

# Environments by the one that shows the same rows. Options between brackets, as the `[t]` of `aligned`, and the number
# of columns behind `alignedat` say nothing that MathML could show.
ENVIRONMENTS = {
    "aligned": "aligned", "gathered": "gathered", "split": "aligned", "alignedat": "aligned", "alignat": "align",
    "alignat*": "align*", "xalignat": "align", "xalignat*": "align*", "flalign": "align", "flalign*": "align*",
    "eqnarray": "align", "eqnarray*": "align*", "subeqnarray": "align", "multlined": "gathered",
    "lgathered": "gathered", "rgathered": "gathered", "displaymath": "equation*", "smallmatrix": "matrix",
    "crampedsubarray": "subarray",
    **{f"{kind}matrix*": f"{kind}matrix" for kind in ("", "p", "b", "B", "v", "V")},
    **{f"{kind}smallmatrix": f"{kind}matrix" for kind in ("p", "b", "B", "v", "V")},
}  # fmt: skip
COUNTED = frozenset({"alignedat", "alignat", "alignat*", "xalignat", "xalignat*"})
# Plain TeX's commands around rows.
ROWS = {
    "matrix": "matrix", "pmatrix": "pmatrix", "cases": "cases", "eqalign": "aligned", "displaylines": "gathered",
}  # fmt: skip
