import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentStream, foldEnvironment } from '../../../lib/environments/environment.ts';
import { type Pipeline, pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { freePort } from '../../../lib/targets/process/free-port.ts';
import { type Rig, startRig } from './rig.ts';

const base = { question: 'Does it hold?', expect: '1s', timeout: '20s', retries: 0 };
const SERVE = `exec node -e "require('node:http').createServer((q, r) => r.end(process.env.GREETING)).listen(process.env.PORT, '127.0.0.1')"`;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.close();
});

type Settings = { readonly port: number; readonly greeting: string; readonly check?: string };

function pipelineOf(name: string, { port, greeting, check = 'true' }: Settings): Pipeline {
  return pipelineSchema.parse({
    pipeline: name,
    environments: {
      [name]: { target: { kind: 'process', start: SERVE, port, drain: '1s', env: { GREETING: greeting } } },
    },
    stages: [
      { ...base, name: 'acquire', kind: 'acquire', environment: name },
      { ...base, name: 'place', kind: 'place', environment: name },
      { ...base, name: 'shift', kind: 'shift', environment: name, percent: 100 },
      { ...base, name: 'check', kind: 'command', run: check },
    ],
  });
}

const answerAt = async (port: number): Promise<string> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    (response) => response.text(),
    () => 'nobody',
  );

async function liveIn(name: string) {
  const { commits } = await rig.store.load(environmentStream(name));
  const { live, knownGood } = foldEnvironment(commits).live[name] ?? {};
  return {
    live: `${live?.release.version} with ${live?.settings?.version}`,
    knownGood: knownGood?.settings?.version,
  };
}

describe('the settings of an environment', () => {
  it('are numbered where they go live, and come back with the code that is taken back', async () => {
    const name = 'configured';
    const [old, fresh] = [await freePort(new Set()), await freePort(new Set())];
    const older = pipelineOf(name, { port: old, greeting: 'one' });
    const newer = pipelineOf(name, { port: fresh, greeting: 'two' });
    const first = await rig.deploy(older, 'first', '1.0.0');
    expect(await liveIn(name)).toEqual({ live: '1.0.0 with 1', knownGood: undefined });
    const second = await rig.deploy(newer, 'second', '1.0.0');
    expect(second.ending).toBe('succeeded');
    expect(await liveIn(name)).toEqual({ live: '1.0.0 with 2', knownGood: 1 });
    expect([await answerAt(old), await answerAt(fresh)]).toEqual(['nobody', 'two']);

    const definition = newer.environments[name];
    if (definition === undefined) throw new Error('expected an environment');
    // No longer warm, so it has to be placed again.
    await (await rig.targets.target(name, name, definition)).remove(`1.0.0-${first.id.slice(0, 8)}`);
    expect((await rig.rollback(second.id)).ending).toBe('rolledBack');
    expect(await liveIn(name)).toEqual({ live: '1.0.0 with 1', knownGood: undefined });
    expect([await answerAt(old), await answerAt(fresh)]).toEqual(['one', 'nobody']);

    await rig.deploy(newer, 'third', '2.0.0');
    expect(await liveIn(name)).toEqual({ live: '2.0.0 with 2', knownGood: 1 });
  });

  it('are those of before again after a deployment that failed', async () => {
    const name = 'failing';
    const [old, fresh] = [await freePort(new Set()), await freePort(new Set())];
    await rig.deploy(pipelineOf(name, { port: old, greeting: 'one' }), 'first', '1.0.0');
    const failing = pipelineOf(name, { port: fresh, greeting: 'two', check: 'false' });
    expect((await rig.deploy(failing, 'second', '2.0.0')).ending).toBe('rolledBack');
    expect([await answerAt(old), await answerAt(fresh)]).toEqual(['one', 'nobody']);
    expect(await liveIn(name)).toEqual({ live: '1.0.0 with 1', knownGood: undefined });
  });
});
