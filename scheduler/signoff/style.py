"""How the file looks: light and dark, on a phone and on paper. Nothing is loaded from anywhere."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1b1a; --quiet: #595650; --paper: #f6f4f0; --card: #fff; --line: #d5d0c7; --mark: #7a3ea1;
  --seal: #0b5a4a; --seal-paper: #e3f3ee; --warn: #8a3b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceae6; --quiet: #b3aea5; --paper: #171614; --card: #211f1d; --line: #45413b;
  --mark: #cf9df0; --seal: #8fe0cb; --seal-paper: #16332c; --warn: #ffb37a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
main, header, footer, nav { max-width: 44rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1.5rem 0 .25rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
a { color: inherit; }
.quiet { color: var(--quiet); font-size: .9rem; margin: .25rem 0; }
.how { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem .75rem 2.25rem; }
.how li { margin: .25rem 0; }
.account { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; margin: 1rem 0; padding: 1rem;
  break-inside: avoid-page; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .75rem 0; }
.fold { display: block; margin: .5rem 0; border-top: 2px dashed var(--line); color: var(--quiet); font-size: .8rem; white-space: normal; }
.ai { text-decoration: underline dotted var(--mark) 2px; text-underline-offset: 3px; }
figure { margin: .75rem 0; }
figure img { display: block; max-width: 100%; max-height: 34rem; height: auto; border-radius: .5rem; border: 1px solid var(--line); }
figcaption { font-size: .85rem; color: var(--quiet); margin-top: .25rem; overflow-wrap: anywhere; }
.empty { border: 2px dashed var(--line); border-radius: .5rem; padding: 1.5rem 1rem; text-align: center; color: var(--quiet); }
.card { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; margin: .75rem 0; overflow-wrap: anywhere; }
.card strong { display: block; }
.told { font-size: .9rem; border-top: 1px solid var(--line); padding-top: .5rem; margin: .75rem 0 0; }
.answer { margin: .75rem 0 0; padding: .6rem .75rem; border-radius: .5rem; background: var(--seal-paper); color: var(--seal); }
.answer.none { background: none; border: 1px solid var(--line); color: var(--quiet); }
.seal { font: 700 1.35rem/1.4 ui-monospace, monospace; letter-spacing: .06em; white-space: nowrap;
  user-select: all; -webkit-user-select: all; }
.missing { color: var(--warn); }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { text-align: start; vertical-align: top; padding: .4rem .5rem .4rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
td .seal { font-size: 1rem; }
.wide { overflow-x: auto; }
.paper { display: none; }
footer.quiet { margin: 0 auto; padding: 2rem 1rem 3rem; }
@media (max-width: 30rem) { table, tbody, tr, td { display: block; } thead { display: none; } tr { padding: .5rem 0;
  border-bottom: 1px solid var(--line); } td { border: 0; padding: 0; } }
@media print { :root { color-scheme: light; --ink: #000; --quiet: #333; --paper: #fff; --card: #fff; --line: #999; --mark: #000;
  --seal: #000; --seal-paper: #fff; --warn: #000; } nav { display: none; } .paper { display: block; } .answer { border: 1px solid #000; }
  .overview { break-before: page; } figure img { max-height: 9cm; } h2 { break-after: avoid; } body { font-size: 10.5pt; } }
"""
