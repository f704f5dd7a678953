import type { Finding } from './finding.ts';
import type { Inspector } from './inspector.ts';
import type { SealedBy } from './seal.ts';

/**
 * Holds a stream against what seals say of it: every sealed head is still there with its hash. What was replaced is
 * located between the last head that is right and the first that is not.
 */
export function inspectSealed(stream: string, heads: readonly SealedBy[]): Inspector {
  let next = 0;
  const unsealed = (problem: string, seq: number): Finding => ({ stream, seq, problem });
  return {
    commit({ seq, hash }) {
      const head = heads[next];
      if (head === undefined || head.seq !== seq) return undefined;
      if (head.hash !== hash) {
        const sound = heads[next - 1]?.seq ?? 0;
        return unsealed(
          `${named(head)} holds the hash ${head.hash} for seq ${seq}, found ${hash}: what follows seq ${sound} was replaced`,
          sound + 1,
        );
      }
      next += 1;
      return undefined;
    },
    end({ seq }) {
      const head = heads.at(-1);
      if (head === undefined || head.seq <= seq) return undefined;
      const what = seq === 0 ? 'the whole stream is gone' : `it now ends at seq ${seq}`;
      return unsealed(`${named(head)} holds it up to seq ${head.seq}: ${what}`, seq + 1);
    },
  };
}

function named({ seal, sealedAt }: SealedBy): string {
  return `seal#${seal} of ${sealedAt}`;
}
