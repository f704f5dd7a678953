import { z } from 'zod';
import { environmentStream } from '../../environments/environment.ts';
import type { EventStore, StreamName } from '../../history/event-store.ts';
import { findDeployment } from '../../history/find-deployment.ts';
import { deploymentStream, requireStreamName } from '../../history/stream-name.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { name } from '../../pipeline/names.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { eventRecords } from '../reading/event-records.ts';
import { historyLines } from '../reading/history-lines.ts';
import { openSystem } from '../system.ts';

const input = z.object({ id: z.string().optional(), environment: name.optional() });

/** Every event of a stream, in order. */
export default command(input, async ({ id, environment }, cli) => {
  const { output } = cli;
  const { store, close } = await openSystem(cli);
  try {
    const stream =
      environment === undefined ? await streamMeant(store, id ?? 'latest') : environmentStream(environment);
    const { commits } = await store.load(stream);
    if (commits.length === 0) {
      throw new NoneventError('NotFound', `${stream} has no history`, {
        fields: { stream },
        hint: 'see what there is with `nonevent status`',
      });
    }
    const records = commits.flatMap(eventRecords);
    if (output.format === 'jsonl') for (const record of records) output.document(record);
    else if (output.format === 'json') output.document({ stream, events: records });
    else output.answer(historyLines(commits, output.answerStyle));
    return EXIT.done;
  } finally {
    close();
  }
});

/** Errors: those of `findStream`, and `InvalidInput` for the name of an environment, saying how it is asked for. */
async function streamMeant(store: EventStore, written: string): Promise<StreamName> {
  if (name.safeParse(written).success && !/^[0-9a-f]+$/.test(written) && written !== 'latest') {
    const { head } = await store.load(environmentStream(written));
    if (head.seq > 0) {
      throw new NoneventError('InvalidInput', `${written} is an environment and no deployment`, {
        fields: { environment: written },
        hint: `nonevent history --environment ${written}`,
      });
    }
  }
  return findStream(store, written);
}

/** A stream by its name, or the deployment that is meant. */
export async function findStream(store: EventStore, written: string): Promise<StreamName> {
  const isOther = written.includes('#') && !written.startsWith('deployment#');
  return isOther ? requireStreamName(written) : deploymentStream(await findDeployment(store, written));
}
