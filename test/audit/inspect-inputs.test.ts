import { expect, it } from 'vitest';
import { inspectInputs } from '../../lib/audit/inspect-inputs.ts';
import type { Commit } from '../../lib/history/event-store.ts';
import { event } from '../../lib/history/events.ts';
import { digest } from '../../lib/pipeline/release.ts';
import type { CheckStage } from '../../lib/pipeline/stage.ts';
import { inputsDigest } from '../../lib/stages/reuse/inputs-digest.ts';
import { PIPELINE, SUCCEEDS } from './sample-history.ts';

const opening = SUCCEEDS[0]?.[0];
const [UNIT] = PIPELINE.stages;
if (opening?.type !== 'DeploymentRequested' || !UNIT || !('kind' in UNIT) || UNIT.kind !== 'command')
  throw new Error('no such sample');
const { release } = opening.data;
const judgement = { verdict: 'pass', expected: '', observed: '' } as const;

function problemOf(version: string, letter?: string): string | undefined {
  const artifact = letter === undefined ? release.artifact : digest.parse(`sha256:${letter.repeat(64)}`);
  const inputs = inputsDigest(UNIT as CheckStage, { release: { ...release, version }, artifact }, null);
  const first = { body: JSON.stringify([opening]), events: [opening] } as unknown as Commit;
  return inspectInputs(first)(
    event('StagePassed', { stage: 'unit-tests', attempt: 1, evidence: {}, judgement, inputs }),
  );
}

it('finds nothing against a command that depends on its own release', () => {
  expect(problemOf(release.version)).toBeUndefined();
});

it('finds a command that is said to depend on another release or artifact', () => {
  expect(problemOf('9.9.9')).toMatch(/^what unit-tests depends on has the digest/);
  expect(problemOf(release.version, 'c')).toMatch(/expected sha256:/);
});
