import { z } from 'zod';

const bucket = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket')
  .describe('The name of a bucket.');

/** What may stand in a key: no control characters, and nothing that needs escaping where it is shown. */
const KEY = /^[A-Za-z0-9!_.*'()/@=+-]{1,500}$/;

const prefix = z.string().regex(KEY, 'expected the beginning of a key, of plain characters');

function keyWith(...placeholders: readonly string[]) {
  const names = placeholders.map((name) => `{${name}}`);
  return z
    .string()
    .refine(
      (written) => {
        const plain = names.reduce((text, name) => text.replaceAll(name, 'x'), written);
        return KEY.test(plain) && names.some((name) => written.includes(name));
      },
      `expected a key with ${names.join(' or ')} in it, so that each run has its own`,
    )
    .describe(`The key that the archive has there, with ${names.join(' or ')} in it.`);
}

/** An image that was pushed to a repository: the release is the image. */
export const ecrTrigger = z.strictObject({
  kind: z.literal('ecr'),
  repository: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._/-]{1,255}$/, 'expected the name of a repository, such as team/shop')
    .describe('The name of the repository.'),
  tags: z
    .array(
      z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}\*?$/, 'expected a tag, or its beginning and *'),
    )
    .min(1)
    .max(20)
    .optional()
    .describe(
      'Only pushes of these tags; `v*` is every tag that begins with v. Every tag where it is left out.',
    ),
});

/** An archive that was put into a bucket. */
export const s3Trigger = z.strictObject({
  kind: z.literal('s3'),
  bucket,
  prefix: prefix.optional().describe('Only keys that begin with this.'),
});

/** A build that succeeded and has put its archive into a bucket. */
export const codeBuildTrigger = z.strictObject({
  kind: z.literal('codeBuild'),
  project: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{1,254}$/, 'expected the name of a project')
    .describe('The name of the build project.'),
  bucket,
  key: keyWith('commit', 'build'),
});

/** An execution of a CodePipeline that succeeded and has put its archive into a bucket. */
export const codePipelineTrigger = z.strictObject({
  kind: z.literal('codePipeline'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9.@_-]{1,100}$/, 'expected the name of a CodePipeline')
    .describe('The name of the CodePipeline.'),
  bucket,
  key: keyWith('execution'),
});

/** What opens a deployment by itself, in an AWS account. */
export const pipelineTrigger = z.discriminatedUnion('kind', [
  ecrTrigger,
  s3Trigger,
  codeBuildTrigger,
  codePipelineTrigger,
]);
export type PipelineTrigger = z.output<typeof pipelineTrigger>;

export const TRIGGERS_AT_MOST = 20;
export const triggers = z.array(pipelineTrigger).min(1).max(TRIGGERS_AT_MOST);
export type Triggers = z.output<typeof triggers>;
