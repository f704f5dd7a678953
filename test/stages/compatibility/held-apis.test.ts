import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockInWords,
  blocksAmong,
  type HeldApis,
  heldApis,
} from '../../../lib/stages/compatibility/held-apis.ts';

type Declared = { provides?: Record<string, number[]>; consumes?: Record<string, unknown> };
type Standing = 'live' | 'known-good';

const revision = (pipeline: string, version: string, standing: Standing, apis: Declared | null) => ({
  pipeline,
  version,
  apis,
  revision: `${version}-aaaaaaaa`,
  deployment: 'a'.repeat(20),
  standing,
});

function held(apis: Declared | null, ...revisions: readonly object[]): HeldApis {
  const release = { pipeline: 'catalog', version: '3.0.0', apis };
  return heldApis.parse({ environment: 'production', seq: 9, release, revisions });
}

function blocks(apis: Declared | null, ...revisions: readonly object[]): readonly string[] {
  return blocksAmong(held(apis, ...revisions)).map((block) => blockInWords(block, 'production'));
}

describe('what others consume of the release', () => {
  it('is provided, or the pair is named: also with one that may only come back', () => {
    expect(
      blocks(
        { provides: { catalog: [2, 3] } },
        revision('shop', '3.0.0', 'live', { consumes: { catalog: [2] } }),
        revision('shop', '2.0.0', 'known-good', { consumes: { catalog: [1] } }),
      ),
    ).toEqual(['shop 2.0.0 (known-good) consumes catalog v1; catalog 3.0.0 provides v2, v3']);
  });

  it('is every version that they name', () => {
    expect(
      blocks(
        { provides: { catalog: [2] } },
        revision('shop', '2.0.0', 'live', { consumes: { catalog: [1, 2, 3] } }),
      ),
    ).toEqual(['shop 2.0.0 (live) consumes catalog v1, v3; catalog 3.0.0 provides v2']);
  });

  it('does not go away with the API itself', () => {
    const shop = revision('shop', '2.0.0', 'live', { consumes: { catalog: [1] } });
    const before = revision('catalog', '2.0.0', 'live', { provides: { catalog: [1] } });
    expect(blocks({}, shop, before)).toEqual([
      'shop 2.0.0 (live) consumes catalog v1; catalog 3.0.0 provides no catalog',
    ]);
    expect(blocks(null, shop, before)).toHaveLength(1);
  });

  it('may move to another pipeline, once each revision there provides it', () => {
    const shop = revision('shop', '2.0.0', 'live', { consumes: { catalog: [1] } });
    const before = revision('catalog', '2.0.0', 'live', { provides: { catalog: [1] } });
    const live = revision('search', '2.0.0', 'live', { provides: { catalog: [1] } });
    const back = (apis: Declared) => revision('search', '1.0.0', 'known-good', apis);
    expect(blocks({}, shop, before, live, back({ provides: { catalog: [1] } }))).toEqual([]);
    expect(blocks({}, shop, before, live, back({}))).toHaveLength(1);
  });

  it('is not asked of a release that never provided it', () => {
    expect(blocks({}, revision('shop', '2.0.0', 'live', { consumes: { prices: [1] } }))).toEqual([]);
  });

  it('is not asked for where it comes from elsewhere', () => {
    const external = { consumes: { catalog: { versions: [1], external: true } } };
    expect(blocks({ provides: { catalog: [2] } }, revision('shop', '2.0.0', 'live', external))).toEqual([]);
  });
});

describe('what the release consumes', () => {
  const needs = { consumes: { prices: [2] } };

  it('is provided by each revision that is live or may come back', () => {
    expect(
      blocks(
        needs,
        revision('pricing', '2.0.0', 'live', { provides: { prices: [1, 2] } }),
        revision('pricing', '1.0.0', 'known-good', { provides: { prices: [1] } }),
      ),
    ).toEqual(['catalog 3.0.0 consumes prices v2; pricing 1.0.0 (known-good) provides v1']);
  });

  it('is missed in a known-good revision from before the API', () => {
    expect(
      blocks(
        needs,
        revision('pricing', '2.0.0', 'live', { provides: { prices: [2] } }),
        revision('pricing', '1.0.0', 'known-good', null),
      ),
    ).toEqual(['catalog 3.0.0 consumes prices v2; pricing 1.0.0 (known-good) provides no prices']);
  });

  it('is provided by somebody, unless it is external', () => {
    expect(blocks(needs, revision('shop', '1.0.0', 'live', {}))).toEqual([
      'catalog 3.0.0 consumes prices v2; nobody in production provides prices',
    ]);
    expect(blocks({ consumes: { prices: { versions: [2], external: true } } })).toEqual([]);
  });
});

describe('revisions of the same pipeline', () => {
  const itself = { provides: { catalog: [1, 2] }, consumes: { catalog: [2] } };

  it('are held while they serve side by side', () => {
    expect(blocks(itself, revision('catalog', '2.0.0', 'live', { provides: { catalog: [1] } }))).toEqual([
      'catalog 3.0.0 consumes catalog v2; catalog 2.0.0 (live) provides v1',
    ]);
  });

  it('are not held once they can no longer come back', () => {
    expect(
      blocks(
        itself,
        revision('catalog', '2.0.0', 'live', { provides: { catalog: [2] } }),
        revision('catalog', '1.0.0', 'known-good', { consumes: { catalog: [9] } }),
      ),
    ).toEqual([]);
  });
});

const versions = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 });
const declared = fc.record({
  provides: fc.dictionary(fc.constantFrom('catalog', 'prices'), versions),
  consumes: fc.dictionary(fc.constantFrom('catalog', 'prices'), versions),
});
const others = fc.array(
  fc.tuple(fc.constantFrom('shop', 'pricing'), fc.constantFrom<Standing>('live', 'known-good'), declared),
  { maxLength: 4 },
);

it('never blocks a release that consumes nothing and provides what is consumed anywhere', () => {
  fc.assert(
    fc.property(others, (all) => {
      const everything = { provides: { catalog: [1, 2, 3, 4], prices: [1, 2, 3, 4] } };
      expect(
        blocks(everything, ...all.map(([name, how, apis]) => revision(name, '1.0.0', how, apis))),
      ).toEqual([]);
    }),
  );
});

it('names a version that is taken away for as long as somebody consumes it', () => {
  fc.assert(
    fc.property(others, fc.integer({ min: 1, max: 4 }), (all, gone) => {
      const left = [1, 2, 3, 4].filter((version) => version !== gone);
      const consumers = all.filter(([, , { consumes }]) => consumes.catalog?.includes(gone));
      const found = blocks(
        { provides: { catalog: left } },
        ...all.map(([name, how, apis]) => revision(name, '1.0.0', how, apis)),
      );
      expect(found).toEqual(
        consumers.map(
          ([name, how]) =>
            `${name} 1.0.0 (${how}) consumes catalog v${gone}; catalog 3.0.0 provides ${left.map((version) => `v${version}`).join(', ')}`,
        ),
      );
    }),
  );
});
