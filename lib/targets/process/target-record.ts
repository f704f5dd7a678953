import { z } from 'zod';
import { deploymentId } from '../../history/deployment-id.ts';
import { revisionRef } from '../../history/environment-events.ts';
import { name } from '../../pipeline/names.ts';
import { digest } from '../../pipeline/release.ts';
import { processTarget } from '../../pipeline/target-kinds/process.ts';

/** The file beside the revisions' folders that holds a target's record. */
export const RECORD_FILE = 'state.json';

/** The folder beside the revisions' folders that holds the logs of those that failed or were removed. */
export const LOGS_FOLDER = 'logs';

/** A revision's name, which is also its folder's. */
export const revisionName = revisionRef.shape.revision.refine(
  (written) => written !== RECORD_FILE && written !== LOGS_FOLDER,
  `expected another name: ${RECORD_FILE} and ${LOGS_FOLDER} are the target's own`,
);

/**
 * A revision as it is on disk. `run` is written before the process is started; the process then writes its own identity
 * to the run's file (see start-process.ts). So whatever was started can be found again after a crash.
 */
export const revisionRecord = z.strictObject({
  revision: revisionName,
  deployment: deploymentId,
  artifact: digest,
  phase: z.enum([
    'placing', // may have a process; has never been healthy
    'placed',
    'removing', // is never started again
  ]),
  launch: processTarget
    .pick({ start: true, health: true, env: true, secrets: true })
    .describe('As it was when the revision was placed, so that an old revision restarts in the old way.'),
  run: z
    .strictObject({
      id: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .describe('Used for one start only.'),
      port: z.int().min(1).max(65_535),
    })
    .optional()
    .describe('The latest start.'),
  restarts: z.int().min(0),
  exits: z.int().min(0).default(0).describe('How often it was seen to end by itself.'),
});
export type RevisionRecord = z.output<typeof revisionRecord>;

/** Everything that a target must know again after its owner was killed. */
export const targetRecord = z.strictObject({
  format: z.literal(1),
  environment: name,
  pipeline: name,
  definition: processTarget,
  weights: z.record(revisionName, z.int().min(1).max(100)),
  revisions: z.array(revisionRecord),
});
export type TargetRecord = z.output<typeof targetRecord>;

/** The record with a revision added, or replaced where it is known. */
export function withRevision(record: TargetRecord, revision: RevisionRecord): TargetRecord {
  const isKnown = record.revisions.some((known) => known.revision === revision.revision);
  return {
    ...record,
    revisions: isKnown
      ? record.revisions.map((known) => (known.revision === revision.revision ? revision : known))
      : [...record.revisions, revision],
  };
}

/** The record without a revision. */
export function withoutRevision(record: TargetRecord, revision: string): TargetRecord {
  return { ...record, revisions: record.revisions.filter((known) => known.revision !== revision) };
}
