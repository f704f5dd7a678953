import { z } from 'zod';
import { secrets, variables } from '../variables.ts';
import { check, environment } from './stage-fields.ts';

/** Where in a function's answer a value stands: `latencyMs`, or `checkout.latencyMs` inside an object. */
const place = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*){0,4}$/,
    'expected the name of a field of the answer, such as latencyMs or checkout.latencyMs',
  );

/** Bounds on one value. Numbers and text only: a bare yes tells nothing that could be judged again. */
const criterion = z
  .strictObject({
    max: z.number().optional().describe('The largest acceptable number.'),
    min: z.number().optional().describe('The smallest acceptable number.'),
    equals: z
      .union([z.number(), z.string().min(1).max(300)])
      .optional()
      .describe('The only acceptable number or text.'),
  })
  .refine(
    ({ max, min, equals }) => [max, min, equals].some((bound) => bound !== undefined),
    'expected max, min or equals',
  );

export type Criterion = z.output<typeof criterion>;

/** Asks a function, and holds what it answers against criteria. */
export const functionStage = z.strictObject({
  kind: z.literal('function'),
  ...check,
  environment: environment.optional(),
  function: z
    .string()
    .regex(
      /^[A-Za-z0-9_:-]{1,170}$/,
      'expected the name or the ARN of a Lambda function, with or without a version or an alias',
    )
    .optional()
    .describe('The Lambda function that is asked: its name or its ARN.'),
  module: z
    .string()
    .max(300)
    .regex(
      /^(?!\/)(?!.*(^|\/)\.\.(\/|#))[^#\p{Cc}]+#[A-Za-z_$][A-Za-z0-9_$]*$/u,
      'expected a file of the source and the name of a function it exports, such as checks/latency.mjs#measure',
    )
    .optional()
    .describe(
      'A function that a module of the source exports, such as `checks/latency.mjs#measure`; it runs as a process of its own.',
    ),
  env: variables,
  secrets,
  criteria: z
    .record(place, criterion)
    .refine((written) => Object.keys(written).length > 0, 'expected at least one criterion')
    .refine((written) => Object.keys(written).length <= 20, 'expected at most 20 criteria')
    .describe(
      'What the answer is held against, by the name of the field. A field that is missing never passes.',
    ),
});

export type FunctionStage = z.output<typeof functionStage>;

/** Whether it is said, once, what is asked. */
export function hasOneCode(written: Pick<FunctionStage, 'function' | 'module'>): boolean {
  return (written.function === undefined) !== (written.module === undefined);
}

export const ONE_CODE = 'expected either function or module';
