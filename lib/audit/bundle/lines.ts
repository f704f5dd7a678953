import { z } from 'zod';
import { canonicalJson } from '../../history/canonical-json.ts';
import { deploymentId } from '../../history/deployment-id.ts';
import { publicKey, sealed } from '../../history/seal-events.ts';
import { streamName } from '../../history/stream-name.ts';
import { name } from '../../pipeline/names.ts';

/** What is said at the beginning of every bundle, for whoever finds one without Nonevent. */
export const FORMAT =
  'Nonevent audit bundle, version 1: one JSON text per line; header, seals, then for each stream its commits and the proof that the newest seal holds its head, end. Written down in docs/history-format.md of Nonevent.';

/** No line of a bundle is longer: the largest commit, with every character of its body escaped twice. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const ascii = z.string().regex(/^[\x20-\x7e]{1,200}$/);
const seq = z.int().min(1).max(999_999_999_999_999);
const time = z.iso.datetime({ precision: 3 });

/** What a bundle is of. Of everything it is complete; of the rest it holds whole streams, and more may exist. */
export const scope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('deployment'), deployment: deploymentId }),
  z.strictObject({ kind: z.literal('environment'), environment: name }),
  z.strictObject({ kind: z.literal('time'), since: time, until: time }),
]);
export type Scope = z.output<typeof scope>;

export const headerLine = z.strictObject({
  bundle: z.literal(1),
  format: z.literal(FORMAT),
  scope,
  publicKey,
});
export const sealLine = z.strictObject({ seal: sealed });
export const commitLine = z.strictObject({
  commit: z.strictObject({
    stream: streamName,
    seq,
    at: ascii,
    commit: ascii,
    prev: hash,
    hash,
    body: z.string().refine((text) => text.isWellFormed(), 'expected valid UTF-16'),
  }),
});
export const proofLine = z.strictObject({
  proof: z.strictObject({
    stream: streamName,
    seq,
    hash,
    index: z.int().min(0).max(999_999_999_999_999),
    path: z.array(hash).max(64),
  }),
});
export const endLine = z.strictObject({ end: z.strictObject({ lines: seq, sha256: hash }) });

export type BundleLine =
  | z.output<typeof headerLine>
  | z.output<typeof sealLine>
  | z.output<typeof commitLine>
  | z.output<typeof proofLine>
  | z.output<typeof endLine>;

/** A line as it is written: one value has one text, so there is nothing in a bundle that could be written otherwise. */
export function lineText(line: BundleLine): string {
  return `${canonicalJson(line)}\n`;
}
