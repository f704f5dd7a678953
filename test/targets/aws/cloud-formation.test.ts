import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../lib/targets/aws/cloud-formation/template.ts';
import { cloudFormationFake } from '../../aws/cloud-formation-fake.ts';
import { targetContract } from '../target-contract.ts';
import { awsGround, patience, revision } from './aws-ground.ts';
import { usesItsPermissions } from './uses.ts';

const DEFINITION = { kind: 'cloudFormation', stack: 'shop', template: 'template.json' };
const API = { Type: 'AWS::Lambda::Function', Properties: { Memory: 512 } };
const TABLE = { Type: 'AWS::DynamoDB::Table', Properties: { Name: 'orders' } };
const KEPT_TABLE = { ...TABLE, DeletionPolicy: 'Retain' };

async function open(changes: object = {}) {
  const cloudFormation = cloudFormationFake();
  const ground = await awsGround({ ...DEFINITION, ...changes }, [cloudFormation]);
  const release = async (version: number, Resources: object, Parameters: object = {}) =>
    revision(version, await ground.pack({ 'template.json': JSON.stringify({ Parameters, Resources }) }));
  const stack = () => cloudFormation.stacks.get('shop');
  const resources = () => Object.keys(JSON.parse(stack()?.template ?? '{"Resources":{}}').Resources);
  return { ...ground, cloudFormation, release, stack, resources };
}

/** Makes the stack by hand. */
function found(
  cloudFormation: ReturnType<typeof cloudFormationFake>,
  Resources: object,
  Parameters: object = {},
) {
  cloudFormation.stacks.set('shop', {
    template: JSON.stringify({ Parameters, Resources }),
    parameters: new Map(Object.keys(Parameters).map((key) => [key, `old ${key}`])),
    tags: new Map([['team', 'shop']]),
    status: 'CREATE_COMPLETE',
    changeSets: [],
    events: [],
  });
}

describe('the contract of a target, on a CloudFormation stack', () => {
  targetContract(async () => {
    const { target, release } = await open();
    return {
      target,
      revisions: [await release(1, { Api: API }), await release(2, { Api: API, More: API })],
      canSplit: false,
    };
  });
});

describe('a stack that does not exist', () => {
  it('is made by a shift, and deleted when that is taken back', async () => {
    const { target, release, stack } = await open();
    const first = await release(1, { Api: API });
    expect(await target.place(first, patience())).toEqual({
      id: 'change set nonevent-1-0-0-aaaaaaaa-aaaaaaaaaaaaaaaaaaaa of shop',
      facts: {
        stack: 'shop',
        changeSet: 'nonevent-1-0-0-aaaaaaaa-aaaaaaaaaaaaaaaaaaaa',
        changes: ['Add Api (AWS::Lambda::Function)'],
      },
    });
    const remembered = await target.remember?.();
    expect(remembered).toEqual({ stack: 'absent' });
    await target.route({ [first.revision]: 100 });
    expect(stack()).toMatchObject({ status: 'CREATE_COMPLETE' });
    await target.route({}, { remembered: { stack: 'absent' } });
    await target.route({}, { remembered: { stack: 'absent' } });
    expect(stack()).toBeUndefined();
  });

  it('is made by the role that the target names, from a template in its bucket where that is large', async () => {
    const executionRole = 'arn:aws:iam::123456789012:role/changes-shop';
    const objects = new Map<string, string>();
    const s3 = {
      service: 's3',
      answer: ({ path, body }: { path: string; body: Buffer }) => {
        objects.set(path.replace('/packages/', 'https://packages.s3.eu-west-1.amazonaws.com/'), String(body));
        return { headers: { etag: '"1"' } };
      },
    };
    const cloudFormation = cloudFormationFake();
    cloudFormation.templateAt = (url) => objects.get(url);
    const { aws, target, pack } = await awsGround({ ...DEFINITION, bucket: 'packages', executionRole }, [
      cloudFormation,
      s3,
    ]);
    const templateOf = (Memory: number) =>
      JSON.stringify({
        Description: 'x'.repeat(52_000),
        Resources: { Api: { ...API, Properties: { Memory } } },
      });
    const release = async (version: number) =>
      revision(version, await pack({ 'template.json': templateOf(version * 512) }));
    const [first, second] = [await release(1), await release(2)];
    await target.place(first, patience());
    await target.route({ [first.revision]: 100 });
    const remembered = (await target.remember?.()) ?? null;
    const { weights } = await target.state();
    await target.place(second, patience());
    await target.route({ [second.revision]: 100 });
    await target.route(weights, { remembered });
    expect(cloudFormation.stacks.get('shop')?.template).toBe(templateOf(512));
    const passed = aws.asked.filter(({ action }) => action === 'iam:PassRole');
    expect(new Set(passed.flatMap(({ resources }) => resources))).toEqual(new Set([executionRole]));
  });

  it('leaves nothing where it was placed and never shifted to', async () => {
    const { target, release, stack } = await open();
    const first = await release(1, { Api: API });
    await target.place(first, patience());
    await target.remove(first.revision);
    expect(await target.state()).toMatchObject({ revisions: [] });
    expect(stack()).toBeUndefined();
  });

  it('is deleted when its creation has failed', async () => {
    const { target, release, stack } = await open();
    const bad = await release(1, { Api: { ...API, Properties: { Fail: 'the role is not there' } } });
    await target.place(bad, patience());
    await expect(target.route({ [bad.revision]: 100 })).rejects.toMatchObject({
      code: 'Conflict',
      message: 'the stack shop could not be changed and is ROLLBACK_COMPLETE: Api: the role is not there',
    });
    await target.route({}, { remembered: { stack: 'absent' } });
    expect(stack()).toBeUndefined();
  });

  it('is not made with data in it that an undo would delete', async () => {
    const { target, release, stack } = await open();
    await expect(target.place(await release(1, { Orders: TABLE }), patience())).rejects.toMatchObject({
      code: 'Conflict',
      message:
        'the change set could lose data: Orders (AWS::DynamoDB::Table) is added, and an undo would delete it with its data',
    });
    expect(await target.state()).toMatchObject({ revisions: [] });
    expect(stack()).toBeUndefined();
    const placed = await target.place(await release(2, { Orders: KEPT_TABLE }), patience());
    expect(placed).toMatchObject({ facts: { changes: ['Add Orders (AWS::DynamoDB::Table)'] } });
  });
});

describe('a stack that is there', () => {
  it('gets its earlier template, parameters and tags back', async () => {
    const { target, cloudFormation, release, stack, resources } = await open({
      parameters: { Size: 'large' },
    });
    const parameters = { Size: { Type: 'String' }, Secret: { Type: 'String', NoEcho: true } };
    found(cloudFormation, { Api: API }, parameters);
    const first = await release(1, { Api: API, More: API }, parameters);
    await target.place(first, patience());
    const { weights } = await target.state();
    const remembered = (await target.remember?.()) ?? null;
    expect(JSON.stringify(remembered)).toMatch(/^\{"stack":"present","artifact":"sha256:[0-9a-f]{64}"\}$/);
    await target.route({ [first.revision]: 100 });
    expect(stack()?.parameters).toEqual(
      new Map([
        ['Size', 'large'],
        ['Secret', 'old Secret'],
      ]),
    );
    expect(stack()?.tags.get('nonevent:revision')).toBe('1.0.0-aaaaaaaa');
    await target.route(weights, { remembered });
    await target.route(weights, { remembered });
    expect(resources()).toEqual(['Api']);
    expect(stack()?.parameters).toEqual(
      new Map([
        ['Size', 'old Size'],
        ['Secret', 'old Secret'],
      ]),
    );
    expect(stack()?.tags).toEqual(new Map([['team', 'shop']]));
  });

  it('goes back by itself when an update fails, and the cause is said', async () => {
    const { target, cloudFormation, release, resources } = await open();
    found(cloudFormation, { Api: API });
    const bad = await release(1, { Api: { ...API, Properties: { Fail: 'no such layer' } }, Other: API });
    await target.place(bad, patience());
    const remembered = (await target.remember?.()) ?? null;
    await expect(target.route({ [bad.revision]: 100 })).rejects.toMatchObject({
      code: 'Conflict',
      message: 'the stack shop could not be changed and is UPDATE_ROLLBACK_COMPLETE: Api: no such layer',
    });
    await target.route({ 'stack-as-found': 100 }, { remembered });
    expect(await target.state()).toMatchObject({ weights: { 'stack-as-found': 100 }, settled: true });
    expect(resources()).toEqual(['Api']);
  });

  it('is waited for where an earlier attempt has begun, and cancelled where it is taken back', async () => {
    const { aws, target, cloudFormation, release } = await open();
    found(cloudFormation, { Api: API });
    const first = await release(1, { Api: API, More: API });
    await target.place(first, patience());
    const remembered = (await target.remember?.()) ?? null;
    cloudFormation.operationsTake = 30;
    const brief = { signal: AbortSignal.timeout(5) };
    await expect(target.route({ [first.revision]: 100 }, brief)).rejects.toMatchObject({
      code: 'TargetFailed',
    });
    expect((await target.state()).settled).toBe(false);
    await target.route({ 'stack-as-found': 100 }, { remembered });
    expect(aws.calls).toContain('cloudformation CancelUpdateStack');
    expect(await target.state()).toMatchObject({ weights: { 'stack-as-found': 100 }, settled: true });
  });

  it.each([
    [{ Orders: { ...TABLE, Properties: { Name: 'other' } } }, 'would or could be replaced'],
    [{}, 'would be deleted'],
  ])('does not lose data', async (after, loss) => {
    const { target, cloudFormation, release, open: openAnother } = await open();
    found(cloudFormation, { Api: API, Orders: TABLE });
    const first = await release(1, { Api: API, ...after });
    await expect(target.place(first, patience())).rejects.toMatchObject({
      code: 'Conflict',
      message: `the change set could lose data: Orders (AWS::DynamoDB::Table) ${loss}`,
      hint: 'give the resource a DeletionPolicy of Retain or Snapshot, or name it under allowReplacement',
    });
    expect((await target.state()).revisions.map((known) => known.revision)).toEqual(['stack-as-found']);
    const allowing = await openAnother({ ...DEFINITION, allowReplacement: ['Orders'] });
    await allowing.place(first, patience());
    expect((await allowing.state()).revisions).toHaveLength(2);
  });

  it('gets back what holds data and went meanwhile, since nothing undoes a return', async () => {
    const { target, cloudFormation, release, stack, resources } = await open();
    found(cloudFormation, { Api: API, Orders: TABLE });
    const remembered = (await target.remember?.()) ?? null;
    const first = await release(1, { Api: API, Orders: TABLE, More: API });
    await target.place(first, patience());
    await target.route({ [first.revision]: 100 });
    const template = JSON.stringify({ Resources: { Api: API, More: API } });
    cloudFormation.stacks.set('shop', { ...NEVER, ...stack(), template } as never);
    await target.route({ 'stack-as-found': 100 }, { remembered });
    expect(resources()).toEqual(['Api', 'Orders']);
  });

  it('is not deleted by somebody who did not make it', async () => {
    const { target, cloudFormation, stack } = await open();
    found(cloudFormation, { Api: API });
    await expect(target.route({}, { remembered: { stack: 'absent' } })).rejects.toMatchObject({
      message: 'the stack shop was not made by this environment, so it is not deleted',
    });
    expect(stack()).toBeDefined();
  });

  it.each([
    ['UPDATE_IN_PROGRESS', 'TargetFailed', 'the stack shop is UPDATE_IN_PROGRESS: it is being changed'],
    ['UPDATE_ROLLBACK_FAILED', 'TargetFailed', 'the stack shop is UPDATE_ROLLBACK_FAILED'],
    [
      'ROLLBACK_COMPLETE',
      'Conflict',
      'the stack shop is ROLLBACK_COMPLETE: its creation failed, so it can only be deleted',
    ],
  ])('is left alone while it is %s', async (status, code, message) => {
    const { target, cloudFormation, release, stack, resources } = await open();
    found(cloudFormation, { Api: API });
    cloudFormation.operationsTake = 1e9;
    const before = stack();
    if (before !== undefined) before.status = status;
    if (status === 'UPDATE_IN_PROGRESS') cloudFormation.stacks.set('shop', { ...NEVER, ...before } as never);
    await expect(target.place(await release(1, { Api: API }), patience())).rejects.toMatchObject({
      code,
      message,
    });
    expect(stack()).toMatchObject({ status, changeSets: [] });
    expect(resources()).toEqual(['Api']);
  });
});

const NEVER = { changeSets: [] };

it('says which parameters the template does not have', async () => {
  const { target, release } = await open({ parameters: { Colour: 'blue' } });
  await expect(target.place(await release(1, { Api: API }), patience())).rejects.toMatchObject({
    message: expect.stringContaining('Parameters: [Colour] do not exist in the template'),
  });
});

it('names a template that the artifact does not have', async () => {
  const { target, pack } = await open();
  await expect(target.place(revision(1, await pack({ other: '' })), patience())).rejects.toMatchObject({
    message: 'the artifact has no file template.json, expected the template of shop',
  });
});

describe('templates', () => {
  it('are read with their short functions', () => {
    const { parameters, retained } = readTemplate(`
Parameters: { Size: { Type: String } }
Resources:
  Orders: { Type: 'AWS::DynamoDB::Table', DeletionPolicy: Retain, Properties: { TableName: !Sub '\${AWS::StackName}-orders' } }
  Api: { Type: 'AWS::Lambda::Function', Properties: { Role: !GetAtt Role.Arn } }
`);
    expect([[...parameters], [...retained]]).toEqual([['Size'], ['Orders']]);
  });

  it.each(['', '[]', 'Resources: [', '{"Resources": {"A": {}}}'])(
    'are refused where they are none: %j',
    (text) => {
      expect(() => readTemplate(text)).toThrow(/^the template cannot be read: /);
    },
  );
});

usesItsPermissions('cloudFormation');
