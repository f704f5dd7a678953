import { readFileSync } from 'node:fs';
import type { Answer } from '../../../lib/cli/demo/load-generator.ts';
import {
  BAD,
  BAD_SHIFT,
  DEPLOYMENTS,
  type PlannedDeployment,
  type PlannedRelease,
  ROLLBACK,
  releaseOf,
  WHOLE_SHIFT,
} from '../../../lib/cli/demo/plan.ts';
import type { DemoRecord, Deployed } from '../../../lib/cli/demo/record.ts';
import type { EndedDeployment } from '../../../lib/cli/exit-code-of-deployment.ts';
import type { Commit } from '../../../lib/history/event-store.ts';
import type { DeploymentEvent } from '../../../lib/history/events.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import type { Pipeline } from '../../../lib/pipeline/pipeline.ts';
import { readPipeline } from '../../../lib/pipeline/read-pipeline.ts';
import { changesOf, stagesOf } from '../../../lib/pipeline/steps.ts';

/** Millisecond 0 of the samples. */
const START = Date.parse('2026-11-23T10:00:00.000Z');
const ARTIFACT = `sha256:${'a'.repeat(64)}`;

/** Each deployment begins so many milliseconds after the one before. */
const APART = 10_000;
/** When the bad canary begins, and when the finished deployment is rolled back. */
export const BAD_FROM = DEPLOYMENTS.indexOf(BAD) * APART;
export const BACK_FROM = DEPLOYMENTS.indexOf(ROLLBACK) * APART;

/** A demo in which everything went as it should. */
export function sampleRecord(): DemoRecord {
  return {
    deployed: DEPLOYMENTS.map(sampleDeployed),
    flag: { flag: 'gift-wrapping', seenBefore: false, seenAfter: 12 },
    answers: sampleAnswers(),
    aftermath: {
      environment: {
        lease: undefined,
        queue: [],
        flags: {},
        schemas: { products: { base: 4, changes: [] } },
        fence: 9,
        live: { storefront: { live: revisionOf('2.1.0', '2'), knownGood: revisionOf('1.0.0', '1') } },
      },
      leases: { taken: 9, givenBack: 9 },
      weights: { '2.1.0-22222222': 100 },
      revisions: ['1.0.0-11111111', '2.1.0-22222222'],
      badAddress: { address: 'http://127.0.0.1:20003', connects: false },
      chain: { streams: 15, commits: 400, events: 500, findings: [] },
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
    release: '2.1.0',
    error: undefined,
    ...changes,
  };
}

/** Two failures while the bad canary had traffic (300 to 2000 after its beginning), and 120 good answers after it. */
function sampleAnswers(): readonly Answer[] {
  return [
    answerAt(5000, { release: '1.0.0' }),
    answerAt(BACK_FROM + 20, { release: '2.0.0' }),
    answerAt(BACK_FROM + 60, { release: '1.0.0' }),
    answerAt(BAD_FROM + 500, { status: 500, release: '3.0.0', path: '/products/honey' }),
    answerAt(BAD_FROM + 600),
    answerAt(BAD_FROM + 700, { status: 500, release: '3.0.0', path: '/products/gift-card' }),
    ...Array.from({ length: 120 }, (_, index) => answerAt(BAD_FROM + 2001 + index)),
  ];
}

function sampleDeployed(planned: PlannedDeployment, index: number): Deployed {
  const commits = history(planned, index, toldOf(planned));
  return {
    planned,
    followed: replay(commits) as EndedDeployment,
    commits,
    replayed: replay(commits),
    execution: planned.outcome,
  };
}

/** What is told in a history after its beginning: milliseconds since then, the event, its data. */
type Told = readonly [milliseconds: number, type: DeploymentEvent['type'], data: object];

function toldOf(planned: PlannedDeployment): readonly Told[] {
  const pipeline = pipelineOf(releaseOf(planned));
  if (planned.kind === 'rollback') return takingBack(pipeline);
  if (planned.fails === null) return succeeding(pipeline);
  const { stage, naming } = planned.fails;
  return failing(pipeline, stage, naming, planned === BAD ? BAD_TIMES : EVEN_TIMES);
}

/** Every stage takes 100 ms, 200 ms after the one before. */
function succeeding(pipeline: Pipeline): readonly Told[] {
  const stages = stagesOf(pipeline).map(({ name }) => name);
  return [
    ...stages.flatMap((stage, index) => passing(stage, 100 + index * 200, 100)),
    [100 + stages.length * 200, 'DeploymentSucceeded', { summary: summary(null) }],
  ];
}

function passing(stage: string, from: number, takes: number): readonly Told[] {
  const judgement = { verdict: 'pass', expected: 'as it should be', observed: 'as it should be' };
  return [
    [from, 'StageStarted', { stage, attempt: 1, capture: null }],
    [from + takes, 'StagePassed', { stage, attempt: 1, evidence: null, judgement }],
  ];
}

const EVEN_TIMES = { shift: 300, failed: 400, undone: 500 };
/** The canary gets traffic at 300, is rejected at 1960, and has none any more at 2000. */
const BAD_TIMES = { shift: 300, failed: 1960, undone: 2000 };

function failing(
  pipeline: Pipeline,
  failed: string,
  naming: string,
  times: typeof BAD_TIMES,
): readonly Told[] {
  const stages = stagesOf(pipeline).map(({ name }) => name);
  const before = stages.slice(0, stages.indexOf(failed));
  const changes = changesOf(pipeline).map(({ name }) => name);
  const begun = changes.filter((name) => before.includes(name) || name === failed).toReversed();
  return [
    ...before.flatMap((stage) => passing(stage, stage === BAD_SHIFT ? times.shift : 200, 10)),
    [times.shift + 60, 'StageStarted', { stage: failed, attempt: 1, capture: null }],
    [times.failed, 'StageFailed', { stage: failed, attempt: 1, failure: rejection(naming) }],
    ...begun.map((stage): Told => [times.undone, 'StageUndone', { stage, effect: 'undone' }]),
    [times.undone + 100, 'DeploymentRolledBack', { summary: summary(failed) }],
  ];
}

/** The traffic is back after 50 ms, and all of it is over after 90 ms. */
function takingBack(pipeline: Pipeline): readonly Told[] {
  const changes = changesOf(pipeline).map(({ name }) => name);
  return [
    [
      20,
      'RollbackAdmitted',
      { environments: [{ environment: 'production', returnsTo: ['1.0.0-11111111'] }] },
    ],
    ...changes
      .toReversed()
      .map((stage): Told => [stage === WHOLE_SHIFT ? 50 : 80, 'StageUndone', { stage, effect: 'undone' }]),
    [90, 'DeploymentRolledBack', { summary: summary(null) }],
  ];
}

function rejection(naming: string) {
  return {
    mode: 'rejected',
    question: 'Does it do what it should?',
    expected: 'what it should do',
    observed: `${naming}, which is bad`,
    recovery: 'compensate',
    next: 'nothing',
  };
}

function summary(failedStage: string | null) {
  return { stages: {}, failedStage };
}

function history(planned: PlannedDeployment, index: number, told: readonly Told[]): readonly Commit[] {
  const { version } = releaseOf(planned);
  const digit = (index + 1).toString(16);
  const isRollback = planned.kind === 'rollback';
  const entry = isRollback ? 'rollback' : 'forward';
  const opening = {
    deployment: digit.repeat(20),
    kind: entry,
    pipeline: pipelineOf(releaseOf(planned)),
    pipelineDigest: `sha256:${digit.repeat(64)}`,
    release: { version, artifact: ARTIFACT },
    trigger: { id: 'sample', source: 'cli', actor: 'ada' },
    lifecycle: 1,
    ...(isRollback ? { of: '3'.repeat(20), captures: {} } : {}),
  };
  const all: readonly Told[] = [
    [0, 'DeploymentRequested', opening],
    [10, 'DeploymentStarted', { entry }],
    ...told,
  ];
  return all.map(([milliseconds, type, data], place) => ({
    stream: `deployment#${digit.repeat(20)}`,
    seq: place + 1,
    at: new Date(START + index * APART + milliseconds).toISOString(),
    commit: `commit-${place + 1}`,
    prev: '',
    hash: '',
    body: '',
    events: [{ type, v: 1, data } as DeploymentEvent],
  }));
}

/** A release that has no pipeline file of its own has that of the one before. */
function pipelineOf({ service, version }: PlannedRelease): Pipeline {
  const of = (folder: string) =>
    new URL(`../../../examples/storefront/${service}/${folder}/nonevent.yaml`, import.meta.url);
  const same: Readonly<Record<string, string>> = { '2.1.0': '2.0.0', '3.0.0': '2.0.0' };
  const text = readFileSync(of(same[version] ?? version), 'utf8');
  const reading = readPipeline(text, 'nonevent.yaml');
  if (!reading.ok) throw new Error(reading.findings[0]?.message);
  return reading.pipeline;
}

function revisionOf(version: string, digit: string) {
  return {
    revision: `${version}-${digit.repeat(8)}`,
    deployment: digit.repeat(20) as never,
    release: { version, artifact: ARTIFACT as never },
  };
}
