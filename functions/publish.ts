import { z } from 'zod';
import { type PublishOptions, publishRecords, streamRecord } from '../lib/stages/cloud/publish-records.ts';
import { type Handler, handler } from './handler.ts';

const batch = z.object({ Records: z.array(streamRecord) });

/** Tells the events of the table's stream to the event bus; its answer names the first record that could not be told. */
export function publishHandler(options: PublishOptions): Handler {
  return handler(batch, ({ Records }) => publishRecords(options, Records));
}
