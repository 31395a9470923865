import { colors } from "./palette.ts";

function variables(theme: 0 | 1): string {
  return Object.entries(colors).map(([name, pair]) => `--${name}:${pair[theme]};`).join("");
}

/** The colours as variables: light, dark by the reader's preference on a screen, always light on paper. */
export const themedColors = `:root{color-scheme:light;${variables(0)}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${variables(1)}}}`;

/** The style sheet of the report. */
export const reportStyle = `
${themedColors}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.55 Charter,"Bitstream Charter","Iowan Old Style",
"Palatino Linotype",Palatino,Georgia,serif;-webkit-text-size-adjust:100%;text-size-adjust:100%}
main{max-width:58rem;margin:0 auto;padding:3rem 1.5rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:3rem 0 .75rem}
.byline{margin:0 0 1.5rem;color:var(--muted);font-size:.92rem}
.statement{margin:0 0 2.25rem;max-width:46rem;text-wrap:pretty;overflow-wrap:anywhere}
strong{font-weight:650}
.scroll{overflow-x:auto;margin:1.25rem 0}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--teacher-4);outline-offset:3px}
table{border-collapse:collapse;width:100%;font:.86rem/1.4 system-ui,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums lining-nums;border-bottom:1.5px solid var(--ink)}
caption{text-align:left;padding:0 0 .55rem;font:.92rem/1.45 Charter,"Bitstream Charter","Iowan Old Style",
"Palatino Linotype",Palatino,Georgia,serif}
th,td{padding:.32rem .6rem;text-align:right;white-space:nowrap;font-weight:400}
th:first-child{padding-left:.15rem;text-align:left}
td:last-child,th:last-child{padding-right:.15rem}
thead{border-top:1.5px solid var(--ink);border-bottom:1px solid var(--ink)}
thead th{font-weight:600;vertical-align:bottom}
thead th[colspan]{text-align:center;padding-bottom:0}
tbody th{max-width:17rem;min-width:5.5rem;white-space:normal;overflow-wrap:break-word}
caption span{display:block;position:sticky;left:0;max-width:calc(100vw - 2rem)}
tr.first>*{border-top:1px solid var(--rule)}
tr.student>*{background:var(--tint)}
tr.student>th{color:var(--student);font-weight:600}
td.none{color:var(--muted)}
td.shaded{background:color-mix(in srgb,var(--shade-color) var(--shade),var(--paper))}
table.matrix{width:auto;min-width:min(100%,34rem)}
table.matrix td{min-width:4rem;text-align:center}
table.matrix thead th:not(:first-child){text-align:center}
table.matrix td,table.matrix th:last-child{padding-left:.6rem;padding-right:.6rem}
.note{margin:-.6rem 0 1.25rem;font-size:.92rem;color:var(--muted);max-width:50rem;overflow-wrap:anywhere}
small{display:block;font-size:.78rem;color:var(--muted)}
figure{margin:2.75rem 0 0}
figure svg{display:block;width:100%;height:auto}
figcaption{margin-top:.6rem;font-size:.92rem;line-height:1.45;max-width:50rem;text-wrap:pretty;overflow-wrap:anywhere}
.narrow{display:none}
.narrow~.wide,.narrow~.narrow{margin-top:1.4rem}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1rem 1.25rem}
.panels svg{max-width:29rem}
.band:hover .hair{opacity:.6}
details{margin-top:.5rem;font-size:.92rem}
summary{cursor:pointer;color:var(--muted);width:fit-content}
details .scroll{max-height:22rem;overflow:auto;margin:.6rem 0}
details table{width:auto;min-width:50%}
details caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.empty{padding:2rem;text-align:center;color:var(--muted);background:var(--tint);margin:0}
dl{margin:0 0 1.5rem;font-size:.95rem}
dl>div{display:grid;grid-template-columns:9.5rem 1fr;gap:0 1rem;padding:.3rem 0;border-bottom:1px solid var(--grid)}
dt{font-weight:600}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
code{font:.86em/1.4 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
.settings+.scroll table{width:auto;min-width:22rem}
@media screen and (max-width:640px){
body{font-size:16px}
main{padding:1.75rem 1rem 3rem}
h1{font-size:1.55rem}
.wide{display:none}
.narrow{display:block}
tbody th:first-child,thead tr:first-child th:first-child{position:sticky;left:0;background:var(--paper)}
tr.student>th:first-child{background:var(--tint)}
tbody th{max-width:9rem}
dl>div{grid-template-columns:1fr}
}
@media print{
@page{margin:18mm 16mm}
:root{font-size:12.5px}
body{font-size:10.5pt}
main{max-width:none;padding:0}
figure,tr,dl>div{break-inside:avoid}
h2,caption{break-after:avoid}
details{display:none}
.panels{grid-template-columns:1fr 1fr}
figure{margin-top:1.75rem}
.scroll{overflow:visible}
th,td{padding:.25rem .35rem}
table{font-size:8.5pt}
}
`.trim();
