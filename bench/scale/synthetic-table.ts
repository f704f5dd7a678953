import { createHash } from 'node:crypto';
import { beginningOf, type ChainPosition, hashCommit, type StoredCommit } from '../../lib/history/chain.ts';
import type { StreamName } from '../../lib/history/event-store.ts';
import { indexSortKey } from '../../lib/history/index-key.ts';
import { deploymentHistory } from '../deployment-history.ts';

/** What makes one deployment of another: its id is written in its opening, and its hashes follow. */
const ORIGINAL = '0123456789abcdef0123';
const TEMPLATE = deploymentHistory();

export const COMMITS_PER_STREAM = TEMPLATE.length;
export const EVENTS_PER_STREAM = TEMPLATE.reduce((sum, { body }) => sum + JSON.parse(body).length, 0);

/** The commits of one of many deployments that differ in their ids. */
export function deploymentNumber(index: number): readonly StoredCommit[] {
  const id = createHash('sha256').update(String(index)).digest('hex').slice(0, 20);
  const stream: StreamName = `deployment#${id}`;
  let position: ChainPosition = beginningOf(stream);
  return TEMPLATE.map((template) => {
    const body = template.seq === 1 ? template.body.replace(ORIGINAL, id) : template.body;
    const unhashed = { ...template, stream, body, prev: position.hash };
    const commit = { ...unhashed, hash: hashCommit(unhashed) };
    position = commit;
    return commit;
  });
}

/** A commit as DynamoDB's wire protocol writes it. */
export function wireItem(commit: StoredCommit): object {
  const { stream, seq, at, commit: id, prev, hash, body } = commit;
  const kind = seq === 1 ? 'opened' : seq === COMMITS_PER_STREAM ? 'concluded' : undefined;
  return {
    stream: { S: stream },
    seq: { N: String(seq) },
    at: { S: at },
    commit: { S: id },
    prev: { S: prev },
    hash: { S: hash },
    body: { S: body },
    ...(kind === undefined ? {} : { ix: { S: kind }, ixAt: { S: indexSortKey(commit) } }),
  };
}
