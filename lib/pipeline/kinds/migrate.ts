import { z } from 'zod';
import { name } from '../names.ts';
import { schemaVersion } from '../schemas.ts';
import { secrets, variables } from '../variables.ts';
import { line } from './line.ts';
import { project } from './project.ts';
import { change, environment } from './stage-fields.ts';

const command = z.string().min(1).max(10_000);

/** The fields of a migration; `migrateStage` holds them against each other. */
export const migrateFields = z.strictObject({
  kind: z.literal('migrate'),
  ...change,
  environment,
  schema: name.default('main').describe('The schema or database, by the name it has in the environment.'),
  phase: z
    .enum(['expand', 'data', 'contract'])
    .describe(
      '`expand` adds what new code needs, `data` fills it, `contract` removes what only old code needed.',
    ),
  from: schemaVersion.describe('The newest version of the schema before the migration.'),
  to: schemaVersion.describe('The newest version after it: above `from`.'),
  run: command.describe(
    'The command that migrates, given to `sh -c`. It may be repeated at any time, so it must be harmless when run twice.',
  ),
  undo: command
    .optional()
    .describe('`expand` and `data`: the command that takes it back. This or `harmless` is required.'),
  harmless: line
    .optional()
    .describe('`expand` and `data`: why old code is not disturbed, so that undo may leave it as it is.'),
  verify: command
    .optional()
    .describe(
      '`contract`: the command that succeeds only while everything that is removed is still whole. It is asked when the contract fails.',
    ),
  env: variables,
  secrets,
  project,
});

export type MigrateStage = z.output<typeof migrateFields>;

type Ways = Pick<MigrateStage, 'phase' | 'from' | 'to' | 'undo' | 'harmless' | 'verify'>;

/** What is wrong with the way back of a migration, and with its versions. */
export function migrateProblems(
  { phase, from, to, undo, harmless, verify }: Ways,
  { addIssue }: Pick<z.core.$RefinementCtx, 'addIssue'>,
): void {
  if (to <= from) {
    addIssue({ code: 'custom', path: ['to'], message: `expected a version above ${from}`, input: to });
  }
  const say = (message: string) =>
    addIssue({ code: 'custom', path: [], message, params: { code: 'NE215' }, input: { phase } });
  if (phase === 'contract') {
    if (undo !== undefined || harmless !== undefined)
      say('a contract cannot be taken back: expected neither undo nor harmless');
    if (verify === undefined)
      say('a contract without verify: nobody could tell whether a failed one did harm');
    return;
  }
  if (verify !== undefined) say(`verify is for a contract, and the phase is ${phase}`);
  if ((undo === undefined) === (harmless === undefined)) {
    const seen = undo === undefined ? 'without' : 'with both';
    say(`${phase} ${seen} undo and harmless: expected one of them`);
  }
}

/** Changes a schema in one of the three phases that let old and new code run side by side. */
export const migrateStage = migrateFields.superRefine(migrateProblems);
