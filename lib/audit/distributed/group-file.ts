import { createHash, hash } from 'node:crypto';
import { z } from 'zod';
import type { Event } from '../../history/events.ts';
import type { Item } from '../../history/item.ts';
import { isSeal } from '../inspect-history.ts';
import { damaged, fromNdjson, toJson, toNdjson } from './ndjson.ts';
import type { Objects } from './objects.ts';
import { type ExportFile, groupOf, indexKey, partKey, type Run } from './run.ts';

/** One line of a data file: the item in DynamoDB's own JSON. */
const line = z.object({ Item: z.record(z.string(), z.looseObject({})) });

/** Which groups a file has items of, each with the digest of its part. */
export const partIndex = z.object({ parts: z.record(z.string(), z.string()) });

/**
 * Reads one file of an export and writes its items to the groups of their streams: a stream's items may be in several files, and
 * only together can they be verified. An item that says something about another deployment goes to that deployment's group too.
 * Running it again writes the same.
 *
 * Errors: `HistoryCorrupt` for a file that is not the one of the manifest; `StoreUnavailable`.
 */
export async function groupFile(objects: Objects, run: Run, file: ExportFile): Promise<void> {
  const content = await objects.read(file.dataFileS3Key);
  const md5 = createHash('md5').update(content).digest('base64');
  if (md5 !== file.md5Checksum)
    throw damaged(`${file.dataFileS3Key} has the checksum ${md5}, and the manifest says ${file.md5Checksum}`);
  const groups = new Map<number | 'seals', unknown[]>();
  const send = (group: number | 'seals', value: unknown): void => {
    const sent = groups.get(group);
    if (sent === undefined) groups.set(group, [value]);
    else sent.push(value);
  };
  let items = 0;
  for (const value of fromNdjson(content, file.dataFileS3Key)) {
    const read = line.safeParse(value);
    if (!read.success) throw damaged(`${file.dataFileS3Key} holds a line that is no item`);
    const item = read.data.Item as unknown as Item;
    const stream = item.stream?.S ?? '';
    const home = isSeal(stream) ? 'seals' : groupOf(stream, run.groups);
    send(home, { item });
    for (const on of claimedBy(item)) send(groupOf(on, run.groups), { claims: item, on });
    items += 1;
  }
  if (items !== file.itemCount)
    throw damaged(`${file.dataFileS3Key} holds ${items} items, and the manifest says ${file.itemCount}`);
  const parts: Record<string, string> = {};
  for (const [group, values] of groups) {
    const part = toNdjson(values);
    await objects.write(partKey(run, file, group), part);
    parts[group] = hash('sha256', part);
  }
  await objects.write(indexKey(run, file), toJson({ parts }));
}

const id = z.string();

/** The events that say something about a deployment, and where they name it. */
const said = z.discriminatedUnion('type', [
  naming(
    'StageReused',
    z.object({ from: id }).transform(({ from }) => from),
  ),
  naming(
    'DeploymentRequested',
    z.object({ of: id }).transform(({ of }) => of),
  ),
  naming(
    'LiveChanged',
    z.object({ live: z.object({ deployment: id }) }).transform(({ live }) => live.deployment),
  ),
  naming(
    'LeaseAcquired',
    z.object({ ahead: z.literal(true), deployment: id }).transform(({ deployment }) => deployment),
  ),
  naming(
    'LeaseFreed',
    z.object({ deployment: id }).transform(({ deployment }) => deployment),
  ),
]);

function naming<Type extends Event['type'], On extends z.ZodType<string>>(type: Type, data: On) {
  return z.object({ type: z.literal(type), data });
}

/** The streams of the deployments that a commit says something about. What it says is verified with its own stream. */
function claimedBy(item: Item): readonly string[] {
  const body = item.body?.S ?? '';
  try {
    const events: unknown = JSON.parse(body);
    const on = (Array.isArray(events) ? events : []).flatMap((event) => {
      const read = said.safeParse(event);
      return read.success ? [`deployment#${read.data.data}`] : [];
    });
    return [...new Set(on)];
  } catch {
    return [];
  }
}
