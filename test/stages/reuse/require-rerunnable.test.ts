import { describe, expect, it } from 'vitest';
import { event } from '../../../lib/history/events.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import { requireRerunnable } from '../../../lib/stages/reuse/require-rerunnable.ts';
import {
  commitsOf,
  DEPLOYMENT,
  opened,
  passed,
  STARTED,
  SUMMARY,
  stageFailed,
  started,
} from '../../lifecycle/histories.ts';
import { pipelineOf } from '../../lifecycle/pipelines.ts';

const PIPELINE = pipelineOf('command build', 'tests: unit lint', 'command smoke');
const RUNNING = [
  opened(PIPELINE),
  STARTED,
  started('build'),
  passed('build'),
  started('unit'),
  started('lint'),
];
const ENDED = replay(
  commitsOf(...RUNNING, passed('unit'), stageFailed('lint'), event('DeploymentFailed', SUMMARY)),
);

describe('requireRerunnable', () => {
  it.each([undefined, 'build', 'tests', 'unit', 'lint'])(
    'lets one that has ended run again from %s',
    (from) => {
      expect(() => requireRerunnable(ENDED, from)).not.toThrow();
    },
  );

  it('refuses a stage that there is not, and says which there are', () => {
    expect(refusal('units')).toEqual({
      code: 'InvalidInput',
      message: `deployment ${DEPLOYMENT} has no stage "units", expected one of build, unit, lint, smoke`,
      hint: 'did you mean unit?',
    });
  });

  it('refuses a stage with a check before it that did not pass', () => {
    expect(refusal('smoke')).toEqual({
      code: 'InvalidInput',
      message: `check lint, which comes before smoke, did not pass in deployment ${DEPLOYMENT}: it is failed`,
      hint: `run again from there or before: \`nonevent rerun ${DEPLOYMENT}\` takes over what passed`,
    });
  });

  it('refuses one that still runs', () => {
    expect(refusal(undefined, replay(commitsOf(...RUNNING)))).toEqual({
      code: 'Conflict',
      message: `deployment ${DEPLOYMENT} still runs, expected one that has ended`,
      hint: `watch it with \`nonevent status ${DEPLOYMENT} --watch\`, or stop it with \`nonevent stop ${DEPLOYMENT}\``,
    });
  });

  it('refuses a rollback', () => {
    const rollback = { ...ENDED, view: { ...ENDED.view, kind: 'rollback', of: DEPLOYMENT } } as const;
    expect(refusal(undefined, rollback)).toEqual({
      code: 'Conflict',
      message: `deployment ${DEPLOYMENT} is a rollback, expected one that went forward`,
      hint: `try a rollback again with \`nonevent rollback ${DEPLOYMENT} --again\``,
    });
  });
});

function refusal(from: string | undefined, deployment = ENDED): unknown {
  try {
    requireRerunnable(deployment, from);
    return undefined;
  } catch (thrown) {
    const { code, message, hint } = thrown as { code: string; message: string; hint: string };
    return { code, message, hint };
  }
}
