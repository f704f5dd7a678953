import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkStored } from '../../lib/audit/check-commit.ts';
import { derivedFrom } from '../../lib/audit/derive-verdicts.ts';
import { inspectDeployment } from '../../lib/audit/inspect-deployment.ts';
import { canonicalJson } from '../../lib/history/canonical-json.ts';
import { beginningOf, type ChainPosition, hashCommit, type StoredCommit } from '../../lib/history/chain.ts';
import type { Commit } from '../../lib/history/event-store.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import type { StageKind } from '../../lib/pipeline/stage.ts';
import { stagesOf } from '../../lib/pipeline/steps.ts';

const text = await readFile(new URL('../histories/streams-v1.json', import.meta.url), 'utf8');
const streams: readonly (readonly StoredCommit[])[] = JSON.parse(text);

/** Where each stream ends, and what its view comes to: written down once, when the format was. */
const ENDS = [
  {
    ending: 'succeeded',
    seq: 25,
    head: 'b41c71da0455c1a5ca7bcc13c26636ab66763c92ffeacbbdc7c4b2df033594e2',
    unnoticed: [14, 21],
    view: '4fb060867853dde2dfced482ba5f97c4b81ae917f0750b878e6a356174be1905',
  },
  {
    ending: 'failed',
    seq: 5,
    head: 'c4b89ef23bd47c11aec47f93ce02293dd50814015033b1e7b1b789dd58fa906a',
    unnoticed: [],
    view: 'fa33d950a59049ad861726b7e87069818b0e302574c520ee3ca7272968fd9614',
  },
  {
    ending: 'rolledBack',
    seq: 27,
    head: '23fdc48e49b36748ffe23f8f43e03547a7e805cb9fa7c7b8288e45af546f49dd',
    unnoticed: [14, 21],
    view: '5a4da2958a74be3c16bf493c861c8b8d4b8d1a4ce83fb9723cce67c858a7398a',
  },
  {
    ending: 'stuck',
    seq: 26,
    head: '77aafaab29f9b7b639a6ab23cf9622be2bd417952dde3e682d20453760cf121a',
    unnoticed: [14, 21, 22],
    view: 'eba99337db6ac1adb7f9ae4dad00f43f19730179c999c2903f98e513238b40e2',
  },
  {
    ending: 'rolledBack',
    seq: 9,
    head: 'a88b89a70f46af71750b28144dfa04dabe0ee0f153b59433252a9b1e52ea7011',
    unnoticed: [],
    view: 'b79d18996310e6751f6eb59e786aaa5aba3dbba26c9955401b77ed7346fe627b',
  },
].map((end, index) => ({ ...end, stored: streams[index] ?? [] }));

it('is the file that was written', () => {
  expect(hash('sha256', text)).toBe('5d025c6e607183f880325200dc3e397902f886eb7997cb21520a803cb990df54');
});

it('has every kind of stage', () => {
  const opening = verified(streams[0] ?? [])[0]?.events[0];
  const pipeline = opening?.type === 'DeploymentRequested' ? opening.data.pipeline : expect.unreachable();
  expect(stagesOf(pipeline).map(({ kind }) => kind)).toEqual([
    'command',
    'http',
    'parity',
    'compatibility',
    'acquire',
    'custom',
    'place',
    'shift',
    'analysis',
    'flag',
  ] satisfies StageKind[]);
});

describe.each(ENDS)('a stream of version 1 that ended as $ending after $seq commits', (end) => {
  const { stored } = end;

  it('has the hashes that an independent program computed, and is sound', () => {
    expect(stored.at(-1)).toMatchObject({ seq: end.seq, hash: end.head });
    expect(findingIn(stored)).toBeUndefined();
  });

  it('replays to the same end and the same view as ever', () => {
    const { state, view } = replay(verified(stored));
    expect(state).toEqual([end.ending]);
    expect(hash('sha256', canonicalJson(view))).toBe(end.view);
  });

  it('gives every recorded verdict from its evidence', () => {
    expect(derivedFrom(verified(stored)).flatMap(({ difference }) => difference ?? [])).toEqual([]);
  });

  it('fails at the very seq in every copy that was altered', () => {
    for (const [index, commit] of stored.entries()) {
      const flipped = { ...commit, body: flip(commit.body) };
      expect(findingIn(stored.with(index, flipped))).toMatchObject({ seq: commit.seq });
      const later = { ...commit, at: '2027-01-01T00:00:00.000Z' };
      expect(findingIn(stored.with(index, later))).toMatchObject({ seq: commit.seq });
      if (commit.seq === stored.length) continue;
      expect(findingIn(stored.toSpliced(index, 1))).toMatchObject({ seq: commit.seq });
      expect(findingIn(stored.toSpliced(index, 0, commit))).toMatchObject({ seq: commit.seq + 1 });
    }
  });

  it('fails in every copy that lacks an outcome and was hashed anew', () => {
    const missed = stored
      .map(({ seq }) => seq)
      .slice(0, -1)
      .filter((seq) => findingIn(rehashed(stored.toSpliced(seq - 1, 1))) === undefined);
    // Nothing else in a history asks for a measurement or a wish to stop, and an attempt may fail before it has begun. Seals
    // are what shows that such a commit is gone.
    expect(missed).toEqual(end.unnoticed);
  });
});

/** The first thing in a stream that cannot be what was written. */
function findingIn(stored: readonly StoredCommit[]) {
  const stream = stored[0]?.stream ?? expect.unreachable();
  const inspector = inspectDeployment(stream);
  let position: ChainPosition = beginningOf(stream);
  for (const commit of stored) {
    const checked = checkStored(position, commit);
    if (!checked.sound) return checked.finding;
    const finding = inspector.commit(checked.commit);
    if (finding !== undefined) return finding;
    position = commit;
  }
  return inspector.end(position);
}

function verified(stored: readonly StoredCommit[]): readonly Commit[] {
  const stream = stored[0]?.stream ?? expect.unreachable();
  let position: ChainPosition = beginningOf(stream);
  return stored.map((commit) => {
    const checked = checkStored(position, commit);
    position = commit;
    return checked.sound ? checked.commit : expect.unreachable(checked.finding.problem);
  });
}

function flip(body: string): string {
  const middle = Math.floor(body.length / 2);
  const found = body.charCodeAt(middle);
  return `${body.slice(0, middle)}${String.fromCharCode(found ^ 1)}${body.slice(middle + 1)}`;
}

/** As somebody would write it who knows how commits are hashed. */
function rehashed(stored: readonly StoredCommit[]): readonly StoredCommit[] {
  const written: StoredCommit[] = [];
  for (const [index, commit] of stored.entries()) {
    const next = { ...commit, seq: index + 1, prev: written.at(-1)?.hash ?? '0'.repeat(64) };
    written.push({ ...next, hash: hashCommit(next) });
  }
  return written;
}
