import { foldSeals, signSeal, sealHash } from '/work/main/lib/audit/seal.ts';
import { rootOf, leafOf } from '/work/main/lib/audit/merkle.ts';
import { temporarySigner } from '/work/main/test/audit/temporary-signer.ts';
import { hash } from 'node:crypto';
const signer = temporarySigner();
const chain = foldSeals(Date.now());
import { growingTree } from '/work/main/lib/audit/growing-tree.ts';
const N=Number(process.argv[2]), PER=Number(process.argv[3]);
// build seals with own tree to know the root: reuse a shadow chain trick: tree mirrored
const t=growingTree(); const streams: string[]=[];
const seals:any[]=[]; let prev='0'.repeat(64); let n=0;
for (let s=1;s<=N;s++){ const changed:any[]=[]; for(let i=0;i<PER;i++){ const id=hash('sha256',String(n++)).slice(0,20); changed.push({stream:'deployment#'+id,seq:23,hash:hash('sha256',id)}); }
 changed.sort((a,b)=>a.stream<b.stream?-1:1);
 for (const h of changed){ let lo=0,hi=streams.length; while(lo<hi){const m=(lo+hi)>>1; if(streams[m]!<h.stream) lo=m+1; else hi=m;} streams.splice(lo,0,h.stream); t.insert(lo, leafOf(h)); }
 const said={seal:s, at:new Date(Date.now()-1e6).toISOString(), previous:prev, changed, streams:streams.length, root:t.root()};
 const seal=await signSeal(said as any, signer); seals.push(seal); prev=sealHash(seal); }
const b=performance.now(); for (const s of seals){ const p=chain.add(s); if(p) throw new Error(p);} console.log(N,'seals',n,'streams fold ms', (performance.now()-b).toFixed(0), 'rss MB', (process.memoryUsage().rss/1e6).toFixed(0));
{ const heads=new Map<string,any>(); const b2=performance.now(); let k=0; for (const s of seals.slice(0,300)){ for(const h of s.changed) heads.set(h.stream,h); const all=[...heads.keys()].sort().map(x=>heads.get(x)); if(rootOf(all.map(leafOf))!==s.root) throw new Error('x'); k++; } console.log('whole tree each time,',k,'seals', (performance.now()-b2).toFixed(0),'ms'); }
{ const c2=foldSeals(Date.now()); const b3=performance.now(); for (const s of seals.slice(0,300)) c2.add(s); console.log('growing, 300 seals', (performance.now()-b3).toFixed(0),'ms'); }
