/** For the screen and for paper: dark on white, and nothing that a printer cuts in two. */
export const STYLE = `:root { color-scheme: light; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; background: #fff; color: #1a1a1a; font: 15px/1.5 system-ui, sans-serif; }
h1, h2, h3 { line-height: 1.2; break-after: avoid; }
h3 { margin: 0 0 .5rem; overflow-wrap: anywhere; }
section { margin: 1rem 0; padding: .75rem 1rem; border: 1px solid #ccc; border-left-width: 6px; }
.control { break-inside: avoid; }
.control .tone { float: right; font-weight: 600; }
.good { border-left-color: #1a7f37; } .good .tone { color: #1a7f37; }
.attention { border-left-color: #8a5a00; } .attention .tone { color: #8a5a00; }
.bad { border-left-color: #b42318; } .bad .tone { color: #b42318; }
p, li, dd, td, th { overflow-wrap: anywhere; white-space: pre-line; }
p { margin: .4rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .5rem 0; }
dt { color: #555; } dd { margin: 0; }
table { width: 100%; border-collapse: collapse; font-size: 13px; table-layout: fixed; }
th, td { padding: .3rem .5rem; border: 1px solid #ddd; text-align: left; vertical-align: top; }
thead th { background: #f3f3f3; } tr { break-inside: avoid; }
small { display: block; color: #555; font-weight: 400; }
code { display: block; margin-top: .25rem; color: #444; font: 11px/1.4 ui-monospace, monospace; }
@media print { body { max-width: none; margin: 0; padding: 0; font-size: 11px; } table { font-size: 10px; } }
`;
