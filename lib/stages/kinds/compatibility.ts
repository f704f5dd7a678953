import { declaredApis } from '../../environments/declared-apis.ts';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import type { CompatibilityStage } from '../../pipeline/kinds/compatibility.ts';
import {
  blockInWords,
  blocksAmong,
  type HeldApis,
  heldApis,
  partyInWords,
  revisionsBeside,
} from '../compatibility/held-apis.ts';
import { inShort } from '../in-short.ts';
import type { CheckKind, StageContext } from '../kind.ts';

const PAIRS = { most: 12, longest: 280, between: ' · ' } as const;
const REVISIONS = { most: 20, longest: 150, between: ', ' } as const;

/** Holds the release against every revision of the environment that is live or may come back, in both directions. */
export const compatibilityKind: CheckKind<CompatibilityStage> = {
  recoveries: {
    ...USUAL_RECOVERIES,
    // Only histories are read. Reading them again changes nothing.
    timedOut: 'retry',
  },

  async observe({ environment }, context) {
    const { commits } = await context.store.load(environmentStream(environment));
    const { view } = context.deployment;
    const evidence: HeldApis = {
      environment,
      seq: commits.at(-1)?.seq ?? 0,
      release: {
        pipeline: view.pipeline.pipeline,
        version: view.release.version,
        apis: view.pipeline.apis ?? null,
      },
      revisions: await revisionsIn(foldEnvironment(commits).live, context),
    };
    return { evidence };
  },

  judge({ environment }, recorded) {
    const expected = `every API in ${environment} provided as it is consumed, by each revision that is live or may come back`;
    const seen = heldApis.safeParse(recorded);
    if (!seen.success) return { verdict: 'inconclusive', expected, observed: 'no readable evidence' };
    const blocks = blocksAmong(seen.data).map((block) => blockInWords(block, environment));
    if (blocks.length > 0) return { verdict: 'fail', expected, observed: inShort(blocks, PAIRS) };
    const revisions = revisionsBeside(seen.data);
    const observed =
      revisions.length === 0
        ? `nothing else is in ${environment}`
        : `it fits with ${inShort(revisions.map(fittingInWords), REVISIONS)}`;
    return { verdict: 'pass', expected, observed };
  },

  async reusable({ environment }, context) {
    const { commits } = await context.store.load(environmentStream(environment));
    const { apis } = context.deployment.view.pipeline;
    return {
      facts: { apis: apis ?? null, revisions: await revisionsIn(foldEnvironment(commits).live, context) },
    };
  },
};

function fittingInWords(revision: HeldApis['revisions'][number]): string {
  return `${partyInWords(revision)}${revision.apis === null ? ', which declares no APIs' : ''}`;
}

async function revisionsIn(
  live: ReturnType<typeof foldEnvironment>['live'],
  { store }: StageContext,
): Promise<HeldApis['revisions']> {
  const standing = Object.entries(live).flatMap(([pipeline, pair]) => [
    { pipeline, ref: pair.live, standing: 'live' as const },
    ...(pair.knownGood === null ? [] : [{ pipeline, ref: pair.knownGood, standing: 'known-good' as const }]),
  ]);
  return Promise.all(
    standing.map(async ({ pipeline, ref, standing: how }) => ({
      pipeline,
      version: ref.release.version,
      apis: await declaredApis(store, ref),
      revision: ref.revision,
      deployment: ref.deployment,
      standing: how,
    })),
  );
}
