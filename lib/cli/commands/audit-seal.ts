import { z } from 'zod';
import { openLocalSigner } from '../../audit/local-signer.ts';
import { makeSeal } from '../../audit/make-seal.ts';
import { sealHash } from '../../audit/seal.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { sealLines } from '../reading/seal-lines.ts';
import { openSystem, requireLocalSystem } from '../system.ts';
import { findingLine } from './audit-verify.ts';

/** Seals the heads of all streams now. */
export default command(z.object({}), async (_, cli) => {
  const { output } = cli;
  const system = await openSystem(cli);
  const { store, dynamodb, table, close } = system;
  try {
    const { folder } = requireLocalSystem(system, 'seals its histories itself, every hour');
    const signer = await openLocalSigner(folder.root);
    const { seal, findings } = await makeSeal({ client: dynamodb, table, store, signer, now: Date.now });
    output.note(findings.map((finding) => findingLine(finding, output.noteStyle)));
    if (output.format === 'text') output.answer(sealLines(seal, output.answerStyle));
    else output.document({ ...seal, hash: sealHash(seal), findings });
    return findings.length === 0 ? EXIT.done : EXIT.tampered;
  } finally {
    close();
  }
});
