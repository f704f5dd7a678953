import type { Apis } from '../../pipeline/apis.ts';
import { declaredInWords, type Schemas } from '../../pipeline/schemas.ts';

/** What a release declares, on one line: `provides catalog v1+v2; consumes prices v1, mail v3 (external)`. Pure. */
export function apisLine({ provides, consumes }: Apis): string {
  const offers = Object.entries(provides).map(([api, versions]) => inWords(api, versions));
  const needs = Object.entries(consumes).map(
    ([api, { versions, external }]) => `${inWords(api, versions)}${external ? ' (external)' : ''}`,
  );
  return `provides ${offers.join(', ') || 'nothing'}; consumes ${needs.join(', ') || 'nothing'}`;
}

/** The schema versions that a release declares, on one line: `runs on main 1, 2; does not use schema audit`. Pure. */
export function schemasLine(schemas: Schemas): string {
  return (
    Object.entries(schemas)
      .map(([schema, declared]) => declaredInWords(declared, schema))
      .join('; ') || 'uses no schema'
  );
}

function inWords(api: string, versions: readonly number[]): string {
  return `${api} ${versions.map((version) => `v${version}`).join('+')}`;
}
