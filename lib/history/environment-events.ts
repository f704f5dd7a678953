import { z } from 'zod';
import { flagName, flagValue } from '../pipeline/flag-value.ts';
import { name } from '../pipeline/names.ts';
import { digest, release } from '../pipeline/release.ts';
import { schemas, schemaVersion } from '../pipeline/schemas.ts';
import { deploymentId } from './deployment-id.ts';

/** The settings of a target, by number and digest: what its definition said when the revision was placed. */
export const settings = z.strictObject({
  version: z
    .int()
    .min(1)
    .describe(
      'Counts the settings that were live in the environment for the pipeline; equal ones have one number.',
    ),
  digest,
});
export type Settings = z.output<typeof settings>;

/** A release that was placed on a target. */
export const revisionRef = z.strictObject({
  revision: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/),
  deployment: deploymentId,
  release,
  artifact: digest
    .optional()
    .describe('What was placed, where a stage had built it; otherwise the source of the release.'),
  schemas: schemas.optional().describe('The schema versions that it runs on, as its pipeline declared them.'),
  settings: settings.optional().describe('What it runs with in the environment.'),
});
export type RevisionRef = z.output<typeof revisionRef>;

/** The events of an environment, version 1. */
export const environmentEvents = {
  LeaseRequested: z
    .strictObject({
      deployment: deploymentId,
      pipeline: name,
      requestedAt: z
        .string()
        .max(40)
        .describe('When the deployment was asked for; the newer one supersedes.'),
    })
    .describe('A deployment found the lease held, and waits for it behind those that asked before.'),
  LeaseQueueLeft: z.strictObject({
    deployment: deploymentId,
    because: z
      .enum(['withdrawn', 'superseded', 'ended'])
      .describe(
        '`withdrawn`: it no longer wants the lease. `superseded`: a newer deployment took its place. `ended`: it was found to have ended.',
      ),
    by: deploymentId.optional().describe('The deployment that superseded it.'),
  }),
  LeaseAcquired: z.strictObject({
    deployment: deploymentId,
    pipeline: name,
    fence: z.int().min(1),
    ahead: z
      .literal(true)
      .optional()
      .describe('Where others were waiting: a rollback, which does not wait behind what is to come.'),
  }),
  LeaseReleased: z.strictObject({ deployment: deploymentId, fence: z.int().min(1) }),
  LeaseFreed: z
    .strictObject({
      deployment: deploymentId,
      fence: z.int().min(1),
      actor: z.string().max(200),
      reason: z.string().max(4000),
    })
    .describe(
      'A person took the lease from a deployment that had ended with it, and vouches for what is true there.',
    ),
  LiveChanged: z.strictObject({
    pipeline: name,
    live: revisionRef,
    knownGood: revisionRef
      .nullable()
      .describe('The revision that was live before and is kept warm; null for the first one.'),
    warm: z
      .number()
      .positive()
      .optional()
      .describe('Seconds for which the known-good one keeps running; none: until the next success.'),
  }),
  RevisionCooled: z
    .strictObject({
      pipeline: name,
      revision: revisionRef.shape.revision,
      deployment: deploymentId.describe('The deployment that had placed it.'),
    })
    .describe(
      'The window of the known-good revision is over: it is stopped, and would be placed again first.',
    ),
  SchemaChanged: z
    .strictObject({
      schema: name,
      stage: name,
      phase: z.enum(['expand', 'data', 'contract']),
      from: schemaVersion,
      to: schemaVersion,
      harmless: z
        .boolean()
        .describe('Whether undo leaves what was made, because old code is not disturbed by it.'),
      deployment: deploymentId.describe('The deployment whose stage it is.'),
      undone: z.boolean(),
      by: deploymentId.optional().describe('The rollback that took it back, where it was one.'),
    })
    .describe('A migration was made, or taken back.'),
  FlagChanged: z.strictObject({
    flag: flagName,
    value: flagValue.nullable().describe('null where the flag was taken away.'),
    deployment: deploymentId.optional().describe('The deployment that changed it, where it was one.'),
    actor: z.string().max(200),
    reason: z.string().max(4000),
    request: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('What a person asked for, so that a request that comes again is known.'),
    askedAt: z.iso.datetime().optional().describe('When that was asked for, by the clock of whoever asked.'),
    late: flagValue
      .nullable()
      .optional()
      .describe('What a request asked for that is older than what is recorded: the flag keeps its value.'),
  }),
} as const;
