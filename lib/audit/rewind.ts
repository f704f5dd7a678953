import type { Finding } from './finding.ts';
import type { SealChain } from './seal.ts';

/** The newest seal that was verified somewhere before, kept where whoever changes the table cannot reach. */
export type KnownSeal = {
  readonly seal: number;
  readonly hash: string;
  readonly publicKey: string;
  /** The time that the seal says. */
  readonly at: string;
};

/** What is wrong where a seal that was verified before is not there any more, or is another; `undefined` where it is there. Pure. */
export function rewindFrom(
  known: Pick<KnownSeal, 'seal' | 'hash' | 'at'>,
  chain: Pick<SealChain, 'hashOf'>,
): Finding | undefined {
  const hash = chain.hashOf(known.seal);
  if (hash === known.hash) return undefined;
  const before = `it was verified here before, with hash ${known.hash} of ${known.at}`;
  const problem =
    hash === undefined
      ? `${before}, and is not there now: the table was set back, or the seal removed`
      : `${before}, and now has hash ${hash}: it was made anew`;
  return { stream: `seal#${known.seal}`, seq: 1, problem };
}
