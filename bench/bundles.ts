import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { METRICS_NAMESPACE } from '../lib/aws/system-metric.ts';
import { bundle } from '../lib/infra/bundling/bundle-functions.ts';
import { bytesAtStart } from '../lib/infra/bundling/bytes-at-start.ts';
import { FUNCTION_NAMES } from '../lib/infra/function-catalogue.ts';
import { print } from './print.ts';

const GOAL_KIB = 400;
const GOAL_RATIO = 1.2;
const ROUNDS = 15;
const BASE = 'only-a-client';
const ENTRIES: Readonly<Record<string, string>> = {
  [BASE]: 'bench/bundles/only-a-client.ts',
  ...Object.fromEntries(FUNCTION_NAMES.map((name) => [name, `functions/aws/${name}.ts`])),
};

/** What each function reads at its start, and how long its start takes in a fresh process, beside one that only builds a client. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-bench-'));
  try {
    const sizes = new Map<string, number>();
    for (const [name, entry] of Object.entries(ENTRIES))
      sizes.set(name, bytesAtStart(await bundle(folder, name, entry), entry) / 1024);
    const starts = new Map<string, number[]>(Object.keys(ENTRIES).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [name, times] of starts) times.push(await startOf(join(folder, name, 'index.mjs')));
    const base = median(starts.get(BASE) ?? []);
    print(
      `bundles: goals <= ${GOAL_KIB} KiB at the start, init <= ${GOAL_RATIO}x of ${BASE} (${base.toFixed(0)} ms)`,
    );
    for (const [name, size] of sizes) {
      const init = median(starts.get(name) ?? []);
      print(
        `bundles: ${name} ${size.toFixed(0)} KiB, init ${init.toFixed(0)} ms, ratio ${(init / base).toFixed(2)}x`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const START = `const begun = performance.now();
await import(process.argv[1]);
process.stdout.write('\\n' + (performance.now() - begun));`;

/** Loads a bundle and runs its start in a process of its own, as Lambda does, and says how many milliseconds it took. */
async function startOf(file: string): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', START, pathToFileURL(file).href],
    { env: VARIABLES },
  );
  return Number(stdout.slice(stdout.lastIndexOf('\n')));
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const VARIABLES = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  POWERTOOLS_SERVICE_NAME: 'Nonevent',
  POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
  NONEVENT_ACCOUNT: '123456789012',
  NONEVENT_TABLE: 'table',
  NONEVENT_ARTIFACTS: 'artifacts',
  NONEVENT_BUS: 'bus',
  NONEVENT_SEALS: 'seals',
  NONEVENT_SIGNING_KEY: 'key',
  NONEVENT_DEFINITIONS: '/opt',
  NONEVENT_FLAGS: '{"strategy":"s","places":{}}',
  NONEVENT_STATE_MACHINES: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Nonevent-',
};
