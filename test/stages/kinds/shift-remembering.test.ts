import { expect, it } from 'vitest';
import { shiftStage } from '../../../lib/pipeline/kinds/shift.ts';
import { shiftKind } from '../../../lib/stages/kinds/shift.ts';
import type { Routing, Target } from '../../../lib/targets/target.ts';
import { memoryTarget } from '../memory-target.ts';
import { OURS, stageContext } from '../stage-context.ts';

const LIVE = '1.0.0-aaaaaaaa';
const STAGE = shiftStage.parse({
  kind: 'shift',
  name: 'all',
  question: 'Is it?',
  expect: '1s',
  timeout: '30s',
  environment: 'production',
  percent: 100,
});

/** A target that needs more than weights to come back, and may be in the middle of something. */
function rememberingTarget() {
  const memory = memoryTarget([LIVE, OURS], { [LIVE]: 100 });
  const routings: Routing[] = [];
  let settled = true;
  const target: Target = {
    ...memory,
    state: async () => ({ ...(await memory.state()), settled }),
    remember: async () => ({ kept: 'template-1' }),
    async route(weights, routing = {}) {
      routings.push(routing);
      await memory.route(weights);
      settled = true;
    },
  };
  const targets = { ...memory.targets, target: async () => target };
  return {
    target,
    routings,
    context: stageContext([STAGE], { targets }),
    begin: () => {
      settled = false;
    },
  };
}

it('captures what its target needs to come back, and gives it that at the undo', async () => {
  const { context, routings, target } = rememberingTarget();
  const capture = await shiftKind.capture(STAGE, context);
  expect(capture).toEqual({ weights: { [LIVE]: 100 }, remembered: { kept: 'template-1' } });
  await shiftKind.apply(STAGE, context, capture);
  await shiftKind.undo(STAGE, context, capture);
  expect(routings.map(({ remembered }) => remembered)).toEqual([undefined, { kept: 'template-1' }]);
  expect((await target.state()).weights).toEqual({ [LIVE]: 100 });
});

it('captures nothing while its target is in the middle of something', async () => {
  const { context, begin } = rememberingTarget();
  begin();
  await expect(shiftKind.capture(STAGE, context)).rejects.toMatchObject({
    code: 'TargetFailed',
    message:
      'the target of production is in the middle of an earlier change, so there is nothing to go back to',
  });
});

it('does not take weights for done that are still being carried out', async () => {
  const { context, routings, begin } = rememberingTarget();
  const capture = await shiftKind.capture(STAGE, context);
  await shiftKind.apply(STAGE, context, capture);
  begin();
  await shiftKind.apply(STAGE, context, capture);
  await shiftKind.apply(STAGE, context, capture);
  expect(routings).toHaveLength(2);
});
