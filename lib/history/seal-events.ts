import { z } from 'zod';
import { streamName } from './stream-name.ts';

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

/** An Ed25519 key, or the compressed point of a P-256 key: the form says how signatures are made. */
export const publicKey = z
  .string()
  .regex(/^([0-9a-f]{64}|0[23][0-9a-f]{64})$/, 'expected the 64 or 66 hexadecimal digits of a public key');

/** More changed heads than these are left to the seal after, so that a seal always fits into a commit. */
export const MOST_CHANGED = 1000;

/** Where a stream ended when it was sealed: its newest commit. */
export const sealedHead = z.strictObject({ stream: streamName, seq: z.int().min(1), hash: hex(64) });
export type SealedHead = z.output<typeof sealedHead>;

/** What a seal says: the heads of all streams, signed. Its layout is written down in docs/history-format.md. */
export const sealed = z.strictObject({
  seal: z.int().min(1).describe('1, 2, 3 … without gaps: the number in the name of its stream.'),
  at: z.iso.datetime({ precision: 3 }).describe('When it was made, by the clock of whoever signed it.'),
  previous: hex(64).describe('The hash of the seal before; 64 zeros for the first.'),
  changed: z.array(sealedHead).max(MOST_CHANGED).describe('The heads that grew since, sorted by stream.'),
  streams: z.int().min(0).describe('How many streams are sealed: the leaves of the tree.'),
  root: hex(64).describe('The Merkle root over the heads of all of them.'),
  publicKey: publicKey.describe('The key it is signed with. The first seal pins it.'),
  signature: hex(128),
});
export type Seal = z.output<typeof sealed>;

/** The event of a seal's stream, version 1. */
export const sealEvents = { Sealed: sealed } as const;
