import { z } from 'zod';
import { readSeals } from '../../audit/read-seals.ts';
import { sealHash } from '../../audit/seal.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { sealLines } from '../reading/seal-lines.ts';
import { openSystem } from '../system.ts';
import { findingLine } from './audit-verify.ts';

/** The newest seal, for whoever keeps it elsewhere as a witness. Every seal up to it is verified. */
export default command(z.object({}), async (_, cli) => {
  const { output } = cli;
  const { dynamodb, table, close } = await openSystem(cli);
  try {
    const { chain, finding } = await readSeals({ client: dynamodb, table, now: Date.now() });
    if (finding !== undefined) {
      if (output.format === 'text') output.answer([findingLine(finding, output.answerStyle)]);
      else output.document({ sound: false, finding });
      return EXIT.tampered;
    }
    const seal = chain.newest();
    if (seal === undefined)
      throw new NoneventError('NotFound', 'nothing has been sealed yet', {
        hint: 'seal it with `nonevent audit seal`',
      });
    if (output.format === 'text') output.answer(sealLines(seal, output.answerStyle));
    else output.document({ ...seal, hash: sealHash(seal) });
    return EXIT.done;
  } finally {
    close();
  }
});
