import { describe, expect, test } from 'vitest';
import type { DeploymentEvent } from '../../lib/history/events.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import { isUnchanged, stageViewOf, standingOf } from '../../lib/lifecycle/standing.ts';
import {
  attemptFailed,
  commitsOf,
  opened,
  passed,
  STARTED,
  stageFailed,
  started,
  undone,
} from './histories.ts';
import { pipelineOf } from './pipelines.ts';

const PIPELINE = pipelineOf('custom first', 'custom second', 'checks: left right');
const SECOND = [opened(PIPELINE), STARTED, started('first'), passed('first')] as const;

describe('a stage', () => {
  test('is here when it is its turn, and when nothing has begun yet', () => {
    expect(standing('first', opened(PIPELINE))).toBe('here');
    expect(standing('second', ...SECOND)).toBe('here');
  });

  test('has passed', () => {
    expect(standing('first', ...SECOND)).toBe('passed');
  });

  test('is refused when it failed before it began', () => {
    expect(standing('second', ...SECOND, stageFailed('second', 0))).toBe('refused');
  });

  test('has failed when it began', () => {
    expect(standing('second', ...SECOND, started('second'), stageFailed('second'))).toBe('failed');
  });

  test('has failed when its undo is still to come, though it never began', () => {
    const seenByTheExecutionOnly = [...SECOND, stageFailed('second', 1)];
    expect(standing('second', ...seenByTheExecutionOnly)).toBe('failed');
    expect(standing('second', ...seenByTheExecutionOnly, undone('second'))).toBe('refused');
  });

  test('has failed when a parallel sibling did', () => {
    const group = [...SECOND, started('second'), passed('second'), started('left'), started('right')];
    expect(standing('right', ...group, stageFailed('left'))).toBe('failed');
  });
});

test('a stage is unchanged while its attempt is as it was seen', () => {
  const seen = stageViewOf(deploymentOf(...SECOND), 'second');
  expect(isUnchanged(deploymentOf(...SECOND), seen)).toBe(true);
  expect(isUnchanged(deploymentOf(...SECOND, started('second')), seen)).toBe(false);
  expect(isUnchanged(deploymentOf(...SECOND, attemptFailed('second', 1)), seen)).toBe(false);
  expect(isUnchanged(deploymentOf(...SECOND, stageFailed('second', 0)), seen)).toBe(false);
});

test('a stage that the pipeline does not have is a bug', () => {
  expect(() => stageViewOf(deploymentOf(opened(PIPELINE)), 'third')).toThrow(
    'pipeline storefront has no stage third',
  );
});

function standing(name: string, ...events: readonly DeploymentEvent[]): string {
  const deployment = deploymentOf(...events);
  return standingOf(deployment, stageViewOf(deployment, name));
}

function deploymentOf(...events: readonly DeploymentEvent[]): ReturnType<typeof replay> {
  return replay(commitsOf(...events));
}
