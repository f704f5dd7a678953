import { z } from 'zod';
import { findingInWords } from '../lib/audit/finding.ts';
import { type MakeSealOptions, makeSeal } from '../lib/audit/make-seal.ts';
import { sealHash } from '../lib/audit/seal.ts';
import { keepSealCopies, type SealCopiesOptions } from '../lib/audit/seal-copy.ts';
import type { Signer } from '../lib/audit/signer.ts';
import { type Handler, handler } from './handler.ts';

export type SealServices = Omit<MakeSealOptions, 'signer'> & {
  /** Opened when a seal is made. */
  readonly signer: () => Promise<Signer>;
  readonly copies: Omit<SealCopiesOptions, 'store'>;
  /** Hears of each stream that could not be sealed any further. */
  readonly log: (line: string) => void;
};

/** Makes a seal and keeps its copy, for a schedule and on demand; its answer says which, and how many streams are not sound. */
export function sealHandler(services: SealServices): Handler {
  return handler(z.unknown(), async () => {
    const { seal, findings } = await makeSeal({ ...services, signer: await services.signer() });
    for (const finding of findings) services.log(`not sealed any further: ${findingInWords(finding)}`);
    const copied = await keepSealCopies({ ...services.copies, store: services.store }, seal);
    return { seal: seal.seal, at: seal.at, hash: sealHash(seal), copied, findings: findings.length };
  });
}
