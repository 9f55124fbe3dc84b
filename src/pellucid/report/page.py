"""The frame of a report: one offline HTML page, its style, and the few elements it is built of.

Everything that comes from data passes through `escape`.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

STYLE = """
:root{color-scheme:light dark;--ink:#1f2a33;--soft:#5b6670;--line:#d9dee3;
--page:#fff;--panel:#f5f7f9;
--blue:#2f6ca8;--orange:#b8651b;--red:#b3352f}
@media(prefers-color-scheme:dark){:root{--ink:#e4e9ed;--soft:#a2adb7;--line:#39434c;--page:#161b20;
--panel:#1f262d;--blue:#7db2e8;--orange:#e9a35f;--red:#ef8a84}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:74rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1,h2,h3,h4,p,li,figcaption{overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.25;margin:.2em 0 .4em}
h2{font-size:1.25rem;margin:2.4em 0 .5em;border-top:1px solid var(--line);padding-top:1em}
h3{font-size:1.02rem;margin:1.4em 0 .4em}
h4{font-size:1rem;margin:1.2em 0 .3em}
p{max-width:46rem;margin:.5em 0}
.answer{font-size:1.15rem}
.facts{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.2rem 0;padding:0;list-style:none}
.facts li{background:var(--panel);border-radius:.5rem;padding:.6rem .9rem;min-width:8.5rem}
.facts b{display:block;font-size:1.3rem;font-variant-numeric:tabular-nums}
.facts span{color:var(--soft);font-size:.88rem}
.wide{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;font-size:.95rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:.88rem;padding:.2rem 0}
th,td{text-align:left;padding:.35rem .9rem .35rem 0;border-bottom:1px solid var(--line);
vertical-align:top;overflow-wrap:anywhere}
th.number,td.number{text-align:right;white-space:nowrap}
.wide th,.wide td{overflow-wrap:break-word}
.wide td.name,.wide th.name{min-width:9rem;overflow-wrap:anywhere}
tr.chosen td{font-weight:600}
figure{margin:1rem 0}
figure svg{width:100%;height:auto;display:block}
.big svg{min-width:38rem}
figcaption{color:var(--soft);font-size:.9rem;max-width:42rem}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:1rem 2rem}
.small{display:grid;gap:.5rem 1.5rem;
grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr))}
.finding{border-left:4px solid var(--line);padding:.1rem 0 .1rem .9rem;margin:.8rem 0}
.finding.alarm{border-color:var(--red)}.finding.caution{border-color:var(--orange)}
.finding b{text-transform:capitalize}
.finding p{margin:.15em 0}
.advice,small{color:var(--soft)}
summary{cursor:pointer;color:var(--blue);padding:.5rem 0}
pre{background:var(--panel);border-radius:.5rem;padding:.8rem 1rem;white-space:pre-wrap;
overflow-wrap:anywhere;font-size:.9rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
.explanation table{width:100%}
.explanation th{width:8.5rem;font-weight:600}
.explanation p{white-space:pre-line;margin:.2em 0}
.formula{overflow-x:auto;padding:.3rem 0}.formula svg{max-width:none}
footer{color:var(--soft);font-size:.88rem;margin-top:3rem}
@media(max-width:30rem){.explanation th,.explanation td{display:block;width:auto;border:0;
padding:.1rem 0}
.explanation tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}}
@media(max-width:34rem){.wide thead{display:none}.wide table,.wide tbody,.wide tr{display:block}
.wide caption{display:block}
.wide tr{border-bottom:1px solid var(--line);padding:.4rem 0}
.wide td,.wide td.number,.wide td.name{display:flex;justify-content:space-between;gap:1rem;border:0;
padding:.1rem 0;white-space:normal;text-align:right;overflow-wrap:anywhere;min-width:0}
.wide td.name{font-weight:600}.wide td:empty{display:none}
.wide td::before{content:attr(data-head);color:var(--soft);text-align:left;font-weight:400;
flex:0 0 auto;max-width:50%}}
@media print{h2{break-after:avoid}figure,table{break-inside:avoid}}
"""


def escape(text: object) -> str:
    """Text made safe to stand in HTML."""
    return html.escape(str(text), quote=True)


def page(title: str, body: str) -> str:
    """The whole document."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def section(title: str, *parts: str) -> str:
    """A titled section; nothing at all when it has no content."""
    body = "".join(p for p in parts if p)
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text."""
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{escape(text)}</p>" if text else ""


def picture(svg: str, caption: str, wide: bool = False) -> str:
    """A drawing with its caption; a wide one keeps its size and scrolls in its own box."""
    held = f'<div class="wide big" tabindex="0">{svg}</div>' if wide else svg
    return f"<figure>{held}<figcaption>{escape(caption)}</figcaption></figure>"


def side_by_side(*parts: str) -> str:
    """Parts next to each other where the page is wide enough; nothing of none."""
    there = [part for part in parts if part]
    return f'<div class="pair">{"".join(there)}</div>' if there else ""


def collapsible(title: str, body: str) -> str:
    """Something long that opens when its title is touched."""
    return f"<details><summary>{escape(title)}</summary>{body}</details>"


def grid(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    numbers: Sequence[int] = (),
    chosen: int | None = None,
) -> str:
    """A table that scrolls within its own box; `numbers` are the columns aligned to the right.

    Cells are plain text and are escaped here.
    """

    def cell(tag: str, at: int, text: str, extra: str = "") -> str:
        if tag == "td":  # on a phone each cell stands on a line of its own, beside its head
            extra = f' data-head="{escape(heads[at])}"'
        kind = "number" if at in numbers else "name" if at == 0 else ""
        mark = f' class="{kind}"' if kind else ""
        return f"<{tag}{mark}{extra}>{escape(text)}</{tag}>"

    head = "".join(cell("th", i, h, ' scope="col"') for i, h in enumerate(heads))
    lines = []
    for at, row in enumerate(rows):
        mark = ' class="chosen"' if at == chosen else ""
        lines.append(f"<tr{mark}>{''.join(cell('td', i, c) for i, c in enumerate(row))}</tr>")
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
