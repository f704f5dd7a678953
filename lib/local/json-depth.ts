import { isNestedDeeper } from '../pipeline/json-depth.ts';

/**
 * What is nested deeper is refused where it comes in: a schema and JSON itself walk it by recursion, so it could be taken now
 * and not be read again by the next start. Ours are about ten deep.
 */
const DEEPEST = 100;

/** Whether a text of JSON is nested deeper than anything of use. */
export function isTooDeep(json: string): boolean {
  return isNestedDeeper(json, DEEPEST);
}
