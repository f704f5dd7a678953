import { z } from 'zod';
import { apis } from './apis.ts';
import { duration } from './duration.ts';
import { environmentDefinition } from './environment.ts';
import { analysisStage } from './kinds/analysis.ts';
import { commandStage } from './kinds/command.ts';
import { compatibilityStage } from './kinds/compatibility.ts';
import { customStage } from './kinds/custom.ts';
import { flagStage } from './kinds/flag.ts';
import { functionStage, hasOneCode, ONE_CODE } from './kinds/function.ts';
import { httpStage } from './kinds/http.ts';
import { line } from './kinds/line.ts';
import { migrateFields, migrateProblems } from './kinds/migrate.ts';
import { parityStage } from './kinds/parity.ts';
import { placeStage } from './kinds/place.ts';
import { rehearsalStage } from './kinds/rehearsal.ts';
import { shiftStage } from './kinds/shift.ts';
import { environment } from './kinds/stage-fields.ts';
import { name, stageName } from './names.ts';
import { schemas } from './schemas.ts';
import { blueGreenStage } from './sugar/blue-green.ts';
import { hasCriterion, NO_BOUND, NO_MINIMUM, saysEnough } from './sugar/bounds.ts';
import { canaryStage } from './sugar/canary.ts';
import { triggers } from './triggers.ts';

const question = line.optional().describe('The question this stage answers, in words.');
const expect = duration
  .optional()
  .describe('How long the stage is expected to take; checks are ordered by it.');
const timeout = duration.optional().describe('After this time the stage fails with timedOut.');
const times = { expect, timeout };
const maybeEnvironment = environment.optional();

const fileCommand = commandStage
  .extend(times)
  .describe('Check. Runs a command in a clean copy of the source; passes when it exits with 0.');
const fileHttp = httpStage
  .extend({ question, ...times })
  .describe('Check. Asks a URL, or the new revision, and compares status, answer time and body.');
const fileAnalysis = z
  .strictObject({ ...analysisStage.shape, question, ...times, environment: maybeEnvironment })
  .refine(hasCriterion, NO_BOUND)
  .refine(saysEnough, NO_MINIMUM)
  .describe(
    'Check. Compares the new revision with the live one on the traffic it gets. Needs errorRate, p95 or metrics, or in an AWS account alarms.',
  );
const fileCompatibility = compatibilityStage
  .extend({ question, ...times, environment: maybeEnvironment })
  .describe(
    'Check. Holds the `apis` of the release against every revision in the environment that is live or may come back, in both directions.',
  );
const fileParity = z
  .strictObject({ ...parityStage.shape, question, ...times })
  .refine(({ environment: one, against }) => one !== against, {
    path: ['against'],
    message: 'expected another environment than the one that is compared',
  })
  .describe(
    'Check. Compares two environments: the settings of their targets but the ports, what they run on, and their flags. Values of variables that are named like secrets are recorded as digests.',
  );
const fileFunction = z
  .strictObject({ ...functionStage.shape, question, ...times })
  .refine(hasOneCode, ONE_CODE)
  .describe(
    'Check. Asks a function, in AWS Lambda or of a module of the source, and holds its answer against criteria. Needs function or module.',
  );
const fileRehearsal = rehearsalStage
  .extend({ question, ...times, environment: maybeEnvironment })
  .describe(
    'Check. Takes the traffic of a pre-production environment back to what was live before and forward again, under load; fails when that is too slow, loses a request, or leaves anything else than it found.',
  );
const filePlace = placeStage
  .extend({ question, ...times, environment: maybeEnvironment })
  .describe('Change. Starts the release beside the live revision, without traffic. Undo stops it.');
const fileShift = shiftStage
  .extend({ question, ...times, environment: maybeEnvironment })
  .describe('Change. Gives the new revision a share of the traffic. Undo restores the shares that were.');
const fileFlag = flagStage
  .extend({ question, ...times, environment: maybeEnvironment })
  .describe(
    'Change. Sets a feature flag of the environment, which its services read without a restart. Undo gives it the value back that it had.',
  );
const fileMigrate = z
  .strictObject({ ...migrateFields.shape, question, ...times, environment: maybeEnvironment })
  .superRefine(migrateProblems)
  .describe(
    'Change. Migrates a schema of the environment in one of three phases, so that old and new code run side by side. Undo runs `undo`, or leaves what is `harmless`; a `contract` cannot be undone.',
  );
const fileCustom = customStage
  .extend(times)
  .describe(
    'Change. A command of your own, and the command that takes it back. Both must be harmless when run twice.',
  );

/** A check as it may be written. */
export const fileCheck = z.discriminatedUnion('kind', [
  fileCommand,
  fileHttp,
  fileAnalysis,
  fileCompatibility,
  fileParity,
  fileFunction,
  fileRehearsal,
]);

/** A stage as it may be written: with sugar, and without what has a default. */
export const fileStage = z.discriminatedUnion('kind', [
  fileCommand,
  fileHttp,
  fileAnalysis,
  fileCompatibility,
  fileParity,
  fileFunction,
  fileRehearsal,
  filePlace,
  fileShift,
  fileFlag,
  fileMigrate,
  fileCustom,
  canaryStage,
  blueGreenStage,
]);

export const fileGroup = z.strictObject({
  parallel: stageName.describe('The name of the group.'),
  stages: z.array(fileCheck).min(2).max(20).describe('Checks that run side by side.'),
});

/** Longer names would leave no room for the name of the stage that acquires the environment. */
const LONGEST_ENVIRONMENT = 42;

const environmentName = name.refine(
  (written) => written.length <= LONGEST_ENVIRONMENT,
  `expected a name of at most ${LONGEST_ENVIRONMENT} characters here`,
);

/** A pipeline file as a team writes it. */
export const pipelineFile = z.strictObject({
  pipeline: name.describe('The name of the pipeline, usually that of the service.'),
  apis: apis
    .optional()
    .describe('What the release provides to other services and consumes of them; held by `compatibility`.'),
  schemas: schemas
    .optional()
    .describe(
      'The schema versions that the release runs on, by schema: `main: [1, 2]` or `main: { min: 1, max: 2 }`; `main: none` where it does not use it.',
    ),
  triggers: triggers
    .optional()
    .describe(
      'In an AWS account: the pushes, uploads, builds and executions that open a deployment by themselves. See [triggers](triggers.md).',
    ),
  environments: z
    .record(environmentName, environmentDefinition)
    .default({})
    .describe('Where the release is deployed to, by name.'),
  stages: z
    .array(z.union([fileGroup, fileStage]))
    .min(1)
    .max(100)
    .describe('What happens, in this order. Checks ask, changes change and can be undone.'),
});

export type FileStage = z.output<typeof fileStage>;
export type FileCheck = z.output<typeof fileCheck>;
export type FileGroup = z.output<typeof fileGroup>;

/** The schema of each kind that may be written, by its name. */
export const FILE_KINDS: Readonly<Record<FileStage['kind'], z.ZodType>> = {
  command: fileCommand,
  http: fileHttp,
  analysis: fileAnalysis,
  compatibility: fileCompatibility,
  parity: fileParity,
  function: fileFunction,
  rehearsal: fileRehearsal,
  place: filePlace,
  shift: fileShift,
  flag: fileFlag,
  migrate: fileMigrate,
  custom: fileCustom,
  canary: canaryStage,
  blueGreen: blueGreenStage,
};

/** Kinds that only ask and so may stand in a parallel group. */
export const CHECK_KINDS: readonly FileCheck['kind'][] = [
  'command',
  'http',
  'analysis',
  'compatibility',
  'parity',
  'function',
  'rehearsal',
];
