import { z } from 'zod';
import { name } from './names.ts';

const MOST_VERSIONS = 20;
const MOST_SCHEMAS = 20;

/** A version of a schema: a number that grows with each migration; 0 is what is there before the first one. */
export const schemaVersion = z.int().min(0).max(1_000_000);

const list = z
  .array(schemaVersion)
  .min(1)
  .max(MOST_VERSIONS)
  .refine((written) => new Set(written).size === written.length, 'expected each version once')
  .transform((written) => written.toSorted((one, other) => one - other));

const range = z
  .strictObject({ min: schemaVersion, max: schemaVersion })
  .refine(
    ({ min, max }) => min <= max && max - min < MOST_VERSIONS,
    `expected a max from min on, and at most ${MOST_VERSIONS} versions`,
  )
  .transform(({ min, max }) => Array.from({ length: max - min + 1 }, (_, index) => min + index));

const unused = z
  .string()
  .refine((written) => written === 'none', 'expected versions such as [1, 2] or { min: 1, max: 2 }, or none')
  .transform(() => 'none' as const);

/**
 * The schema versions that a release runs on, by the name of the schema. They are part of the pipeline, so a deployment's
 * opening event pins them and they travel with the revision.
 */
export const schemas = z
  .record(name, z.union([list, range, unused]).meta({ title: 'List of whole numbers, min and max, or none' }))
  .refine(
    (written) => Object.keys(written).length <= MOST_SCHEMAS,
    `expected at most ${MOST_SCHEMAS} schemas`,
  );

export type Schemas = z.output<typeof schemas>;
export type RunsOn = Schemas[string];

/** What a release declares of a schema; `undefined` where it says nothing of it. Pure. */
export function declaredFor(declared: Schemas | undefined, schema: string): RunsOn | undefined {
  return declared !== undefined && Object.hasOwn(declared, schema) ? declared[schema] : undefined;
}

/** Whether what is declared runs where these versions are served. What declares nothing is not known to. Pure. */
export function runsOnServed(declared: RunsOn | undefined, served: readonly number[]): boolean {
  if (declared === undefined) return false;
  return declared === 'none' || declared.some((version) => served.includes(version));
}

/** `runs on main 1, 2`, or `declares nothing of schema main`. Pure. */
export function declaredInWords(declared: RunsOn | undefined, schema: string): string {
  if (declared === undefined) return `declares nothing of schema ${schema}`;
  return declared === 'none' ? `does not use schema ${schema}` : `runs on ${schema} ${declared.join(', ')}`;
}
