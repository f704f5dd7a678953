import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyChain } from '../../lib/audit/verify-chain.ts';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import { rollbackId } from '../../lib/stages/drive/request-rollback.ts';
import { freePort } from '../../lib/targets/process/free-port.ts';
import { commitsOnce, ended, environmentNow, eventsIn, request, requestOf } from './deploying.ts';
import { type Dev, startDyingSystem } from './dev.ts';
import { type Ground, openGround } from './ground.ts';
import { change, check, environments, place, shift } from './pipelines.ts';

const SECONDS = 600;

let ground: Ground;
let text: string;
let url: string;
let first: DeploymentId;

beforeAll(async () => {
  ground = await openGround();
  const port = await freePort(new Set());
  url = `http://127.0.0.1:${port}/`;
  text = `pipeline: rolled\n${environments(ground.root, { name: 'rolled', port })}stages:${check('ok')}${change(ground.root, 'c-rolled', 'rolled')}${place('rolled')}${shift('rolled', 50)}${shift('rolled', 100)}`;
});

afterAll(async () => {
  const left = await ground.processes();
  await ground.clear();
  expect(left).toEqual([]);
});

async function deployed({ system }: Dev, version: string): Promise<DeploymentId> {
  const asked = await requestOf(ground, text, version);
  await request(system, asked);
  expect((await ended(system, asked.deployment)).view.outcome).toBe('succeeded');
  return asked.deployment;
}

/** Asks for a rollback, and gives the id that it will have. */
async function askBack({ system }: Dev, of: DeploymentId): Promise<DeploymentId> {
  const undone = replay((await system.store.load(`deployment#${of}`)).commits);
  await system.publish('Rollback Requested', { of, actor: 'tester' });
  return rollbackId(undone, { of });
}

const WHOLE = [
  'DeploymentRequested',
  'DeploymentStarted',
  'RollbackAdmitted',
  'StageUndone shift-rolled-100',
  'StageUndone shift-rolled-50',
  'StageUndone place-rolled',
  'StageUndone c-rolled',
  'StageUndone acquire-rolled',
  'DeploymentRolledBack',
];

/** Everything that has to be so after a rollback, however it came to its end. */
async function soundEnd({ system }: Dev, rollback: DeploymentId): Promise<void> {
  expect((await ended(system, rollback)).view.outcome).toBe('rolledBack');
  expect(eventsIn(await commitsOnce(system, rollback, () => true))).toEqual(WHOLE);
  const { lease, live } = await environmentNow(system, 'rolled');
  expect(lease).toBeUndefined();
  expect(live.rolled).toMatchObject({ live: { deployment: first }, knownGood: null });
  expect(await (await fetch(url)).text()).toBe('1.0.0');
  const services = (await ground.processes()).filter((line) => line.includes('service.mjs'));
  expect(services.length).toBe(1);
  const calls = (await ground.lines('log')).filter((line) => line.startsWith('undo c-rolled effective'));
  expect(calls.length).toBe(undoneSoFar());
  const { dynamodb: client, table } = system;
  expect((await verifyChain({ client, table })).findings).toEqual([]);
}

let rollbacks = 0;
function undoneSoFar(): number {
  return rollbacks;
}

test(
  'a rollback that is killed after any of its appends or calls of the target is finished by the next start, each undo once',
  async () => {
    const dev: Dev = await startDyingSystem(ground, 0);
    first = await deployed(dev, '1.0.0');
    rollbacks += 1;
    await soundEnd(dev, await askBack(dev, await deployed(dev, '2.0.0')));
    expect((await dev.stop()).code).toBe(143);

    const points = await ground.lines('points-0');
    expect(points).toContain('target route');
    expect(points.filter((point) => point.startsWith('append')).length).toBe(11);
    // Whoever finishes the rollback that was cut short is the next one to be killed.
    let dying = await startDyingSystem(ground, 1);
    for (const [index] of points.entries()) {
      const of = await deployed(dying, `2.0.${index + 1}`);
      rollbacks += 1;
      const rollback = await askBack(dying, of);
      expect((await dying.dead).code).toBe(null);
      dying.system.close();

      const isLast = index + 1 === points.length;
      dying = await startDyingSystem(ground, isLast ? 0 : index + 2);
      await soundEnd(dying, rollback);
    }
    expect((await dying.stop()).code).toBe(143);
  },
  SECONDS * 1000,
);
