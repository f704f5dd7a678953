import { z } from 'zod';
import { deploymentId } from '../../history/deployment-id.ts';
import { digest } from '../../pipeline/release.ts';
import type { Revision } from '../target.ts';

/** The tag that holds the label of a revision. */
export const LABEL = 'nonevent:label';
/** The tag that holds the name of a revision. */
export const REVISION = 'nonevent:revision';

/** A label has five words; Lambda takes descriptions of up to 256 characters, and the longest label has 228. */
const words = z.tuple([z.literal('nonevent'), z.string(), z.string(), deploymentId, digest]);

/** The text by which a revision is found again in an environment: what it is, who placed it, and of what it is made. */
export function writeLabel(environment: string, { revision, deployment, artifact }: Revision): string {
  return ['nonevent', environment, revision, deployment, artifact].join(' ');
}

/** The revision that a label of this environment names; `undefined` for any other text. */
export function readLabel(environment: string, text: string | undefined): Revision | undefined {
  const parsed = words.safeParse(text?.split(' '));
  if (!parsed.success || parsed.data[1] !== environment) return undefined;
  const [, , revision, deployment, artifact] = parsed.data;
  return { revision, deployment, artifact };
}
