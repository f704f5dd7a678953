import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeFlag } from '../../../lib/environments/change-flag.ts';
import { acquireLease, releaseLease } from '../../../lib/environments/lease.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import { createFlagDocuments } from '../../../lib/local/flag-documents.ts';
import { NoneventError } from '../../../lib/nonevent-error.ts';
import { flagStage } from '../../../lib/pipeline/kinds/flag.ts';
import { flagRequest, requestFlag } from '../../../lib/stages/drive/request-flag.ts';
import { flagKind } from '../../../lib/stages/kinds/flag.ts';
import { startDynalite } from '../../contract/dynalite.ts';
import { DEPLOYMENT, stageContext } from '../stage-context.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let root: string;
let folder: string;
let store: EventStore;
beforeAll(async () => {
  dynalite = await startDynalite();
  root = await mkdtemp(join(tmpdir(), 'nonevent-flag-'));
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'flags-'));
  store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
  await acquireLease(store, 'production', { deployment: DEPLOYMENT, pipeline: 'storefront' });
});
afterAll(async () => {
  await dynalite.stop();
  await rm(root, { recursive: true, force: true });
});

const ON = flagStage.parse({
  kind: 'flag',
  name: 'activate',
  question: 'Is it on?',
  expect: '1s',
  timeout: '1m',
  environment: 'production',
  flag: 'new-checkout',
  value: true,
});

const context = (flags = createFlagDocuments(folder, store)) => stageContext([ON], { store, flags });
const seen = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, 'production.json'), 'utf8')).flags;
const byHand = (value: string | boolean | null) =>
  changeFlag(store, 'production', { flag: ON.flag, value, actor: 'ada', reason: 'by hand' }, () => {});
const changes = async () =>
  (await store.load('environment#production')).commits.flatMap(({ events }) =>
    events.flatMap((fact) => (fact.type === 'FlagChanged' ? [fact.data] : [])),
  );

describe('a flag stage', () => {
  it('sets the flag, says who did, and lets the services see it', async () => {
    const capture = await flagKind.capture(ON, context());
    expect(capture).toEqual({ value: null });
    expect(await flagKind.apply(ON, context(), capture)).toEqual({
      evidence: { flag: 'new-checkout', before: null, value: true, changed: true },
      expected: 'new-checkout is true in production',
      observed: 'new-checkout is true, before it was not set',
    });
    expect(await seen()).toEqual({ 'new-checkout': true });
    expect(await changes()).toEqual([
      {
        flag: 'new-checkout',
        value: true,
        deployment: DEPLOYMENT,
        actor: 'ada',
        reason: 'stage activate of storefront 2.0.0',
      },
    ]);
  });

  it('is undone to the value that was there, as often as it is asked for', async () => {
    await byHand('for staff');
    const capture = await flagKind.capture(ON, context());
    await flagKind.apply(ON, context(), capture);
    const undone = { flag: 'new-checkout', before: true, value: 'for staff', changed: true };
    expect(await flagKind.undo(ON, context(), capture)).toEqual(undone);
    expect(await flagKind.undo(ON, context(), capture)).toMatchObject({ changed: false });
    expect(await seen()).toEqual({ 'new-checkout': 'for staff' });
  });

  it('is undone to no value where there was none, also where it never came to applying', async () => {
    const capture = await flagKind.capture(ON, context());
    expect(await flagKind.undo(ON, context(), capture)).toMatchObject({ changed: false });
    await flagKind.apply(ON, context(), capture);
    await flagKind.undo(ON, context(), capture);
    expect(await seen()).toEqual({});
  });

  it('goes on after a crash between recording and publishing, and records nothing twice', async () => {
    const crash = {
      publish: () => Promise.reject(new NoneventError('StoreUnavailable', 'the disk is gone')),
    };
    const capture = await flagKind.capture(ON, context());
    await expect(flagKind.apply(ON, context(crash as never), capture)).rejects.toThrow('the disk is gone');
    expect(await flagKind.apply(ON, context(), capture)).toMatchObject({ evidence: { changed: false } });
    expect(await seen()).toEqual({ 'new-checkout': true });
    expect(await changes()).toHaveLength(1);
  });

  it('changes nothing without the lease, however late it wakes up', async () => {
    await releaseLease(store, 'production', DEPLOYMENT);
    await expect(flagKind.apply(ON, context(), { value: null })).rejects.toMatchObject({
      code: 'Conflict',
      message: `deployment ${DEPLOYMENT} does not hold the lease of production, so it may not change new-checkout`,
    });
    expect(await changes()).toEqual([]);
  });
});

describe('a person who sets a flag', () => {
  const asked = (value: boolean | null, request: string) => ({
    environment: 'production',
    flag: 'new-checkout',
    value,
    actor: 'ada',
    reason: 'for everybody',
    request,
    seen: 0,
  });

  it('needs no lease, also while a deployment runs that does not change this flag', async () => {
    const services = { store, flags: createFlagDocuments(folder, store) };
    expect(await requestFlag(services, asked(true, 'one'))).toEqual({ result: 'changed' });
    expect(await seen()).toEqual({ 'new-checkout': true });
    expect(await changes()).toEqual([
      { flag: 'new-checkout', value: true, actor: 'ada', reason: 'for everybody', request: 'one' },
    ]);
  });

  it('publishes again when the request is delivered again, and changes nothing', async () => {
    const crash = { publish: () => Promise.reject(new Error('killed')) };
    await expect(requestFlag({ store, flags: crash }, asked(true, 'one'))).rejects.toThrow('killed');
    const services = { store, flags: createFlagDocuments(folder, store) };
    expect(await requestFlag(services, asked(true, 'one'))).toEqual({ result: 'unchanged' });
    expect(await seen()).toEqual({ 'new-checkout': true });
  });

  it('cannot put a secret into the history', () => {
    const secret = { ...asked(null, 'one'), value: 'AKIA'.padEnd(20, 'A') };
    expect(flagRequest.safeParse(secret).error?.issues[0]?.message).toBe(
      'expected no secret: every value of a flag is kept in the history',
    );
    expect(flagRequest.safeParse(asked(true, 'one')).success).toBe(true);
  });

  it('is refused while a running deployment changes the same flag', async () => {
    const { deployment } = context();
    const opening = {
      deployment: DEPLOYMENT,
      kind: 'forward',
      pipeline: deployment.view.pipeline,
      pipelineDigest: deployment.view.artifact,
      release: deployment.view.release,
      trigger: deployment.view.trigger,
      lifecycle: 1,
    } as const;
    const { head } = await store.load(`deployment#${DEPLOYMENT}`);
    await store.append(head, [{ type: 'DeploymentRequested', v: 1, data: opening }]);
    const services = { store, flags: createFlagDocuments(folder, store) };
    expect(await requestFlag(services, asked(true, 'one'))).toEqual({
      result: 'refused',
      holder: DEPLOYMENT,
    });
    expect(await changes()).toEqual([]);
    await releaseLease(store, 'production', DEPLOYMENT);
    expect(await requestFlag(services, asked(true, 'one'))).toEqual({ result: 'changed' });
  });
});
