import { z } from 'zod';
import { json } from '../pipeline/json.ts';
import { name } from '../pipeline/names.ts';
import { pipelineSchema } from '../pipeline/pipeline.ts';
import { digest, release } from '../pipeline/release.ts';
import { deploymentId } from './deployment-id.ts';
import { failure } from './failure.ts';
import { stageState } from './stage-state.ts';

const attempt = z.int().min(1);
const text = z.string().max(4000);

/** What a check found: the verdict and the two sides of the comparison, in words. */
export const judgement = z.strictObject({
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  expected: text,
  observed: text,
});
export type Judgement = z.output<typeof judgement>;

export const trigger = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(200)
    .describe('Equal trigger ids with equal pipeline and release are one deployment.'),
  source: z.string().max(100).describe('Where it came from, such as `cli` or `aws.ecr`.'),
  actor: z.string().max(200).describe('Who asked for it.'),
});
export type Trigger = z.output<typeof trigger>;

const inputs = digest
  .optional()
  .describe(
    'The digest of all that the check depends on. A rerun takes a pass over only where it is the same; none: never taken over.',
  );

/** Where the closing event leaves each stage, so that a listing needs one commit and a replay can be held against it. */
export const summary = z.strictObject({
  stages: z.record(name, stageState),
  failedStage: name.nullable(),
});

/** The events of a deployment, version 1. The opening one pins everything a replay needs. */
export const deploymentEvents = {
  DeploymentRequested: z.strictObject({
    deployment: deploymentId,
    kind: z.enum(['forward', 'rollback']),
    pipeline: pipelineSchema,
    pipelineDigest: digest,
    release,
    trigger,
    lifecycle: z.int().describe('The version of the lifecycle that compiled the pipeline.'),
    reason: text.optional(),
    of: deploymentId.optional().describe('The deployment that this one runs again or rolls back.'),
    from: name
      .optional()
      .describe('A rerun: this stage and those after it are performed again, whatever was found before.'),
    artifact: digest
      .optional()
      .describe(
        'A rollback: what a stage of the other deployment had built; otherwise the source of the release.',
      ),
    captures: z
      .record(name, json)
      .optional()
      .describe(
        'A rollback: what each change of the other deployment had captured, so that this history replays alone.',
      ),
  }),
  DeploymentStarted: z.strictObject({ entry: z.enum(['forward', 'rollback']) }),
  StageStarted: z.strictObject({
    stage: name,
    attempt,
    capture: json.optional().describe('A change: what it will overwrite. A check: what it measures from.'),
    notReused: text
      .optional()
      .describe('A rerun: why what the other deployment had found is not taken over for this check.'),
  }),
  StageAwaiting: z
    .strictObject({
      stage: name,
      attempt,
      token: z.string().min(1).max(2048).describe('What the execution is answered by.'),
      answer: z.enum(['codeBuild', 'report']),
      reference: z
        .string()
        .min(1)
        .max(100)
        .describe('A build: its NONEVENT_RUN. A report: the SHA-256 of the key that a report has to bring.'),
      pending: z.literal(true).optional().describe('A function has said that its answer will be reported.'),
    })
    .describe('Somebody outside is about to be asked, and the execution waits for the answer.'),
  StageMeasured: z.strictObject({ stage: name, attempt, evidence: json, judgement }),
  StageAttemptFailed: z.strictObject({ stage: name, attempt, lane: z.enum(['forward', 'undo']), failure }),
  StagePassed: z.strictObject({
    stage: name,
    attempt,
    evidence: json,
    judgement,
    artifact: digest.optional().describe('The artifact that this stage made for the stages after it.'),
    inputs,
  }),
  StageFailed: z.strictObject({ stage: name, attempt: z.int().min(0), failure }),
  StageReused: z.strictObject({
    stage: name,
    from: deploymentId.describe('The deployment whose history holds the pass itself.'),
    evidence: json,
    judgement,
    artifact: digest.optional(),
    inputs,
    because: text.optional().describe('What is the same, in words.'),
  }),
  RollbackAdmitted: z
    .strictObject({
      environments: z.array(z.strictObject({ environment: name, returnsTo: z.array(z.string().max(100)) })),
    })
    .describe(
      'A rollback can be done: the leases are held and these revisions run and can get the traffic back.',
    ),
  RollbackRefused: z.strictObject({ failure }),
  StopRequested: z.strictObject({ actor: z.string().max(200), reason: text }),
  StageUndone: z.strictObject({
    stage: name,
    effect: z
      .enum(['undone', 'nothing'])
      .describe('`nothing` where the change never began, or where it stays; then the evidence says why.'),
    evidence: json.optional(),
  }),
  UndoFailed: z.strictObject({ stage: name, failure }),
  DeploymentSucceeded: z.strictObject({ summary }),
  DeploymentFailed: z.strictObject({ summary }),
  DeploymentRolledBack: z.strictObject({ summary }),
  DeploymentStuck: z.strictObject({ summary, next: text }),
} as const;
