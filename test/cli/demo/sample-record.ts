import { readFileSync } from 'node:fs';
import type { Answer } from '../../../lib/cli/demo/load-generator.ts';
import { FIRST, type PlannedRelease, SECOND, THIRD } from '../../../lib/cli/demo/plan.ts';
import type { DemoRecord, Deployed } from '../../../lib/cli/demo/record.ts';
import type { EndedDeployment } from '../../../lib/cli/exit-code-of-deployment.ts';
import type { Commit } from '../../../lib/history/event-store.ts';
import type { DeploymentEvent } from '../../../lib/history/events.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import type { Pipeline } from '../../../lib/pipeline/pipeline.ts';
import { readPipeline } from '../../../lib/pipeline/read-pipeline.ts';
import { stagesOf } from '../../../lib/pipeline/steps.ts';

/** Millisecond 0 of the samples. */
const START = Date.parse('2026-11-23T10:00:00.000Z');
const ARTIFACT = `sha256:${'a'.repeat(64)}`;

/** A demo in which everything went as it should. */
export function sampleRecord(): DemoRecord {
  const deployed = [
    sampleDeployed(FIRST, succeeding('1.0.0', '1', 0)),
    sampleDeployed(SECOND, succeeding('2.0.0', '2', 10_000)),
    sampleDeployed(THIRD, rollingBack()),
  ];
  return {
    deployed,
    answers: sampleAnswers(),
    aftermath: {
      environment: {
        lease: undefined,
        flags: {},
        fence: 3,
        live: { storefront: { live: revisionOf('2.0.0', '2'), knownGood: revisionOf('1.0.0', '1') } },
      },
      weights: { '2.0.0-22222222': 100 },
      revisions: ['1.0.0-11111111', '2.0.0-22222222'],
      badAddress: { address: 'http://127.0.0.1:20003', connects: false },
      chain: { streams: 4, commits: 60, events: 70, findings: [] },
    },
  };
}

/** An answer to a request that took 5 ms, begun so many milliseconds after the start. */
export function answerAt(milliseconds: number, changes: Partial<Answer> = {}): Answer {
  const startedAt = START + milliseconds;
  return {
    path: '/',
    startedAt,
    endedAt: startedAt + 5,
    status: 200,
    release: '2.0.0',
    error: undefined,
    ...changes,
  };
}

/** Two failures while the bad canary had traffic (20 300 to 22 000), and 120 good answers after it. */
function sampleAnswers(): readonly Answer[] {
  return [
    answerAt(5000, { release: '1.0.0' }),
    answerAt(20_500, { status: 500, release: '3.0.0', path: '/products/honey' }),
    answerAt(20_600),
    answerAt(20_700, { status: 500, release: '3.0.0', path: '/products/gift-card' }),
    ...Array.from({ length: 120 }, (_, index) => answerAt(22_001 + index)),
  ];
}

function sampleDeployed(planned: PlannedRelease, commits: readonly Commit[]): Deployed {
  return {
    planned,
    followed: replay(commits) as EndedDeployment,
    commits,
    replayed: replay(commits),
    execution: planned.outcome,
  };
}

function pipelineOf(version: string): Pipeline {
  const file = new URL(`../../../examples/storefront/releases/${version}/nonevent.yaml`, import.meta.url);
  const reading = readPipeline(readFileSync(file, 'utf8'), 'nonevent.yaml');
  if (!reading.ok) throw new Error(reading.findings[0]?.message);
  return reading.pipeline;
}

type Told = readonly [milliseconds: number, type: DeploymentEvent['type'], data: object];

/** Every stage takes 200 ms, one after the other; the changes begin 500 ms after `from`. */
function succeeding(version: string, digit: string, from: number): readonly Commit[] {
  const stages = stagesOf(pipelineOf(version)).map(({ name }) => name);
  const told = stages.flatMap((stage, index): readonly Told[] => {
    const at = from + 100 + index * 200;
    return [
      [at, 'StageStarted', { stage, attempt: 1, capture: null }],
      [
        at + 100,
        'StagePassed',
        { stage, attempt: 1, evidence: null, judgement: judgement('as it should be') },
      ],
    ];
  });
  const end = from + 100 + stages.length * 200;
  return history(version, digit, from, [...told, [end, 'DeploymentSucceeded', { summary: summary(null) }]]);
}

/** The canary gets traffic at 20 300, is rejected at 21 960, and has none any more at 22 000. */
function rollingBack(): readonly Commit[] {
  const passed = ['syntax', 'unit-tests', 'acquire-production', 'release-place', 'release-smoke'];
  const before = passed.flatMap((stage): readonly Told[] => [
    [20_200, 'StageStarted', { stage, attempt: 1, capture: null }],
    [20_250, 'StagePassed', { stage, attempt: 1, evidence: null, judgement: judgement('as it should be') }],
  ]);
  const undone = ['release-10', 'release-place', 'acquire-production'];
  return history('3.0.0', '3', 20_000, [
    ...before,
    [20_300, 'StageStarted', { stage: 'release-10', attempt: 1, capture: null }],
    [
      20_350,
      'StagePassed',
      { stage: 'release-10', attempt: 1, evidence: null, judgement: judgement('10 %') },
    ],
    [20_360, 'StageStarted', { stage: 'release-10-analysis', attempt: 1, capture: null }],
    [21_960, 'StageFailed', { stage: 'release-10-analysis', attempt: 1, failure: REJECTION }],
    ...undone.map((stage): Told => [22_000, 'StageUndone', { stage, effect: 'undone' }]),
    [22_100, 'DeploymentRolledBack', { summary: summary('release-10-analysis') }],
  ]);
}

const REJECTION = {
  mode: 'rejected',
  question: 'Does the new revision serve 10 % of the traffic as well as it has to?',
  expected: 'at most 1 % errors',
  observed: '22 % errors',
  recovery: 'compensate',
  next: 'nothing',
};

function judgement(observed: string) {
  return { verdict: 'pass', expected: 'as it should be', observed };
}

function summary(failedStage: string | null) {
  return { stages: {}, failedStage };
}

function history(version: string, digit: string, from: number, told: readonly Told[]): readonly Commit[] {
  const opening = {
    deployment: digit.repeat(20),
    kind: 'forward',
    pipeline: pipelineOf(version),
    pipelineDigest: `sha256:${digit.repeat(64)}`,
    release: { version, artifact: ARTIFACT },
    trigger: { id: 'sample', source: 'cli', actor: 'ada' },
    lifecycle: 1,
  };
  const all: readonly Told[] = [
    [from, 'DeploymentRequested', opening],
    [from + 10, 'DeploymentStarted', { entry: 'forward' }],
    ...told,
  ];
  return all.map(([milliseconds, type, data], index) => ({
    stream: `deployment#${digit.repeat(20)}`,
    seq: index + 1,
    at: new Date(START + milliseconds).toISOString(),
    commit: `commit-${index + 1}`,
    prev: '',
    hash: '',
    body: '',
    events: [{ type, v: 1, data } as DeploymentEvent],
  }));
}

function revisionOf(version: string, digit: string) {
  return {
    revision: `${version}-${digit.repeat(8)}`,
    deployment: digit.repeat(20) as never,
    release: { version, artifact: ARTIFACT as never },
  };
}
