import { z } from 'zod';

/** `sha256:` and 64 hexadecimal digits. */
export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits')
  .brand<'Digest'>();
export type Digest = z.output<typeof digest>;

/** What is deployed. Immutable: the same content has the same artifact digest. */
export const release = z.strictObject({
  version: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/,
      'expected a version such as 1.4.2: letters, digits and . _ + -, at most 64 long',
    ),
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .optional()
    .describe('The commit of the source, where it is known.'),
  artifact: digest.describe('The digest of the packed source.'),
});
export type Release = z.output<typeof release>;
