import { argv } from 'node:process';
import { print } from './print.ts';

const BENCHES = {
  replay: () => import('./replay.ts'),
  verify: () => import('./verify.ts'),
  append: () => import('./append.ts'),
  orchestration: () => import('./orchestration.ts'),
  rollback: () => import('./rollback.ts'),
  prove: () => import('./prove.ts'),
  scale: () => import('./scale.ts'),
  peers: () => import('./peers.ts'),
  bundles: () => import('./bundles.ts'),
  cost: () => import('./cost.ts'),
} as const;

/** Runs the benchmarks that are named, or all. Each prints ratios from one run. */
const named = argv.slice(2);
for (const [name, load] of Object.entries(BENCHES)) {
  if (named.length > 0 && !named.includes(name)) continue;
  print(`# ${name}`);
  await (await load()).run();
}
