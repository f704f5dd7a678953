import type { ByteRange } from './byte-range.ts';

/** The first place in a stream that cannot be what was written, and why. */
export type Finding = {
  readonly stream: string;
  readonly seq: number;
  readonly problem: string;
  /** Where in the commit's body, where that can be told. */
  readonly bytes?: ByteRange;
};

/** A finding on one line. Pure. */
export function findingInWords({ stream, seq, problem }: Finding): string {
  return `${stream} seq ${seq}: ${problem}`;
}
