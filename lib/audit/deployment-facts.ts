import { digestOf } from '../history/digests.ts';
import type { Event, EventData } from '../history/events.ts';
import type { Outcome } from '../lifecycle/view.ts';
import type { Json } from '../pipeline/json.ts';
import type { Digest, Release } from '../pipeline/release.ts';
import type { Inspector } from './inspector.ts';

/** How a deployment stands by its own history. Once it has ended it stays so. */
export type Standing = {
  readonly deployment: string;
  readonly kind: 'forward' | 'rollback';
  /** `undefined` while it runs. */
  readonly outcome: Outcome | undefined;
};

/** What other streams may say of a deployment, by its own history. */
export type DeploymentFacts = Standing & {
  /** Of the definition as it is read now; digests that were recorded may be of an older form of it. */
  readonly pipeline: Digest;
  readonly release: Release;
  readonly passes: readonly EventData<'StagePassed'>[];
  /** What each stage had captured when it first began. */
  readonly captures: ReadonlyMap<string, Json>;
};

/** The outcome that each closing event says. */
export const OUTCOMES: Readonly<Partial<Record<Event['type'], Outcome>>> = {
  DeploymentSucceeded: 'succeeded',
  DeploymentFailed: 'failed',
  DeploymentRolledBack: 'rolledBack',
  DeploymentStuck: 'stuck',
};

/** Tells how each deployment stands whose history ends without a finding. */
export function notingStanding(note: (standing: Standing) => void): Inspector {
  let opening: EventData<'DeploymentRequested'> | undefined;
  let outcome: Outcome | undefined;
  return {
    commit({ events }) {
      for (const { type, data } of events) {
        if (type === 'DeploymentRequested') opening ??= data;
        outcome = OUTCOMES[type] ?? outcome;
      }
      return undefined;
    },
    end() {
      if (opening !== undefined) note({ deployment: opening.deployment, kind: opening.kind, outcome });
      return undefined;
    },
  };
}

/** Tells the facts of each deployment whose history ends without a finding. */
export function notingFacts(note: (facts: DeploymentFacts) => void): Inspector {
  let opening: EventData<'DeploymentRequested'> | undefined;
  const passes: EventData<'StagePassed'>[] = [];
  const captures = new Map<string, Json>();
  const standing = notingStanding((stands) => {
    if (opening === undefined) return;
    note({ ...stands, pipeline: digestOf(opening.pipeline), release: opening.release, passes, captures });
  });
  return {
    commit(commit) {
      for (const { type, data } of commit.events) {
        if (type === 'DeploymentRequested') opening ??= data;
        if (type === 'StagePassed') passes.push(data);
        if (type === 'StageStarted' && !captures.has(data.stage))
          captures.set(data.stage, data.capture ?? null);
      }
      return standing.commit(commit);
    },
    end: standing.end,
  };
}
