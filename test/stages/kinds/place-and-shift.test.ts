import { describe, expect, it } from 'vitest';
import { event } from '../../../lib/history/events.ts';
import { placeStage } from '../../../lib/pipeline/kinds/place.ts';
import { type ShiftStage, shiftStage } from '../../../lib/pipeline/kinds/shift.ts';
import { placeKind } from '../../../lib/stages/kinds/place.ts';
import { shiftKind } from '../../../lib/stages/kinds/shift.ts';
import { type MemoryTarget, memoryTarget } from '../memory-target.ts';
import { A_DIGEST, OURS, stageContext } from '../stage-context.ts';

const LIVE = '1.0.0-aaaaaaaa';
const common = { question: 'Is it?', expect: '1s', timeout: '30s', environment: 'production' };
const PLACE = placeStage.parse({ kind: 'place', name: 'place', ...common });

function shiftTo(percent: number): ShiftStage {
  return shiftStage.parse({ kind: 'shift', name: `shift-${percent}`, ...common, percent });
}

describe('placing a release', () => {
  it('starts it beside the live revision, without traffic', async () => {
    const target = memoryTarget([LIVE], { [LIVE]: 100 });
    const context = stageContext([PLACE], { targets: target.targets });
    const capture = await placeKind.capture(PLACE, context);
    expect(capture).toEqual({ revision: OURS, alreadyRunning: false });
    expect(await placeKind.apply(PLACE, context, capture)).toEqual({
      evidence: { revision: OURS, artifact: A_DIGEST, address: `http://127.0.0.1:1/${OURS}` },
      expected: `${OURS} running and healthy`,
      observed: `${OURS} answers at http://127.0.0.1:1/${OURS}`,
    });
    expect((await target.state()).weights).toEqual({ [LIVE]: 100 });
  });

  it('is undone by removing it, as often as it is asked for', async () => {
    const target = memoryTarget([LIVE], { [LIVE]: 100 });
    const context = stageContext([PLACE], { targets: target.targets });
    const capture = await placeKind.capture(PLACE, context);
    await placeKind.apply(PLACE, context, capture);
    expect(await placeKind.undo(PLACE, context, capture)).toEqual({ revision: OURS, removed: true });
    expect(await placeKind.undo(PLACE, context, capture)).toEqual({ revision: OURS, removed: true });
    expect((await target.state()).revisions.map(({ revision }) => revision)).toEqual([LIVE]);
  });

  it('leaves alone what ran before the stage began', async () => {
    const target = memoryTarget([OURS]);
    const context = stageContext([PLACE], { targets: target.targets });
    const capture = await placeKind.capture(PLACE, context);
    expect(await placeKind.undo(PLACE, context, capture)).toEqual({ revision: OURS, removed: false });
    expect(target.calls).toEqual([]);
  });

  it('does not remove what users are sent to', async () => {
    const target = memoryTarget([OURS], { [OURS]: 100 });
    const context = stageContext([PLACE], { targets: target.targets });
    await expect(
      placeKind.undo(PLACE, context, { revision: OURS, alreadyRunning: false }),
    ).rejects.toMatchObject({
      code: 'Conflict',
    });
  });
});

/** Makes a canary of three steps against one target, with the history that it writes. */
async function canary(target: MemoryTarget, percents: readonly number[]) {
  const stages = percents.map(shiftTo);
  const captures: [ShiftStage, { weights: Record<string, number> }][] = [];
  const observed: string[] = [];
  const contextNow = () =>
    stageContext(stages, {
      targets: target.targets,
      events: captures.flatMap(([stage, capture], index) => [
        ...(index === 0 ? [event('DeploymentStarted', { entry: 'forward' })] : []),
        event('StageStarted', { stage: stage.name, attempt: 1, capture }),
        ...(index === captures.length - 1
          ? []
          : [
              event('StagePassed', {
                stage: stage.name,
                attempt: 1,
                evidence: null,
                judgement: { verdict: 'pass', expected: '', observed: '' },
              }),
            ]),
      ]),
    });
  for (const stage of stages) {
    const capture = (await shiftKind.capture(stage, contextNow())) as { weights: Record<string, number> };
    captures.push([stage, capture]);
    observed.push((await shiftKind.apply(stage, contextNow(), capture)).observed);
  }
  return { captures, observed, context: contextNow() };
}

describe('shifting traffic', () => {
  it('goes up step by step, and back at once to exactly what was', async () => {
    const target = memoryTarget([LIVE, 'older', OURS], { [LIVE]: 70, older: 30 });
    const { captures, observed, context } = await canary(target, [10, 50, 100]);
    expect(observed).toEqual([
      `${OURS} 10 %, ${LIVE} 63 %, older 27 %`,
      `${OURS} 50 %, ${LIVE} 35 %, older 15 %`,
      `${OURS} 100 %`,
    ]);
    expect(captures.map(([, capture]) => capture)).toEqual([
      { weights: { [LIVE]: 70, older: 30 } },
      { weights: { [LIVE]: 70, older: 30 } },
      { weights: { [LIVE]: 70, older: 30 } },
    ]);
    target.calls.length = 0;
    const undone: unknown[] = [];
    for (const [stage, capture] of captures.toReversed())
      undone.push(await shiftKind.undo(stage, context, capture));
    expect(target.calls).toEqual([`route {"${LIVE}":70,"older":30}`]);
    expect((await target.state()).weights).toEqual({ [LIVE]: 70, older: 30 });
    expect(undone).toEqual([
      { weights: { [LIVE]: 70, older: 30 }, routed: true },
      { weights: { [LIVE]: 70, older: 30 }, routed: false },
      { weights: { [LIVE]: 70, older: 30 }, routed: false },
    ]);
  });

  it('is undone by the newest shift that has begun, whatever was still to come', async () => {
    const target = memoryTarget([LIVE, OURS], { [LIVE]: 100 });
    const { captures, context } = await canary(target, [10]);
    const [[stage, capture] = []] = captures;
    if (stage === undefined || capture === undefined) throw new Error('expected one shift');
    target.calls.length = 0;
    expect(await shiftKind.undo(stage, context, capture)).toEqual({ weights: { [LIVE]: 100 }, routed: true });
    expect(target.calls).toEqual([`route {"${LIVE}":100}`]);
  });

  it('is undone where the router already is as it was, although the old revision does not run', async () => {
    const target = memoryTarget([LIVE, OURS], { [LIVE]: 100 });
    target.crash(LIVE);
    const stage = shiftTo(10);
    const context = stageContext([stage], { targets: target.targets });
    expect(await shiftKind.undo(stage, context, { weights: { [LIVE]: 100 } })).toMatchObject({
      weights: { [LIVE]: 100 },
    });
  });

  it('goes down again after 100 % to those who had the traffic before', async () => {
    const target = memoryTarget([LIVE, OURS], { [LIVE]: 100 });
    const { observed } = await canary(target, [100, 20]);
    expect(observed.at(-1)).toBe(`${OURS} 20 %, ${LIVE} 80 %`);
  });

  it('asks the target for nothing when it is there already', async () => {
    const target = memoryTarget([LIVE, OURS], { [LIVE]: 90, [OURS]: 10 });
    const stage = shiftTo(10);
    const context = stageContext([stage], { targets: target.targets });
    const { evidence } = await shiftKind.apply(stage, context, { weights: { [LIVE]: 100 } });
    expect(evidence).toMatchObject({ changed: false, weights: { [LIVE]: 90, [OURS]: 10 } });
    expect(target.calls).toEqual([]);
  });

  it('sends everything to the new revision when there is no other, and says so', async () => {
    const target = memoryTarget([OURS]);
    const stage = shiftTo(10);
    const context = stageContext([stage], { targets: target.targets });
    const capture = await shiftKind.capture(stage, context);
    expect(await shiftKind.apply(stage, context, capture)).toMatchObject({
      expected: `${OURS} gets 10 % of the traffic`,
      observed: `${OURS} 100 %: no other revision runs that could serve the rest`,
    });
    await shiftKind.undo(stage, context, capture);
    expect((await target.state()).weights).toEqual({});
  });

  it('sends nobody to a revision that stopped running', async () => {
    const target = memoryTarget([LIVE, 'dead', OURS], { [LIVE]: 50, dead: 50 });
    target.crash('dead');
    const stage = shiftTo(10);
    const context = stageContext([stage], { targets: target.targets });
    const { observed } = await shiftKind.apply(stage, context, await shiftKind.capture(stage, context));
    expect(observed).toBe(`${OURS} 10 %, ${LIVE} 90 %`);
  });

  it('fails when the router does not do what it was told', async () => {
    const target = { ...memoryTarget([LIVE, OURS], { [LIVE]: 100 }), route: async () => {} };
    const stage = shiftTo(10);
    const context = stageContext([stage], {
      targets: { ...memoryTarget().targets, target: async () => target },
    });
    await expect(shiftKind.apply(stage, context, { weights: { [LIVE]: 100 } })).rejects.toMatchObject({
      code: 'TargetFailed',
      message: `the router of production has ${LIVE} 100 % after it was told ${OURS} 10 %, ${LIVE} 90 %`,
    });
    await expect(shiftKind.undo(stage, context, { weights: { [OURS]: 100 } })).rejects.toMatchObject({
      code: 'TargetFailed',
    });
  });
});
