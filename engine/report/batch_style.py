"""How the summary looks: light and dark, on paper, and on a telephone."""

from __future__ import annotations

STYLE = """
:root { --ink: #1c2430; --quiet: #55606e; --paper: #ffffff; --soft: #f3f5f8; --edge: #d9dee5;
  --clients: #86b3d6; --clients-strong: #1f5f92; --money: #d09a45; --stop: #a3232b; --caution: #8a5a00; --info: #3d5a80; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebef; --quiet: #a9b3bf; --paper: #14181e; --soft: #1d232b; --edge: #333c47;

   --clients: #3f7bab; --clients-strong: #a8d3f5; --money: #c8923c; --stop: #ff9a9a; --caution: #f0c36a; --info: #a9c7ea; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .4rem; }
section { border-top: 1px solid var(--edge); margin-top: 2rem; padding-top: 1.4rem; }
p { margin: 0 0 1rem; max-width: 44rem; }
.quiet, figcaption { color: var(--quiet); font-size: .9rem; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; margin: 1.4rem 0 0; }
.tiles div { background: var(--soft); border-radius: .5rem; padding: .8rem 1rem; display: flex; flex-direction: column-reverse; }
.tiles dd { margin: 0; font-size: 1.55rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tiles dt { color: var(--quiet); font-size: .9rem; }
figure { margin: 0 0 1.4rem; max-width: 27rem; }
svg { display: block; width: 100%; height: auto; }
svg text { font-family: inherit; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0 0 .8rem; padding: 0;
  color: var(--quiet); font-size: .9rem; }
.legend li::before { content: ""; display: inline-block; width: .8em; height: .8em; margin-right: .4em; background: var(--mark); }
.legend .clients { --mark: var(--clients); } .legend .strong { --mark: var(--clients-strong); }
.legend .money { --mark: var(--money); }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--clients-strong); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-top: 1px solid var(--edge); }
thead th { border-top: 0; color: var(--quiet); font-weight: 600; font-size: .85rem; vertical-align: bottom; }
tbody th { font-weight: 400; min-width: 14rem; }
td { min-width: 11rem; } td.number { min-width: 4.5rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .number { white-space: normal; }
.number:last-child { padding-right: 0; }
.mark { font-weight: 600; } .mark.stop { color: var(--stop); } .mark.caution { color: var(--caution); }
.mark.info { color: var(--info); }
ul { padding-left: 1.2rem; margin: 0; }
@media (max-width: 40rem) { main { padding-top: 1rem; } h1 { font-size: 1.4rem; }
    .tiles { grid-template-columns: 1fr 1fr; } .tiles dd { font-size: 1.2rem; } }
@media (min-width: 64rem) {
  .beside { display: grid; grid-template-columns: 26rem 1fr; gap: 2.5rem; align-items: start; } }
@media print {
  :root { --ink: #000; --quiet: #444; --paper: #fff; --soft: #fff; --edge: #bbb;
    --clients: #86b3d6; --clients-strong: #1f5f92; --money: #d09a45; --stop: #a3232b; --caution: #8a5a00; --info: #3d5a80; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; }
  h2, figure, tr { break-inside: avoid; } h2 { break-after: avoid; }
  .tiles div { border: 1px solid var(--edge); } .wide { overflow: visible; }
  svg, .legend li::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
