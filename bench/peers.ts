import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { getInMemoryEventStore } from '@event-driven-io/emmett';
import { decodeEvents } from '../lib/history/decode.ts';
import { createDynamoDBEventStore } from '../lib/history/dynamodb-event-store.ts';
import type { Commit, StreamName } from '../lib/history/event-store.ts';
import type { DeploymentEvent } from '../lib/history/events.ts';
import { replay } from '../lib/lifecycle/replay.ts';
import { startDynalite } from '../test/contract/dynalite.ts';
import { deploymentHistory } from './deployment-history.ts';
import { castoreOn } from './peers/castore-peer.ts';
import { type Costs, watchCosts } from './peers/costs.ts';
import { evolve, INITIAL, type PeerView } from './peers/peer-view.ts';
import { print } from './print.ts';

const ROUNDS = 15;
const LOADS = 20;
const FOLDS = 300;

const HISTORY: readonly Commit[] = deploymentHistory().map((stored) => ({
  ...stored,
  events: decodeEvents(stored),
}));

/**
 * The same histories side by side with two event stores for Node: append and load (rehydrated) against Castore's DynamoDB adapter on
 * the same endpoint, fold against Emmett's in-memory aggregate. All take turns; the fastest of each counts. Above 1x
 * ours is faster. Ours also verifies the whole chain on load, and folds the machine's state too. Each writes one event at a time,
 * as the lifecycle does and as their documentation shows; ours loads the stream first, since that is where its head comes from.
 */
export async function run(): Promise<void> {
  await besideCastore();
  await besideEmmett();
}

async function besideCastore(): Promise<void> {
  const dynalite = await startDynalite();
  try {
    const [client, peerClient] = [dynalite.client(), dynalite.client()];
    const table = await dynalite.newTable();
    const store = createDynamoDBEventStore({ client, table });
    const peer = await castoreOn(peerClient, 'castore');
    const costs = watchCosts(client, ({ ix }) => (ix === undefined ? 0 : 2));
    const peerCosts = watchCosts(peerClient, ({ eventStoreId }) => (eventStoreId === undefined ? 0 : 1));

    const append = async (stream: StreamName): Promise<void> => {
      let head = (await store.load(stream)).head;
      for (const { events } of HISTORY) {
        const result = await store.append(head, events);
        if (result.outcome === 'conflict') throw new Error(`expected no conflict in ${stream}`);
        head = result.head;
      }
    };
    const peerAppend = async (stream: string): Promise<void> => {
      for (const { seq, events } of HISTORY)
        for (const event of events) await peer.append(stream, seq, event);
    };
    const load = async (stream: StreamName) => {
      for (let time = 0; time < LOADS; time++) replay((await store.load(stream)).commits);
    };
    const peerLoad = async (stream: string) => {
      for (let time = 0; time < LOADS; time++)
        if ((await peer.load(stream))?.outcome !== 'succeeded')
          throw new Error('the peer folds to another end');
    };

    const times: { readonly append: Times[]; readonly load: Times[] } = { append: [], load: [] };
    for (let round = 0; round < ROUNDS; round++) {
      const stream: StreamName = `deployment#${String(round).padStart(20, '0')}`;
      const before = [{ ...costs }, { ...peerCosts }] as const;
      const appended = await sideBySide(
        round,
        () => append(stream),
        () => peerAppend(stream),
      );
      if (round === 0) {
        printCosts('Nonevent', before[0], costs);
        printCosts('Castore', before[1], peerCosts);
      }
      const loaded = await sideBySide(
        round,
        () => load(stream),
        () => peerLoad(stream),
      );
      // Everything is compiled after the first round.
      if (round === 0) continue;
      times.append.push(appended);
      times.load.push(loaded);
    }
    print(`peers: append ${ratioOf(times.append)}x as fast as Castore on the same endpoint (goal 1.00x)`);
    print(
      `peers: load, chain verified and folded, ${ratioOf(times.load)}x as fast as Castore's getAggregate (goal 1.00x)`,
    );
  } finally {
    await dynalite.stop();
  }
}

async function besideEmmett(): Promise<void> {
  const store = getInMemoryEventStore();
  const events = HISTORY.flatMap((commit) => commit.events) as readonly DeploymentEvent[];
  await store.appendToStream(
    'deployment',
    events.map(({ type, data }) => ({ type, data }) as never),
  );
  const peerFold = async (): Promise<void> => {
    for (let time = 0; time < FOLDS; time++) {
      const { state } = await store.aggregateStream('deployment', {
        evolve: (view: PeerView, event: { type: string; data: Record<string, unknown> }) =>
          evolve(view, event as never),
        initialState: () => INITIAL,
      });
      if (state.outcome !== 'succeeded') throw new Error('the peer folds to another end');
    }
  };
  const fold = async (): Promise<void> => {
    for (let time = 0; time < FOLDS; time++)
      if (replay(HISTORY).view.outcome !== 'succeeded') throw new Error('expected the deployment to succeed');
  };
  const times: Times[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await sideBySide(round, fold, peerFold));
  print(`peers: fold ${ratioOf(times.slice(1))}x as fast as Emmett's in-memory aggregate (goal 1.00x)`);
}

type Times = { readonly ours: number; readonly theirs: number };

/** The fastest of theirs over the fastest of ours: what else the machine does makes nothing faster. */
function ratioOf(times: readonly Times[]): string {
  const [ours, theirs] = [times.map((time) => time.ours), times.map((time) => time.theirs)];
  return (Math.min(...theirs) / Math.min(...ours)).toFixed(2);
}

/** Both in turns; who begins changes with each round. */
async function sideBySide(
  round: number,
  ours: () => Promise<void>,
  theirs: () => Promise<void>,
): Promise<Times> {
  if (round % 2 === 0) return { ours: await timeOf(ours), theirs: await timeOf(theirs) };
  const first = await timeOf(theirs);
  return { ours: await timeOf(ours), theirs: first };
}

async function timeOf(act: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

/** What writing the history once cost; loading it is one request for each megabyte with either. */
function printCosts(whose: string, before: Costs, { requests, writeUnits, bytes }: Costs): void {
  const events = HISTORY.flatMap((commit) => commit.events).length;
  const per = (count: number): string => (count / events).toFixed(2);
  print(
    `peers: ${whose} writes with ${per(requests - before.requests)} requests, ${per(writeUnits - before.writeUnits)} write units and ${per(bytes - before.bytes)} bytes per event`,
  );
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) await run();
