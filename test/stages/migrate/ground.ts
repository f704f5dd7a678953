import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { environmentStream, foldEnvironment } from '../../../lib/environments/environment.ts';
import { servedVersions } from '../../../lib/environments/schema.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import type { RevisionRef } from '../../../lib/history/environment-events.ts';
import { type EnvironmentEvent, event } from '../../../lib/history/events.ts';
import { type Pipeline, pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import type { Schemas } from '../../../lib/pipeline/schemas.ts';
import { type Rig, startRig } from '../drive/rig.ts';

const SCRIPT = join(import.meta.dirname, 'schema.mjs');
export const base = { question: 'Does it hold?', expect: '1s', timeout: '20s', retries: 1 };

/** The rig of the file, once its tests run. */
export let rig: Rig;
/** The pipeline, the environment and the database of the test that runs. */
export let name = '';
let count = 0;
/** Gives each test of a file a database with 40 orders, and an environment of its own. */
export function useMigrations(): void {
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(async () => {
    await rig.close();
  });
  beforeEach(() => {
    count += 1;
    name = `shop-${count}`;
    const database = open();
    database.exec(
      'PRAGMA synchronous = OFF; BEGIN; CREATE TABLE orders (id INTEGER PRIMARY KEY, price TEXT)',
    );
    for (let id = 1; id <= 40; id += 1)
      database.prepare('INSERT INTO orders VALUES (?, ?)').run(id, `${id} EUR`);
    database.exec('COMMIT');
    database.close();
  });
}

const file = () => join(rig.folder, `${name}.sqlite`);
export const open = () => new DatabaseSync(file());

export function rows(): readonly Readonly<Record<string, unknown>>[] {
  const database = open();
  const all = database.prepare('SELECT * FROM orders ORDER BY id').all();
  database.close();
  return all.map((row) => ({ ...row }));
}
export const columns = () => Object.keys(rows()[0] ?? {});

export type Way = { undo: string } | { harmless: string } | { verify: string };

export function migrate(phase: string, from: number, to: number, way: Way, more: object = {}): object {
  const run = (command: string) => `"$NODE" "$SCRIPT" ${command}`;
  const back = Object.fromEntries(
    Object.entries(way).map(([key, value]) => [key, key === 'harmless' ? value : run(value)]),
  );
  const { env = {}, ...rest } = more as { env?: Record<string, string> };
  return {
    ...base,
    kind: 'migrate',
    name: phase,
    environment: name,
    phase,
    from,
    to,
    run: run(phase),
    ...back,
    env: {
      NODE: process.execPath,
      NODE_NO_WARNINGS: '1',
      SCRIPT,
      DATABASE: file(),
      EFFECTS: join(rig.folder, 'effects'),
      ...env,
    },
    ...rest,
  };
}

export const EXPAND = () => migrate('expand', 1, 2, { undo: 'shrink' });
export const DATA = (more: object = {}) => migrate('data', 2, 3, { harmless: 'nobody reads it yet' }, more);
/** A data migration of nothing, for where only its record matters. */
export const FILLED = () => DATA({ run: 'true' });
export const CONTRACT = (more: object = {}) => migrate('contract', 3, 4, { verify: 'whole' }, more);
export const failing = { ...base, kind: 'command', name: 'check', run: 'exit 1', retries: 0 };

export function pipelineOf(stages: readonly object[], schemas?: Schemas): Pipeline {
  return pipelineSchema.parse({
    pipeline: name,
    ...(schemas === undefined ? {} : { schemas }),
    environments: { [name]: { target: { kind: 'process', start: 'true', port: 1 } } },
    stages: [{ ...base, name: `acquire-${name}`, kind: 'acquire', environment: name }, ...stages],
  });
}

export async function request(pipeline: Pipeline): Promise<DeploymentId> {
  const trigger = { id: name, source: 'test', actor: 'tester' };
  const detail = { pipeline, release: { version: '1.0.0', artifact: rig.artifact }, trigger };
  return ((await rig.handlers.request({ detail })) as { deployment: DeploymentId }).deployment;
}

export async function eventsOf(id: DeploymentId) {
  return (await rig.store.load(`deployment#${id}`)).commits.flatMap(({ events }) => events);
}

export async function environmentNow() {
  return foldEnvironment((await rig.store.load(environmentStream(name))).commits);
}

export async function served(): Promise<readonly number[] | undefined> {
  const { main } = (await environmentNow()).schemas;
  return main && servedVersions(main);
}

export async function record(...events: readonly EnvironmentEvent[]): Promise<void> {
  const { head } = await rig.store.load(environmentStream(name));
  await rig.store.append(head, events);
}

/** What earlier deployments have made of the schema. */
export async function recordExpanded(to: number): Promise<void> {
  const database = open();
  database.exec('ALTER TABLE orders ADD COLUMN cents INTEGER');
  database.close();
  const deployment = 'cccccccccccccccccccc' as DeploymentId;
  const made = { schema: 'main', harmless: true, deployment, undone: false } as const;
  await record(
    event('SchemaChanged', { ...made, stage: 'expand', phase: 'expand', from: 1, to: 2 }),
    ...(to === 3 ? [event('SchemaChanged', { ...made, stage: 'data', phase: 'data', from: 2, to: 3 })] : []),
  );
}

export function revision(version: string, schemas?: Schemas): RevisionRef {
  return {
    revision: `${version}-dddddddd`,
    deployment: 'dddddddddddddddddddd' as DeploymentId,
    release: { version, artifact: rig.artifact },
    ...(schemas === undefined ? {} : { schemas }),
  };
}

export async function viewOf(id: DeploymentId) {
  return (await rig.session(id)).deployment.view;
}
