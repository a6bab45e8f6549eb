// How the page of a rehearsal looks: on a phone's width as on a wide screen, by day and by night, without anything from elsewhere.

/** The style sheet. */
export const style: string = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2430;--soft:#5d6b7d;--line:#dde3ea;--panel:#f5f7fa;--good:#1f7a4d;--bad:#b3261e;--attention:#8a5a00;--wait:#aab6c4;--ready:#3f8f6b;--trouble:#d0473d}
@media(prefers-color-scheme:dark){:root{--paper:#12161c;--ink:#e6ebf2;--soft:#9aa8ba;--line:#2a323d;--panel:#1a2028;--good:#6fd3a0;--bad:#ff8a80;--attention:#f0bf5f;--wait:#4b5868;--ready:#3f9a72;--trouble:#e05a50}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.25rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2.25rem 0 .75rem}
.sub{color:var(--soft);margin:0;overflow-wrap:anywhere}
.verdict{margin:1.25rem 0 0;padding:.75rem 1rem;border-left:4px solid var(--good);background:var(--panel)}
.verdict.findings{border-color:var(--bad)}.verdict.interrupted{border-color:var(--attention)}
ol,ul{list-style:none;margin:0;padding:0}
.stages li{display:grid;grid-template-columns:1.5rem 1fr auto;gap:0 .5rem;padding:.5rem 0;border-top:1px solid var(--line)}
.stages .text{grid-column:2/-1;color:var(--soft);overflow-wrap:anywhere}
.passed .mark{color:var(--good)}.failed .mark{color:var(--bad)}.skipped .mark{color:var(--soft)}
.time{font-variant-numeric:tabular-nums;color:var(--soft);white-space:nowrap}
.findings li{padding:.75rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
.findings .error b{color:var(--bad)}.findings .warning b{color:var(--attention)}
code{font:.85em ui-monospace,monospace;color:var(--soft)}
.findings p{margin:.25rem 0 0}.remedy::before{content:"→ "}
.lanes{position:relative}
.lane{display:grid;grid-template-columns:14rem 1fr;gap:0 .75rem;align-items:center;padding:2px 0}
.lane .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.85rem}
.lane .name small{color:var(--soft)}
.track{position:relative;height:.85rem;background:var(--panel);border-radius:3px;overflow:hidden}
.track i{position:absolute;top:0;bottom:0;min-width:2px}
.waiting{background:var(--wait)}.ready{background:var(--ready)}.trouble{background:var(--trouble)}
.scale .track{height:1.6rem;background:none;border-bottom:1px solid var(--line);border-radius:0;font-size:.75rem;color:var(--soft)}
.scale .track span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.scale .track span:first-child{transform:none}.scale .track span:last-child{transform:translateX(-100%)}
.marks .track{height:1.1rem;background:none;overflow:visible}
.marks .track i{width:1.1rem;height:1.1rem;margin-left:-.55rem;border-radius:50%;background:var(--ink);color:var(--paper);font:600 .65rem/1.1rem system-ui,sans-serif;text-align:center}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.85rem;color:var(--soft);margin:.5rem 0 1rem}
.key i{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;margin-right:.35rem;vertical-align:-.1rem}
.happened{margin:.5rem 0 1rem;font-size:.9rem;columns:20rem}
.happened li{break-inside:avoid;overflow-wrap:anywhere}
h3{font-size:.95rem;margin:1.25rem 0 .25rem}
@media(max-width:40rem){.lane{grid-template-columns:1fr;padding:4px 0}.marks .name,.scale .name{display:none}}
`.trim();
