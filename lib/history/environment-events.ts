import { z } from 'zod';
import { flagName, flagValue } from '../pipeline/flag-value.ts';
import { name } from '../pipeline/names.ts';
import { digest, release } from '../pipeline/release.ts';
import { deploymentId } from './deployment-id.ts';

/** A release that was placed on a target. */
export const revisionRef = z.strictObject({
  revision: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/),
  deployment: deploymentId,
  release,
  artifact: digest
    .optional()
    .describe('What was placed, where a stage had built it; otherwise the source of the release.'),
});
export type RevisionRef = z.output<typeof revisionRef>;

/** The events of an environment, version 1. */
export const environmentEvents = {
  LeaseAcquired: z.strictObject({ deployment: deploymentId, pipeline: name, fence: z.int().min(1) }),
  LeaseReleased: z.strictObject({ deployment: deploymentId, fence: z.int().min(1) }),
  LiveChanged: z.strictObject({
    pipeline: name,
    live: revisionRef,
    knownGood: revisionRef
      .nullable()
      .describe('The revision that was live before and is kept warm; null for the first one.'),
  }),
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
  }),
} as const;
