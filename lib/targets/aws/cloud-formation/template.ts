import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf, NoneventError } from '../../../nonevent-error.ts';

const template = z.looseObject({
  Parameters: z.record(z.string(), z.unknown()).optional(),
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), DeletionPolicy: z.string().optional() })),
});

/** A template as far as it is decided on. */
export type Template = {
  readonly parameters: ReadonlySet<string>;
  /** Logical ids of the resources that stay when they leave the stack, or of which a copy stays. */
  readonly retained: ReadonlySet<string>;
};

/** CloudFormation's limit: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LARGEST = 1024 * 1024;

const RETAINING: readonly string[] = ['Retain', 'RetainExceptOnCreate', 'Snapshot'];

/** Reads a template, JSON or YAML with its short functions. Errors: `TargetFailed` for what is no template. */
export function readTemplate(text: string): Template {
  if (text.length > LARGEST) throw unreadable(`it has ${text.length} bytes, expected at most ${LARGEST}`);
  try {
    // The values of `!Ref` and its like are not looked at, so their tags need no meaning here.
    const { Parameters = {}, Resources } = template.parse(
      parse(text, { logLevel: 'silent', maxAliasCount: 100 }),
    );
    const resources = Object.entries(Resources);
    return {
      parameters: new Set(Object.keys(Parameters)),
      retained: new Set(
        resources.flatMap(([id, { DeletionPolicy = 'Delete' }]) =>
          RETAINING.includes(DeletionPolicy) ? [id] : [],
        ),
      ),
    };
  } catch (thrown) {
    throw unreadable(thrown instanceof z.ZodError ? z.prettifyError(thrown) : messageOf(thrown), thrown);
  }
}

function unreadable(why: string, cause?: unknown): NoneventError {
  return new NoneventError('TargetFailed', `the template cannot be read: ${why}`, {
    hint: 'check it with `aws cloudformation validate-template`',
    cause,
  });
}
