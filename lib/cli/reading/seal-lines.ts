import { sealHash } from '../../audit/seal.ts';
import type { Seal } from '../../history/seal-events.ts';
import { factLines } from '../output/facts.ts';
import type { Style } from '../output/style.ts';

/** A seal, for people. Pure. */
export function sealLines(seal: Seal, style: Style): readonly string[] {
  const grown = seal.changed.length === 0 ? 'none has grown' : `${seal.changed.length} have grown`;
  return [
    `${style.good('✔ sealed')}  ${style.bold(`seal#${seal.seal}`)} of ${seal.at}`,
    ...factLines(
      [
        ['streams', `${seal.streams}, of which ${grown} since the seal before`],
        ['root', seal.root],
        ['hash', sealHash(seal)],
        ['key', seal.publicKey],
      ],
      style,
    ),
  ];
}
