import { z } from 'zod';
import { environmentStream, foldEnvironment, type Waiting } from '../../environments/environment.ts';
import { acquireLease, leaseHeld, releaseLease, requireNotStuck } from '../../environments/lease.ts';
import { type LeaseAnswer, waitForLease } from '../../environments/lease-queue.ts';
import { obstacleToReturning } from '../../environments/readiness.ts';
import { inTheWay, removeEnded } from '../../environments/remove-ended.ts';
import { settingsDigest } from '../../environments/settings.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import type { Commit } from '../../history/event-store.ts';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { AcquireStage } from '../../pipeline/kinds/acquire.ts';
import { changesOf } from '../../pipeline/steps.ts';
import type { Target } from '../../targets/target.ts';
import { holdAgain } from '../acquire/hold-again.ts';
import { definitionOf } from '../definition-of.ts';
import { type Given, giveBack } from '../give-back.ts';
import type { Applied, ChangeKind, NotApplied, StageContext } from '../kind.ts';
import { requireSchemas } from '../migrate/require-schemas.ts';
import { restoreSettings } from '../restore-settings.ts';

const capture = z.object({
  fence: z.int(),
  waits: z.boolean().default(false).describe('Whether somebody else had the lease, or was to get it first.'),
});

/**
 * Takes the lease of an environment, so that one deployment at a time changes it; where its policy says so, it waits for its turn.
 * Undo gives the lease back, or the place in the queue.
 */
export const acquireKind: ChangeKind<AcquireStage> = {
  recoveries: {
    ...USUAL_RECOVERIES,
    timedOut: 'retry',
  },

  /**
   * Refuses where what is live could not get the traffic back: a deployment that cannot be taken back has changed nothing. While
   * another deployment holds the lease, only one that waits begins.
   */
  async capture(stage, context) {
    const { environment, policy = 'reject' } = stage;
    const { store, deployment } = context;
    await removeEnded(store, environment, inTheWay);
    const { commits } = await store.load(environmentStream(environment));
    const now = foldEnvironment(commits);
    const { lease, fence, queue } = now;
    const isFree = lease === undefined || lease.deployment === deployment.view.deployment;
    if (!isFree) await requireNotStuck(store, environment, now);
    if (policy === 'reject' && !isFree) throw leaseHeld(environment, lease);
    const waits = policy !== 'reject' && (!isFree || queue.length > 0);
    if (!waits) await requireReturn(context, environment, commits);
    return { fence, waits };
  },

  /**
   * What is live may have changed since it was looked at, most of all while this waited: whether it could be returned to, and whether
   * what checks have found there still holds, is asked again with the lease about to be taken.
   */
  async apply(stage, context, captured) {
    const { environment, policy = 'reject' } = stage;
    const { store, deployment } = context;
    const applicant = {
      deployment: deployment.view.deployment,
      pipeline: deployment.view.pipeline.pipeline,
      requestedAt: deployment.view.requestedAt,
    };
    if (policy === 'reject') {
      const admit = () => holdAgain(stage, context);
      return leased(environment, await acquireLease(store, environment, applicant, { admit }));
    }
    const { fence, waits } = capture.parse(captured);
    const answer = await waitForLease(store, environment, applicant, policy, async () => {
      const { commits } = await store.load(environmentStream(environment));
      if (waits || foldEnvironment(commits).fence !== fence)
        await requireReturn(context, environment, commits);
      await holdAgain(stage, context);
    });
    return answered(environment, answer);
  },

  /** A rollback records what is live again in the same commit that gives the lease back. */
  async undo(stage, context, captured) {
    const { fence } = capture.parse(captured);
    const { environment } = stage;
    const { view } = context.deployment;
    const given: Given =
      view.kind === 'rollback'
        ? await giveBack(context, environment)
        : { released: await takeBack(context, environment) };
    return { environment, before: fence, ...given };
  },
};

/** The settings of what is live are restored while the lease is still held: nobody else brings others meanwhile. */
async function takeBack(context: StageContext, environment: string): Promise<boolean> {
  const { store, deployment } = context;
  const { deployment: id, pipeline } = deployment.view;
  const { lease, live } = foldEnvironment((await store.load(environmentStream(environment))).commits);
  if (lease?.deployment === id) await restoreSettings(context, environment, live[pipeline.pipeline]?.live);
  return releaseLease(store, environment, id);
}

/** A process that died is started again by its target, so this is an outage that may pass, and no contradiction. */
async function requireReturn(
  context: StageContext,
  environment: string,
  commits: readonly Commit[],
): Promise<void> {
  requireSchemas(context.deployment.view, environment, commits);
  const { pipeline } = context.deployment.view;
  const places = changesOf(pipeline).some(
    (change) => change.kind === 'place' && change.environment === environment,
  );
  const live = foldEnvironment(commits).live[pipeline.pipeline]?.live;
  if (!places || live === undefined) return;
  const { revisions } = await (await targetServing(context, environment, live)).state();
  const running = new Set(revisions.filter((known) => known.running).map((known) => known.revision));
  const obstacle = obstacleToReturning(commits, pipeline.pipeline, running);
  if (obstacle === undefined) return;
  throw new NoneventError('TargetFailed', `this deployment could not be rolled back: ${obstacle}`, {
    fields: { environment },
    hint: `see why it does not run, or go back to what was live before it with \`nonevent rollback ${environment}\``,
  });
}

/** The target under the settings that it has: until the lease is held, nothing of this deployment takes effect. */
async function targetServing(context: StageContext, environment: string, live: RevisionRef): Promise<Target> {
  const { pipeline, deployment } = context.deployment.view;
  const ours = pipeline.environments[environment];
  const isSame = ours !== undefined && live.settings?.digest === settingsDigest(ours);
  const definition = isSame ? ours : ((await definitionOf(context.store, live, environment)) ?? ours);
  if (definition === undefined)
    throw new Error(`pipeline ${pipeline.pipeline} has no environment ${environment}`);
  return context.targets.target(environment, pipeline.pipeline, definition, deployment);
}

function leased(environment: string, { fence }: { readonly fence: number }): Applied {
  return {
    evidence: { environment, fence },
    expected: `the lease of ${environment}`,
    observed: `lease ${fence} of ${environment}`,
  };
}

function answered(environment: string, answer: LeaseAnswer): Applied | NotApplied {
  const expected = `the lease of ${environment}`;
  switch (answer.answer) {
    case 'held':
      return leased(environment, answer.lease);
    case 'superseded':
      return {
        notApplied: 'superseded',
        evidence: { environment, by: answer.by },
        expected,
        observed: `deployment ${answer.by} of the same pipeline is newer, and waits for ${environment} in its place`,
      };
    case 'waiting': {
      const before = answer.before.map(({ deployment }) => deployment);
      return {
        notApplied: 'yet',
        evidence: { environment, holder: answer.holder?.deployment ?? null, before },
        expected,
        observed: waitingInWords(environment, answer.holder, answer.before),
      };
    }
    default:
      return answer satisfies never;
  }
}

function waitingInWords(
  environment: string,
  holder: Pick<Waiting, 'deployment' | 'pipeline'> | undefined,
  before: readonly Waiting[],
): string {
  const named = ({ deployment, pipeline }: Pick<Waiting, 'deployment' | 'pipeline'>): string =>
    `deployment ${deployment} of ${pipeline}`;
  const held = holder === undefined ? `${environment} is free` : `${named(holder)} holds ${environment}`;
  const [next, ...others] = before;
  if (next === undefined) return `${held}; this one is next`;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${held}; before this one ${before.length === 1 ? 'comes' : 'come'} ${named(next)}${more}`;
}
