import { NoneventError } from '../../nonevent-error.ts';
import type { Revision } from '../target.ts';
import { revisionName } from './target-record.ts';

/** Errors: `InvalidInput` for what cannot be a revision's name, and so not a folder's. */
export function checkRevisionName(revision: string): void {
  if (revisionName.safeParse(revision).success) return;
  throw new NoneventError(
    'InvalidInput',
    `invalid revision name ${JSON.stringify(revision)}: expected letters, digits and . _ + -, a letter or digit first, at most 100 long`,
  );
}

export function otherArtifact(wanted: Revision, placed: string): NoneventError {
  const { revision, artifact } = wanted;
  return new NoneventError(
    'Conflict',
    `revision ${revision} is placed with artifact ${placed}, not with ${artifact}`,
    { fields: { revision, artifact }, hint: 'place the other artifact under a name of its own' },
  );
}

export function hasTraffic(revision: string, weight: number): NoneventError {
  return new NoneventError('Conflict', `revision ${revision} has ${weight} % of the traffic, expected none`, {
    fields: { revision, weight },
    hint: 'route its traffic to another revision first',
  });
}

export function notRunning(revision: string, target: string): NoneventError {
  return new NoneventError(
    'TargetFailed',
    `revision ${revision} of ${target} is not running, so it cannot get traffic`,
    { fields: { revision }, hint: 'place it first' },
  );
}

export function closed(target: string): NoneventError {
  return new NoneventError('TargetFailed', `the target of ${target} is closed`, {
    hint: 'start the local system again',
  });
}
