import { z } from 'zod';
import { apis } from '../../pipeline/apis.ts';

const declared = z.object({ pipeline: z.string(), version: z.string(), apis: apis.nullable() });

/** What a `compatibility` check saw: the release, and every revision of the environment with what it declares. */
export const heldApis = z.object({
  environment: z.string(),
  seq: z.int().describe('The newest commit of the environment that was seen.'),
  release: declared,
  revisions: z.array(
    declared.extend({
      revision: z.string(),
      deployment: z.string(),
      standing: z.enum(['live', 'known-good']),
    }),
  ),
});
export type HeldApis = z.output<typeof heldApis>;

/** A release or a revision with what it declares. The release has no standing yet. */
type Party = z.output<typeof declared> & { readonly standing?: 'live' | 'known-good' };

/** One that consumes and one that does not provide it; `undefined` where nobody is there who could. */
export type Block = {
  readonly api: string;
  readonly missing: readonly number[];
  readonly consumer: Party;
  readonly provider: Party | undefined;
};

/**
 * Every pair that does not fit: what the release consumes and a revision does not provide, and what a revision consumes
 * that this release is to provide and does not. Pure.
 */
export function blocksAmong(held: HeldApis): readonly Block[] {
  const { release, revisions } = held;
  const beside = revisionsBeside(held);
  return [
    ...consumed(release).flatMap((need) => unmet(release, need, [release, ...beside])),
    ...beside.flatMap((revision) =>
      consumed(revision).flatMap((need) => unmetByRelease(revision, need, { release, beside, revisions })),
    ),
  ];
}

/**
 * The revisions that may serve at the same time as the release. A pipeline's own known-good revision is not among them: what is
 * live now takes its place. Pure.
 */
export function revisionsBeside({ release, revisions }: HeldApis): HeldApis['revisions'] {
  return revisions.filter(({ pipeline, standing }) => pipeline !== release.pipeline || standing === 'live');
}

type Need = { readonly api: string; readonly versions: readonly number[] };

function consumed({ apis: declares }: Party): readonly Need[] {
  return Object.entries(declares?.consumes ?? {}).flatMap(([api, { versions, external }]) =>
    external ? [] : [{ api, versions }],
  );
}

/** Every pipeline that provides the API at all has to provide the versions with each of its revisions. */
function unmet(consumer: Party, { api, versions }: Need, parties: readonly Party[]): readonly Block[] {
  const providing = new Set(
    parties.filter((party) => provided(party, api) !== undefined).map(({ pipeline }) => pipeline),
  );
  if (providing.size === 0) return [{ api, missing: versions, consumer, provider: undefined }];
  return parties
    .filter(({ pipeline }) => providing.has(pipeline))
    .flatMap((provider) => lacking(consumer, provider, { api, versions }));
}

function unmetByRelease(
  consumer: Party,
  need: Need,
  { release, beside, revisions }: Pick<HeldApis, 'release' | 'revisions'> & { beside: readonly Party[] },
): readonly Block[] {
  if (provided(release, need.api) !== undefined) return lacking(consumer, release, need);
  const wasOurs = revisions.some(
    (revision) => revision.pipeline === release.pipeline && provided(revision, need.api) !== undefined,
  );
  const others = beside.filter(({ pipeline }) => pipeline !== release.pipeline);
  // An API may move to another pipeline: then that one has to provide it by now.
  return wasOurs && unmet(consumer, need, others).length > 0 ? lacking(consumer, release, need) : [];
}

function lacking(consumer: Party, provider: Party, { api, versions }: Need): readonly Block[] {
  const there = provided(provider, api) ?? [];
  const missing = versions.filter((version) => !there.includes(version));
  return missing.length === 0 ? [] : [{ api, missing, consumer, provider }];
}

function provided({ apis: declares }: Party, api: string): readonly number[] | undefined {
  return declares !== null && Object.hasOwn(declares.provides, api) ? declares.provides[api] : undefined;
}

/** `shop 2.0.0 (known-good) consumes catalog v1; catalog 3.0.0 provides v2, v3`. Pure. */
export function blockInWords({ api, missing, consumer, provider }: Block, environment: string): string {
  const need = `${partyInWords(consumer)} consumes ${api} ${versionsInWords(missing)}`;
  if (provider === undefined) return `${need}; nobody in ${environment} provides ${api}`;
  const there = provided(provider, api);
  const offer = there === undefined ? `no ${api}` : versionsInWords(there);
  return `${need}; ${partyInWords(provider)} provides ${offer}`;
}

/** `shop 2.0.0 (known-good)`. Pure. */
export function partyInWords({ pipeline, version, standing }: Party): string {
  return `${pipeline} ${version}${standing === undefined ? '' : ` (${standing})`}`;
}

function versionsInWords(versions: readonly number[]): string {
  return versions.map((version) => `v${version}`).join(', ');
}
