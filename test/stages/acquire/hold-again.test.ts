import { expect, it } from 'vitest';
import { event } from '../../../lib/history/events.ts';
import { acquireStage } from '../../../lib/pipeline/kinds/acquire.ts';
import { compatibilityStage } from '../../../lib/pipeline/kinds/compatibility.ts';
import { customStage } from '../../../lib/pipeline/kinds/custom.ts';
import type { Stage } from '../../../lib/pipeline/stage.ts';
import { holdAgain } from '../../../lib/stages/acquire/hold-again.ts';
import { stageContext } from '../stage-context.ts';

const base = { question: 'Does it hold?', expect: '1s', timeout: '1m', environment: 'production' };
const acquire = acquireStage.parse({ ...base, kind: 'acquire', name: 'acquire' });
const fits = (more: object = {}) =>
  compatibilityStage.parse({ ...base, kind: 'compatibility', name: 'fits', ...more });
const change = customStage.parse({ ...base, kind: 'custom', name: 'change', run: 'true', undo: 'true' });

/** Whether the check was asked again: there is no store to ask, so that is refused. */
async function isAsked(check: Stage, between: readonly Stage[] = []): Promise<boolean> {
  const judgement = { verdict: 'pass', expected: 'it fits', observed: 'it fits' } as const;
  const context = stageContext([check, ...between, acquire], {
    events: [
      event('DeploymentStarted', { entry: 'forward' }),
      event('StageStarted', { stage: 'fits', attempt: 1, capture: null }),
      event('StagePassed', { stage: 'fits', attempt: 1, evidence: null, judgement }),
    ],
  });
  return holdAgain(acquire, context).then(
    () => false,
    (thrown: Error) => thrown.message === 'this test gives nothing of the kind',
  );
}

it('asks what enforces, of this environment, and was not changed by the deployment itself', async () => {
  expect(await isAsked(fits())).toBe(true);
  expect(await isAsked(fits({ mode: 'advisory' }))).toBe(false);
  expect(await isAsked(fits({ environment: 'staging' }))).toBe(false);
  expect(await isAsked(fits(), [change])).toBe(false);
});
