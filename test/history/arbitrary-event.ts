import fc from 'fast-check';
import type { Event, EventType } from '../../lib/history/events.ts';
import { A_DIGEST, A_PIPELINE } from './sample-events.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const id = hex(20);
const digest = hex(64).map((digits) => `sha256:${digits}`);
const stage = fc.constantFrom('unit-tests', 'place', 'a');
const attempt = fc.integer({ min: 1, max: 1000 });
const text = fc.string({ unit: 'binary', maxLength: 200 });
const optional = { noNullPrototype: true } as const;

/** Any JSON value, as it is after JSON was written and read: no `-0`. Members named `__proto__` are never kept. */
const json = fc
  .jsonValue()
  .map((value) => JSON.parse(JSON.stringify(value)))
  .filter((value) => !JSON.stringify(value).includes('__proto__'));

const judgement = fc.record(
  { verdict: fc.constantFrom('pass', 'fail', 'inconclusive'), expected: text, observed: text },
  optional,
);
const failure = fc.record(
  {
    mode: fc.constantFrom('rejected', 'inconclusive', 'errored', 'timedOut', 'lost', 'stopped', 'superseded'),
    question: text,
    expected: text,
    observed: text,
    evidence: json,
    recovery: fc.constantFrom('retry', 'extend', 'compensate'),
    next: text,
  },
  { ...optional, requiredKeys: ['mode', 'question', 'expected', 'observed', 'recovery', 'next'] },
);
const summary = fc.record(
  {
    stages: fc.dictionary(stage, fc.constantFrom('passed', 'failed', 'undone'), optional),
    failedStage: fc.option(stage),
  },
  optional,
);
const release = fc.record(
  { version: fc.constantFrom('1.0.0', '2.0.0-rc.1'), commit: hex(40), artifact: digest },
  { ...optional, requiredKeys: ['version', 'artifact'] },
);
const settings = fc.record({ version: attempt, digest });
const revision = fc.record(
  { revision: fc.constant('1.0.0-abcdef01'), deployment: id, release, settings },
  { ...optional, requiredKeys: ['revision', 'deployment', 'release'] },
);

const dataOf = {
  DeploymentRequested: fc.record({
    deployment: id,
    kind: fc.constantFrom('forward', 'rollback'),
    pipeline: fc.constant(A_PIPELINE),
    pipelineDigest: fc.constant(A_DIGEST),
    release,
    trigger: fc.record(
      { id: fc.string({ minLength: 1, maxLength: 200 }), source: fc.string(), actor: fc.string() },
      optional,
    ),
    lifecycle: fc.integer({ min: 1, max: 9 }),
  }),
  DeploymentStarted: fc.record({ entry: fc.constantFrom('forward', 'rollback') }),
  StageStarted: fc.record(
    { stage, attempt, capture: json, notReused: text },
    { requiredKeys: ['stage', 'attempt'] },
  ),
  StageAwaiting: fc.record(
    {
      stage,
      attempt,
      token: hex(40),
      answer: fc.constantFrom('codeBuild', 'report'),
      reference: hex(64),
      pending: fc.constant(true),
    },
    { ...optional, requiredKeys: ['stage', 'attempt', 'token', 'answer', 'reference'] },
  ),
  StageMeasured: fc.record({ stage, attempt, evidence: json, judgement }),
  StageAttemptFailed: fc.record({ stage, attempt, lane: fc.constantFrom('forward', 'undo'), failure }),
  StagePassed: fc.record(
    { stage, attempt, evidence: json, judgement, artifact: digest, inputs: digest },
    { requiredKeys: ['stage', 'attempt', 'evidence', 'judgement'] },
  ),
  StageFailed: fc.record({ stage, attempt: fc.nat(), failure }),
  StageReused: fc.record(
    { stage, from: id, evidence: json, judgement, artifact: digest, inputs: digest, because: text },
    { requiredKeys: ['stage', 'from', 'evidence', 'judgement'] },
  ),
  RollbackAdmitted: fc.record({
    environments: fc.array(
      fc.record({ environment: stage, returnsTo: fc.array(fc.constant('1.0.0-fedcba98')) }),
    ),
  }),
  RollbackRefused: fc.record({ failure }),
  StopRequested: fc.record({ actor: text, reason: text }),
  StageUndone: fc.record({ stage, effect: fc.constantFrom('undone', 'nothing'), evidence: json }),
  UndoFailed: fc.record({ stage, failure }),
  DeploymentSucceeded: fc.record({ summary }),
  DeploymentFailed: fc.record({ summary }),
  DeploymentRolledBack: fc.record({ summary }),
  DeploymentStuck: fc.record({ summary, next: text }),
  LeaseRequested: fc.record({
    deployment: id,
    pipeline: fc.constant('storefront'),
    requestedAt: fc.constant('2026-11-23T04:12:09.000Z'),
  }),
  LeaseQueueLeft: fc.record(
    { deployment: id, because: fc.constantFrom('withdrawn', 'superseded', 'ended'), by: id },
    { requiredKeys: ['deployment', 'because'] },
  ),
  LeaseAcquired: fc.record(
    {
      deployment: id,
      pipeline: fc.constant('storefront'),
      fence: attempt,
      ahead: fc.constant(true as const),
    },
    { requiredKeys: ['deployment', 'pipeline', 'fence'] },
  ),
  LeaseFreed: fc.record({ deployment: id, fence: attempt, actor: text, reason: text }),
  LeaseReleased: fc.record({ deployment: id, fence: attempt }),
  LiveChanged: fc.record(
    {
      pipeline: fc.constant('storefront'),
      live: revision,
      knownGood: fc.option(revision),
      warm: fc.integer({ min: 1, max: 86_400 }),
    },
    { ...optional, requiredKeys: ['pipeline', 'live', 'knownGood'] },
  ),
  RevisionCooled: fc.record({
    pipeline: fc.constant('storefront'),
    revision: fc.constant('1.0.0-abcdef01'),
    deployment: id,
  }),
  FlagChanged: fc.record(
    {
      flag: fc.constantFrom('new-checkout', 'maxItems'),
      value: fc.option(fc.oneof(fc.boolean(), fc.integer(), text)),
      deployment: id,
      actor: text,
      reason: text,
      request: fc.uuid(),
    },
    { ...optional, requiredKeys: ['flag', 'value', 'actor', 'reason'] },
  ),
  SchemaChanged: fc.record(
    {
      schema: fc.constantFrom('main', 'orders'),
      stage,
      phase: fc.constantFrom('expand', 'data', 'contract'),
      from: fc.nat({ max: 9 }),
      to: fc.integer({ min: 1, max: 10 }),
      harmless: fc.boolean(),
      deployment: id,
      undone: fc.boolean(),
      by: id,
    },
    {
      ...optional,
      requiredKeys: ['schema', 'stage', 'phase', 'from', 'to', 'harmless', 'deployment', 'undone'],
    },
  ),
  Sealed: fc.record({
    seal: attempt,
    at: fc.constant('2026-11-23T04:00:00.000Z'),
    previous: hex(64),
    changed: fc.array(
      fc.record(
        { stream: fc.constantFrom('environment#production', 'deployment#a'), seq: attempt, hash: hex(64) },
        optional,
      ),
    ),
    streams: fc.nat(),
    root: hex(64),
    publicKey: fc.oneof(
      hex(64),
      hex(64).map((x) => `03${x}`),
    ),
    signature: hex(128),
  }),
} satisfies Record<EventType, fc.Arbitrary<object>>;

/** Any event of any type. */
export const arbitraryEvent: fc.Arbitrary<Event> = fc.oneof(
  ...Object.entries(dataOf).map(([type, data]) =>
    (data as fc.Arbitrary<object>).map((generated) => ({ type, v: 1, data: { ...generated } }) as Event),
  ),
);
