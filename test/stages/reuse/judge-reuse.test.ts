import { describe, expect, it } from 'vitest';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { event } from '../../../lib/history/events.ts';
import type { Digest } from '../../../lib/pipeline/release.ts';
import type { CheckStage } from '../../../lib/pipeline/stage.ts';
import { stagesOf } from '../../../lib/pipeline/steps.ts';
import { type EarlierPass, earlierPass } from '../../../lib/stages/reuse/earlier-pass.ts';
import { inputsDigest } from '../../../lib/stages/reuse/inputs-digest.ts';
import { barToReuse, judgeReuse } from '../../../lib/stages/reuse/judge-reuse.ts';
import { pipelineOf } from '../../lifecycle/pipelines.ts';

const FIRST = '1111aaaabbbbccccdddd' as DeploymentId;
const SECOND = '2222aaaabbbbccccdddd' as DeploymentId;
const SAME = `sha256:${'a'.repeat(64)}` as Digest;
const OTHER = `sha256:${'b'.repeat(64)}` as Digest;
const PASSED = { verdict: 'pass', expected: 'exit code 0', observed: 'exit code 0' } as const;

const PIPELINE = pipelineOf(
  'command build',
  'tests: unit lint',
  'acquire production',
  'compatibility apis',
  'place blue',
  'command smoke',
);
const UNIT = stagesOf(PIPELINE).find(({ name }) => name === 'unit') as CheckStage;

const pass: EarlierPass = { from: FIRST, evidence: { exitCode: 0 }, judgement: PASSED, inputs: SAME };
const now = { digest: SAME, onEnvironment: false };

describe('barToReuse', () => {
  it.each([
    ['build', undefined, undefined],
    ['lint', undefined, undefined],
    ['apis', undefined, undefined],
    ['smoke', undefined, 'it comes after blue, and a change is made again in each deployment'],
    ['build', 'unit', undefined],
    ['unit', 'unit', 'it was asked to run again from unit on'],
    ['lint', 'unit', 'it was asked to run again from unit on'],
    ['unit', 'tests', 'it was asked to run again from tests on'],
    ['apis', 'unit', 'it was asked to run again from unit on'],
    ['apis', 'blue', undefined],
  ])('%s, from %s: %s', (stage, from, bar) => {
    expect(barToReuse(PIPELINE, stage, from)).toBe(bar);
  });
});

describe('judgeReuse', () => {
  it('takes over what passed with the same inputs, with its evidence and its artifact', () => {
    expect(judgeReuse(UNIT, { pass: { ...pass, artifact: OTHER }, in: SECOND }, now)).toEqual({
      reuse: {
        stage: 'unit',
        from: FIRST,
        evidence: { exitCode: 0 },
        judgement: PASSED,
        artifact: OTHER,
        inputs: SAME,
        because: 'same definition, same release',
      },
    });
  });

  it('says that the environment is the same where the check depends on it', () => {
    expect(judgeReuse(UNIT, { pass, in: FIRST }, { digest: SAME, onEnvironment: true })).toMatchObject({
      reuse: { because: 'same definition, same release, same environment' },
    });
  });

  it.each([
    ['it never passed', { pass: undefined }, now, 'it did not pass in 1111aaaa'],
    [
      'it passed without force',
      { pass: { ...pass, judgement: { ...PASSED, verdict: 'fail' } } },
      now,
      'its verdict in 1111aaaa was fail',
    ],
    [
      'no inputs were recorded',
      { pass: { from: FIRST, evidence: null, judgement: PASSED } },
      now,
      '1111aaaa recorded no digest of what it depends on',
    ],
    [
      'another artifact reaches it',
      { pass },
      { digest: OTHER, onEnvironment: false },
      'the artifact that reaches it is not the one of 1111aaaa',
    ],
    [
      'its environment changed',
      { pass },
      { digest: OTHER, onEnvironment: true },
      'its environment, or the artifact that reaches it, is not what it was in 1111aaaa',
    ],
    ['its kind is never taken over', { pass }, { never: 'it asks the world' }, 'it asks the world'],
  ] as const)('performs the check again where %s', (_, earlier, inputs, notReused) => {
    expect(judgeReuse(UNIT, { ...earlier, in: FIRST }, inputs)).toEqual({ notReused });
  });
});

describe('earlierPass', () => {
  const { from: _, ...found } = pass;

  it('is the pass of the check itself', () => {
    const events = [event('StagePassed', { stage: 'unit', attempt: 2, ...found })];
    expect(earlierPass(FIRST, events, 'unit')).toEqual(pass);
    expect(earlierPass(FIRST, events, 'lint')).toBeUndefined();
  });

  it('names the deployment that a pass was taken from, not the one that took it', () => {
    const events = [event('StageReused', { stage: 'unit', ...pass })];
    expect(earlierPass(SECOND, events, 'unit')).toEqual(pass);
  });
});

describe('inputsDigest', () => {
  const release = { version: '1.0.0', artifact: SAME };
  const of = (stage: CheckStage, artifact: Digest, facts: null | { live: string }) =>
    inputsDigest(stage, { release, artifact }, facts);
  const known = of(UNIT, SAME, null);

  it('is the same for the same, whatever the order of the fields', () => {
    const turned = Object.fromEntries(Object.entries(UNIT).toReversed()) as CheckStage;
    expect(of(turned, SAME, null)).toBe(known);
  });

  it.each([
    ['definition', inputsDigest({ ...UNIT, timeout: 21 }, { release, artifact: SAME }, null)],
    ['release', inputsDigest(UNIT, { release: { ...release, version: '1.0.1' }, artifact: SAME }, null)],
    ['artifact', of(UNIT, OTHER, null)],
    ['facts', of(UNIT, SAME, { live: '1.0.0' })],
  ])('is another one for another %s', (_, digest) => {
    expect(digest).not.toBe(known);
  });
});
