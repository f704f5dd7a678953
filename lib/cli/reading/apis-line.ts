import type { Apis } from '../../pipeline/apis.ts';

/** What a release declares, on one line: `provides catalog v1+v2; consumes prices v1, mail v3 (external)`. Pure. */
export function apisLine({ provides, consumes }: Apis): string {
  const offers = Object.entries(provides).map(([api, versions]) => inWords(api, versions));
  const needs = Object.entries(consumes).map(
    ([api, { versions, external }]) => `${inWords(api, versions)}${external ? ' (external)' : ''}`,
  );
  return `provides ${offers.join(', ') || 'nothing'}; consumes ${needs.join(', ') || 'nothing'}`;
}

function inWords(api: string, versions: readonly number[]): string {
  return `${api} ${versions.map((version) => `v${version}`).join('+')}`;
}
