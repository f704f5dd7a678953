import { z } from 'zod';
import { counted } from '../../lifecycle/wording/counted.ts';
import { readConnection } from '../../local/connection.ts';
import { redriveDeadLetters } from '../../local/redrive.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { openSystem, requireLocalSystem } from '../system.ts';

/** Delivers the events again that the local system had given up. */
export default command(z.object({}), async (_, cli) => {
  const { output } = cli;
  const system = await openSystem(cli);
  try {
    const why = 'keeps its dead letters in queues of Amazon SQS: docs/connect.md says what to do with them';
    const { folder } = requireLocalSystem(system, why);
    const redriven = await redriveDeadLetters(await readConnection(folder.root));
    if (output.format !== 'text') output.document({ redriven });
    else if (redriven === 0) output.note(['there are no dead letters']);
    else
      output.note([
        `${counted(redriven, 'dead letter')} delivered again; \`nonevent doctor\` says what is left`,
      ]);
    return EXIT.done;
  } finally {
    system.close();
  }
});
