import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeUnder, whatIf } from '../../lib/audit/what-if.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { Commit, StreamName } from '../../lib/history/event-store.ts';
import type { Event } from '../../lib/history/events.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import type { CheckStage } from '../../lib/pipeline/stage.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import {
  FIRST,
  FIRST_STREAM,
  IS_ROLLED_BACK,
  PIPELINE,
  SECOND,
  SECOND_STREAM,
  SUCCEEDS,
  writeSampleHistory,
} from './sample-history.ts';

let dynalite: Dynalite;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

/** Commits ten seconds apart. */
const commitsOf = (stream: StreamName, commits: readonly (readonly Event[])[]): readonly Commit[] =>
  commits.map((events, index) => ({
    stream,
    seq: index + 1,
    at: new Date(Date.UTC(2026, 10, 23, 4, 0, index * 10)).toISOString(),
    commit: String(index),
    prev: '',
    hash: '',
    body: JSON.stringify(events),
    events,
  }));

/** The pipeline with one check changed. */
function policy(name: string, change: Partial<CheckStage>): Pipeline {
  const stages = PIPELINE.stages.map((stage) =>
    'name' in stage && stage.name === name ? ({ ...stage, ...change } as CheckStage) : stage,
  );
  return { ...PIPELINE, stages };
}

const under = (changed: Pipeline, stage: string, stream = FIRST_STREAM, commits = SUCCEEDS) =>
  judgeUnder(changed, commitsOf(stream, commits))?.find((check) => check.stage === stage);

describe('what-if', () => {
  it('by the same pipeline comes to what was recorded', () => {
    for (const commits of [SUCCEEDS, IS_ROLLED_BACK]) {
      for (const check of judgeUnder(PIPELINE, commitsOf(FIRST_STREAM, commits)) ?? []) {
        expect(check.derived).toBe(check.recorded);
        expect(check.earlier).toEqual({ measurements: 0, seconds: 0 });
      }
    }
  });

  it('finds a deployment that passed and would have been stopped, and how much earlier', () => {
    expect(under(policy('watch', { errorRate: { max: 0.01 } }), 'watch')).toEqual({
      deployment: FIRST,
      version: '1.0.0',
      stage: 'watch',
      recorded: 'passes',
      derived: 'stops',
      measurements: 3,
      decidedBy: 1,
      earlier: { measurements: 2, seconds: 20 },
    });
  });

  it('finds a deployment that was stopped and would have passed', () => {
    const lenient = policy('watch', { errorRate: { max: 0.2 }, for: 2 });
    expect(under(lenient, 'watch', SECOND_STREAM, IS_ROLLED_BACK)).toMatchObject({
      deployment: SECOND,
      recorded: 'stops',
      derived: 'passes',
      decidedBy: 2,
    });
  });

  it('does not make a pass of evidence that is not enough', () => {
    const lenient = policy('watch', { errorRate: { max: 0.2 } });
    expect(under(lenient, 'watch', SECOND_STREAM, IS_ROLLED_BACK)).toMatchObject({
      recorded: 'stops',
      derived: 'undecided',
    });
  });

  it('finds what a check would have stopped, had it not only advised', () => {
    expect(
      under(policy('smoke', { mode: 'enforcing' }), 'smoke', SECOND_STREAM, IS_ROLLED_BACK),
    ).toMatchObject({
      recorded: 'passes',
      derived: 'stops',
    });
  });

  it('looks at no check of another name or kind, and at no deployment of another pipeline', () => {
    expect(under(policy('watch', { name: 'look' }), 'watch')).toBeUndefined();
    expect(judgeUnder({ ...PIPELINE, pipeline: 'other' }, commitsOf(FIRST_STREAM, SUCCEEDS))).toBeUndefined();
  });

  it('reads a whole table', async () => {
    const [client, table] = [dynalite.client(), await dynalite.newTable()];
    await writeSampleHistory(createDynamoDBEventStore({ client, table }));
    const report = await whatIf({ client, table, policy: policy('watch', { errorRate: { max: 0.01 } }) });
    expect(report).toMatchObject({ deployments: 2, findings: [] });
    expect(report.checks).toHaveLength(6);
  });
});
