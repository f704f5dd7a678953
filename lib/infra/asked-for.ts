import { existsSync } from 'node:fs';
import { z } from 'zod';
import { NoneventError } from '../nonevent-error.ts';

/** What is installed where nothing else is asked for. */
const USUAL_FOLDER = 'pipelines';

const topicArn = z.string().regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?$/);

/** What somebody asks of the app with `-c NAME=VALUE`. */
export type AskedFor = { readonly folder: string; readonly alarmTopic: string | undefined };

/**
 * Reads what is to be installed out of the context of a CDK app.
 *
 * Errors: `InvalidInput` where nothing says which pipelines are meant, and for a topic that is no ARN.
 */
export function askedFor(context: (name: string) => unknown, isThere = existsSync): AskedFor {
  return { folder: folderIn(context('pipelines'), isThere), alarmTopic: topicIn(context('alarmTopic')) };
}

function folderIn(named: unknown, isThere: (path: string) => boolean): string {
  if (typeof named === 'string' && named !== '') return named;
  if (isThere(USUAL_FOLDER)) return USUAL_FOLDER;
  throw new NoneventError(
    'InvalidInput',
    `nothing says which pipelines to install: expected a folder ${USUAL_FOLDER}/ here, or \`-c pipelines=FOLDER\``,
    {
      hint: `\`mkdir ${USUAL_FOLDER}\` and put a pipeline file for AWS into it, or see the example with \`npx cdk synth -q -c pipelines=examples/aws\``,
    },
  );
}

function topicIn(named: unknown): string | undefined {
  if (named === undefined) return undefined;
  const arn = topicArn.safeParse(named);
  if (arn.success) return arn.data;
  throw new NoneventError(
    'InvalidInput',
    `invalid alarmTopic ${JSON.stringify(named)}: expected the ARN of an SNS topic`,
    {
      hint: 'give one such as `-c alarmTopic=arn:aws:sns:eu-west-1:123456789012:alarms`',
    },
  );
}
