// How the page of a rehearsal looks: on a phone's width as on a wide screen, by day and by night, without anything from elsewhere.

/** The style sheet. */
export const style: string = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2430;--soft:#5d6b7d;--line:#dde3ea;--panel:#f5f7fa;--good:#1f7a4d;--bad:#b3261e;--attention:#8a5a00;--wait:#aab6c4;--ready:#3f8f6b;--trouble:#d0473d}
@media(prefers-color-scheme:dark){:root{--paper:#12161c;--ink:#e6ebf2;--soft:#9aa8ba;--line:#2a323d;--panel:#1a2028;--good:#6fd3a0;--bad:#ff8a80;--attention:#f0bf5f;--wait:#4b5868;--ready:#3f9a72;--trouble:#e05a50}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.25rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2.25rem 0 .75rem}
.sub{color:var(--soft);margin:0;overflow-wrap:anywhere}
.verdict{margin:1.25rem 0 0;padding:.75rem 1rem;border-left:4px solid var(--good);background:var(--panel)}
.verdict.findings{border-color:var(--bad)}.verdict.interrupted{border-color:var(--attention)}
ol,ul{list-style:none;margin:0;padding:0}
.stages li{display:grid;grid-template-columns:1.5rem minmax(0,1fr) auto;gap:0 .5rem;padding:.5rem 0;border-top:1px solid var(--line)}
.stages .text{grid-column:2/-1;color:var(--soft);overflow-wrap:anywhere}
.passed .mark{color:var(--good)}.failed .mark{color:var(--bad)}.skipped .mark{color:var(--soft)}
.time{font-variant-numeric:tabular-nums;color:var(--soft);white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:.75rem;margin:.75rem 0 0}
.tiles div{display:flex;flex-direction:column-reverse;padding:.6rem .9rem;border:1px solid var(--line);border-radius:.5rem}
.tiles dt{font-size:.8rem;color:var(--soft)}.tiles dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
.findings li{margin:0 0 .75rem;padding:.75rem 1rem;border:1px solid var(--line);border-left:4px solid var(--soft);border-radius:.35rem;overflow-wrap:anywhere}
.findings .error{border-left-color:var(--bad)}.findings .warning{border-left-color:var(--attention)}
.findings .error b{color:var(--bad)}.findings .warning b{color:var(--attention)}
code{font:.85em ui-monospace,monospace;color:var(--soft)}
.findings p{margin:.25rem 0 0}.findings .remedy{font-weight:500}.remedy::before{content:"→ "}
.lanes{position:relative;--names:13rem;--gap:.75rem}
@media(min-width:64rem){.lanes{--names:21rem}}
.lines{position:absolute;top:0;bottom:0;left:calc(var(--names) + var(--gap));right:0;pointer-events:none}
.lines i{position:absolute;top:1.6rem;bottom:0;border-left:1px dashed var(--line)}
.lane{display:grid;grid-template-columns:var(--names) minmax(0,1fr);gap:0 var(--gap);align-items:center;padding:2px 0}
.lane .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.85rem}
.lane .name small{color:var(--soft)}
.track{position:relative;height:.85rem;background:color-mix(in srgb,var(--panel) 60%,transparent);border-radius:3px;overflow:hidden}
.track i{position:absolute;top:0;bottom:0;min-width:2px}
.waiting{background:var(--wait)}.ready{background:var(--ready)}.trouble{background:var(--trouble)}
.scale .track{height:1.6rem;background:none;border-bottom:1px solid var(--line);border-radius:0;font-size:.75rem;color:var(--soft)}
.scale .track span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.scale .track span:first-child{transform:none}.scale .track span:last-child{transform:translateX(-100%)}
.marks .track{height:1.2rem;background:none;overflow:visible}
.marks b{position:absolute;top:0;transform:translateX(-50%);min-width:1.15rem;padding:0 .3rem;border-radius:.6rem;background:var(--ink);color:var(--paper);font:600 .65rem/1.15rem system-ui,sans-serif;text-align:center;white-space:nowrap}
.marks .first{transform:none}.marks .last{transform:translateX(-100%)}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.85rem;color:var(--soft);margin:.75rem 0}
.key i{display:inline-block;width:.8rem;height:.8rem;border-radius:2px;margin-right:.35rem;vertical-align:-.1rem}
.happened{margin:.75rem 0;font-size:.9rem;columns:22rem;column-gap:2rem}
.happened li{display:grid;grid-template-columns:1.6rem minmax(0,1fr) auto;gap:0 .5rem;padding:.15rem 0;break-inside:avoid;overflow-wrap:anywhere}
.happened b{color:var(--soft);font-weight:600;text-align:right}.happened time{color:var(--soft);font-variant-numeric:tabular-nums}
h3{font-size:.95rem;margin:1.25rem 0 .25rem}
h4{font-size:.8rem;font-weight:600;color:var(--soft);margin:.75rem 0 .1rem;overflow-wrap:anywhere}
details{margin:1.25rem 0 0}summary{font-size:.95rem;font-weight:700;cursor:pointer}
@media print{details::details-content{content-visibility:visible}.lane,.findings li{break-inside:avoid}}
@media(max-width:40rem){.lanes{--names:0rem;--gap:0rem}.lane{grid-template-columns:minmax(0,1fr);padding:4px 0}.marks .name,.scale .name{display:none}}
`.trim();
