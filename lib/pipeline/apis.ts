import { z } from 'zod';
import { name } from './names.ts';

const MOST_VERSIONS = 20;
const MOST_APIS = 50;

const versions = z
  .array(z.int().min(1).max(1_000_000))
  .min(1)
  .max(MOST_VERSIONS)
  .refine((written) => new Set(written).size === written.length, 'expected each version once')
  .transform((written) => written.toSorted((one, other) => one - other));

const consumption = z
  .union([versions, z.strictObject({ versions, external: z.boolean().default(false) })])
  .transform((written) => (Array.isArray(written) ? { versions: written, external: false } : written))
  .meta({ title: 'List of whole numbers, or versions and external' });

function notTooMany(apis: object): boolean {
  return Object.keys(apis).length <= MOST_APIS;
}
const TOO_MANY = `expected at most ${MOST_APIS} APIs`;

/**
 * The APIs of a release by name, with the versions that it needs or offers. They are part of the pipeline, so a deployment's
 * opening event pins them and they travel with the revision.
 */
export const apis = z.strictObject({
  provides: z
    .record(name, versions)
    .refine(notTooMany, TOO_MANY)
    .default({})
    .describe('The versions that the release answers to, by the name of the API: `catalog: [1, 2]`.'),
  consumes: z
    .record(name, consumption)
    .refine(notTooMany, TOO_MANY)
    .default({})
    .describe(
      'The versions that the release calls, all of them: `prices: [1]`. An API of somebody who is not deployed here is `{ versions: [1], external: true }`; nothing is held against it.',
    ),
});

export type Apis = z.output<typeof apis>;
