import { z } from 'zod';

/** Comes before each name among the outputs of a stack. */
export const OUTPUT_PREFIX = 'Nonevent';

/**
 * What an installed system tells of itself in the outputs of its stack. lib/infra/deployment-system.ts writes them,
 * `nonevent connect` reads them.
 */
export const stackOutputs = z.object({
  Bus: z.string().regex(/^[/.\-_A-Za-z0-9]{1,256}$/, 'expected the name of an event bus'),
  Table: z.string().regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'expected the name of a table'),
  Artifacts: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
  Region: z.string().regex(/^[a-z]+(-[a-z]+)+-\d$/, 'expected a region such as eu-west-1'),
  StateMachines: z
    .string()
    .regex(
      /^arn:[^:]+:states:[^:]+:\d{12}:stateMachine:[\w-]*$/,
      'expected the beginning of an ARN of a state machine',
    )
    .describe('What comes before a pipeline in the ARN of its state machine.'),
});
export type StackOutputs = Readonly<z.output<typeof stackOutputs>>;

/** What an installed system tells besides, for `nonevent audit verify --distributed`, which asks for it when it is run. */
export const auditOutputs = z.object({
  Audits: stackOutputs.shape.Artifacts,
  AuditMachine: z
    .string()
    .regex(/^arn:[^:]+:states:[^:]+:\d{12}:stateMachine:[\w-]+$/, 'expected the ARN of a state machine'),
});
export type AuditOutputs = Readonly<z.output<typeof auditOutputs>>;
