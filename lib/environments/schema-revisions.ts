import type { RevisionRef } from '../history/environment-events.ts';
import type { Commit } from '../history/event-store.ts';
import { declaredFor, declaredInWords, runsOnServed } from '../pipeline/schemas.ts';
import { foldEnvironment } from './environment.ts';
import { revisionBefore } from './readiness.ts';

/** A revision of an environment that serves or may have to serve again. */
export type HeldRevision = {
  readonly pipeline: string;
  readonly ref: RevisionRef;
  readonly standing: 'live' | 'known-good' | 'may come back';
};

/**
 * Every revision of an environment that a schema has to suit: what is live, what is known-good, and what a rollback of the live
 * one would return to. Pure.
 */
export function heldRevisions(commits: readonly Pick<Commit, 'events'>[]): readonly HeldRevision[] {
  return Object.entries(foldEnvironment(commits).live).flatMap(([pipeline, { live, knownGood }]) => {
    const before = revisionBefore(commits, pipeline, live);
    const held: readonly (HeldRevision | undefined)[] = [
      { pipeline, ref: live, standing: 'live' },
      knownGood === null ? undefined : { pipeline, ref: knownGood, standing: 'known-good' },
      before === undefined ? undefined : { pipeline, ref: before, standing: 'may come back' },
    ];
    return distinct(held.flatMap((one) => one ?? []));
  });
}

/** The revisions that do not run where only these versions of a schema are served, with what each declares. Pure. */
export function notRunningOn(
  revisions: readonly HeldRevision[],
  schema: string,
  served: readonly number[],
): readonly string[] {
  return revisions.flatMap(({ pipeline, ref, standing }) => {
    const declared = declaredFor(ref.schemas, schema);
    if (runsOnServed(declared, served)) return [];
    return [`${pipeline} ${ref.revision} (${standing}) ${declaredInWords(declared, schema)}`];
  });
}

function distinct(held: readonly HeldRevision[]): readonly HeldRevision[] {
  return held.filter(
    ({ ref }, index) => index === held.findIndex((other) => other.ref.revision === ref.revision),
  );
}
