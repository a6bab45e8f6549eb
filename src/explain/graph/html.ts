// Pictures as a page: a box under the pointer shows whom it leads to, a search shows part of it. Nothing is loaded.
import type { Graph } from "./model.ts";
import { escaped, svgOf } from "./svg.ts";

const css = `
body{margin:0;background:#f1f5f9;color:#0f172a;font:14px system-ui,-apple-system,"Segoe UI",Arial,sans-serif}
header{position:sticky;top:0;display:flex;gap:16px;align-items:center;padding:10px 32px;background:#fff;border-bottom:1px solid #cbd5e1}
header b{font-size:16px}
input{font:inherit;padding:5px 9px;border:1px solid #94a3b8;border-radius:6px;min-width:260px}
main{overflow:auto;padding:16px}
svg.lotse{display:block;width:100%;height:auto;border-radius:8px;box-shadow:0 1px 4px #0002}
svg.lotse.some .node:not(.on),svg.lotse.some .edge:not(.on){opacity:.12}
svg.lotse .edge.on{stroke:#1d4ed8;stroke-width:2.2}
.node{cursor:default}
`.trim();

/** Follows edges both ways from a set of boxes; kept small, for it stands in every page. */
const script = `
const svg=document.querySelector("svg.lotse"),nodes=[...svg.querySelectorAll(".node[data-id]")],edges=[...svg.querySelectorAll(".edge")];
const walk=(ids,from,to)=>{const seen=new Set(ids),todo=[...ids],hit=new Set;while(todo.length){const id=todo.pop();for(const e of edges)if(e.dataset[from]===id){hit.add(e);const n=e.dataset[to];if(!seen.has(n)){seen.add(n);todo.push(n)}}}return[seen,hit]};
const show=ids=>{svg.classList.toggle("some",ids.length>0);const[a,b]=walk(ids,"from","to"),[c,d]=walk(ids,"to","from");for(const n of nodes)n.classList.toggle("on",a.has(n.dataset.id)||c.has(n.dataset.id));for(const e of edges)e.classList.toggle("on",b.has(e)||d.has(e))};
const find=document.querySelector("input");const asked=()=>{const t=find.value.trim().toLowerCase();return t===""?[]:nodes.filter(n=>n.textContent.toLowerCase().includes(t)).map(n=>n.dataset.id)};
find.addEventListener("input",()=>show(asked()));
for(const n of nodes){n.addEventListener("mouseenter",()=>show([n.dataset.id]));n.addEventListener("mouseleave",()=>show(asked()))}
`.trim();

/** A picture may shrink with its window as far as its text can still be read; from there on the page scrolls. */
const smallest = 0.7;

/** A page with the pictures; it needs nothing else. */
export function htmlOf(graphs: readonly Graph[], cluster: string): string {
  const picture = svgOf(graphs);
  const width = Number(/ width="(\d+)"/.exec(picture)?.[1]);
  const limits = `svg.lotse{min-width:${Math.round(width * smallest)}px;max-width:${width}px}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Access to ${escaped(cluster)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>${css}
${limits}</style></head>
<body><header><b>Access to ${escaped(cluster)}</b><input type="search" placeholder="Find a name" aria-label="Find a name"></header>
<main>${picture}</main><script>${script}</script></body></html>
`;
}
