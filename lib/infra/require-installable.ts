import { Token } from 'aws-cdk-lib';
import { NoneventError } from '../nonevent-error.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';

/** With the longest name of a pipeline and a hyphen it makes the 80 characters that Step Functions allows. */
const NAME = /^[A-Za-z0-9-]{1,29}$/;

/**
 * Makes sure that a system can be made of this before anything is.
 *
 * Errors: `InvalidInput` for a name that state machines cannot have, for two pipelines of one name, and for a target that exists on one
 * machine only.
 */
export function requireInstallable(pipelines: readonly Pipeline[], name: string): void {
  if (Token.isUnresolved(name) || !NAME.test(name)) {
    throw new NoneventError(
      'InvalidInput',
      `the system is named ${JSON.stringify(name)}: expected 1 to 29 letters, digits and hyphens`,
      { fields: { name }, hint: 'give it one with the property `name`' },
    );
  }
  const names = pipelines.map(({ pipeline }) => pipeline);
  const doubled = names.find((pipeline, index) => names.indexOf(pipeline) !== index);
  if (doubled !== undefined) {
    throw new NoneventError('InvalidInput', `two pipelines are named ${doubled}: expected a name for each`, {
      fields: { pipeline: doubled },
      hint: 'change the first line of one of the files',
    });
  }
  for (const pipeline of pipelines) requireReachable(pipeline);
}

function requireReachable({ pipeline, environments }: Pipeline): void {
  const local = Object.entries(environments).find(([, { target }]) => target.kind === 'process');
  if (local === undefined) return;
  throw new NoneventError(
    'InvalidInput',
    `environment ${local[0]} of pipeline ${pipeline} is a process on one machine, which nothing in an account can reach`,
    {
      fields: { pipeline, environment: local[0] },
      hint: 'use a target of kind lambdaAlias, ecsService or cloudFormation: docs/pipeline-file.md',
    },
  );
}
