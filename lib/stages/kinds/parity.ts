import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import { type Json, json } from '../../pipeline/json.ts';
import type { ParityStage } from '../../pipeline/kinds/parity.ts';
import { inShort } from '../in-short.ts';
import type { CheckKind, StageContext } from '../kind.ts';
import { type Difference, differencesOf, driftLines, isAllowed } from '../parity/drift.ts';
import { manifestOf } from '../parity/manifest.ts';

const side = z.object({ environment: z.string(), manifest: json });

/** More lines than these are not read by anybody. */
const LINES = { most: 20, longest: 175, between: '\n' } as const;
/** With the lines above it a text that is recorded stays within its 4000 characters. */
const ALLOWED = { most: 3, longest: 100, between: ', ' } as const;
const PATHS = { most: 20, longest: 100, between: ', ' } as const;

const evidence = z.object({ one: side, other: side });

/** Compares two environments. What differs and is not allowed to would make a test in one say nothing of the other. */
export const parityKind: CheckKind<ParityStage> = {
  recoveries: {
    ...USUAL_RECOVERIES,
    // Only settings and histories are read. Reading them again changes nothing.
    timedOut: 'retry',
  },

  async observe({ environment, against }, context) {
    // Kept nowhere, so that nobody can try what the hidden values may have been.
    const key = randomBytes(32);
    return {
      evidence: {
        one: { environment, manifest: await manifestOf(environment, context, key) },
        other: { environment: against, manifest: await manifestOf(against, context, key) },
      },
    };
  },

  judge(stage, recorded) {
    const expected = expectedOf(stage);
    const seen = evidence.safeParse(recorded);
    if (!seen.success) return { verdict: 'inconclusive', expected, observed: 'no readable evidence' };
    const { one, other } = seen.data;
    const differences = differencesOf(one.manifest, other.manifest).filter((each) => isAsked(each, stage));
    const allowed = differences.filter((each) => isAllowed(each, stage.allow));
    const drift = differences.filter((each) => !isAllowed(each, stage.allow));
    if (drift.length > 0) {
      const names = { one: one.environment, other: other.environment };
      const lines = inShort(driftLines(drift, names), LINES);
      return { verdict: 'fail', expected, observed: `${lines}\nwhat may differ: ${allowing(drift)}` };
    }
    return { verdict: 'pass', expected, observed: sameness(allowed) };
  },

  async reusable({ environment, against }, context) {
    const facts = await Promise.all([factsOf(environment, context), factsOf(against, context)]);
    return { facts };
  },
};

/** Without its variables: they are part of the definition, and a digest of hidden values could be tried against. */
async function factsOf(environment: string, context: StageContext): Promise<Json> {
  const manifest = await manifestOf(environment, context, randomBytes(32));
  return Object.fromEntries(Object.entries(manifest ?? {}).filter(([part]) => part !== 'env'));
}

function isAsked({ path }: Difference, { live }: ParityStage): boolean {
  return live || !(path === 'live' || path.startsWith('live.'));
}

function expectedOf({ environment, against, allow }: ParityStage): string {
  const same = `${environment} as ${against} is`;
  return allow.length === 0 ? same : `${same}, but for ${inShort(allow, PATHS)}`;
}

/** How a file says that these may differ, its schemas and flags each by name. */
function allowing(drift: readonly Difference[]): string {
  const paths = drift.map(({ path }) => path.match(/^(schemas|flags|env)\.[^.]+/)?.[0] ?? path);
  return `\`allow: [${inShort([...new Set(paths)], ALLOWED)}]\``;
}

function sameness(allowed: readonly Difference[]): string {
  if (allowed.length === 0) return 'no difference';
  return `no difference but what is allowed: ${inShort(
    allowed.map(({ path }) => path),
    PATHS,
  )}`;
}
