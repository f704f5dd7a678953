import { canonicalJson } from '../../history/canonical-json.ts';
import type { Json } from '../../pipeline/json.ts';

/** Something in which two manifests differ; `undefined` where one of them does not have it. */
export type Difference = {
  readonly path: string;
  readonly one: Json | undefined;
  readonly other: Json | undefined;
};

/** Every difference of two manifests, by path. Pure. */
export function differencesOf(one: Json, other: Json): readonly Difference[] {
  const [left, right] = [leavesOf(one), leavesOf(other)];
  const paths = [...new Set([...left.keys(), ...right.keys()])].toSorted();
  return paths
    .map((path) => ({ path, one: left.get(path), other: right.get(path) }))
    .filter((difference) => !isSame(difference.one, difference.other));
}

/** Whether a list of paths allows a difference: by naming it, or something that it is a part of. Pure. */
export function isAllowed({ path }: Difference, allow: readonly string[]): boolean {
  return allow.some((allowed) => path === allowed || path.startsWith(`${allowed}.`));
}

/** Objects are walked into; lists are compared as a whole. An empty object has no leaf and equals one that is not there. */
function leavesOf(manifest: Json): ReadonlyMap<string, Json> {
  const leaves = new Map<string, Json>();
  const walk = (value: Json, path: string): void => {
    if (isObject(value))
      for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`);
    else leaves.set(path, value);
  };
  walk(manifest, '');
  return leaves;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalJson(one) === canonicalJson(other);
}

/** A line for each difference: `env.REGION: "eu" in staging, absent in production`. Pure. */
export function driftLines(
  differences: readonly Difference[],
  names: { readonly one: string; readonly other: string },
): readonly string[] {
  return differences.map(
    ({ path, one, other }) => `${path}: ${side(one, names.one)}, ${side(other, names.other)}`,
  );
}

const LONGEST_VALUE = 60;

function side(value: Json | undefined, name: string): string {
  if (value === undefined) return `absent in ${name}`;
  const text = JSON.stringify(value);
  const clipped = text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1).toWellFormed()}…` : text;
  return `${clipped} in ${name}`;
}
