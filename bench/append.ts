import { Buffer } from 'node:buffer';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { type DynamoDBClient, PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { decodeEvents } from '../lib/history/decode.ts';
import { createDynamoDBEventStore } from '../lib/history/dynamodb-event-store.ts';
import type { StreamName } from '../lib/history/event-store.ts';
import { indexKindOf } from '../lib/history/index-key.ts';
import { type Item, itemOf } from '../lib/history/item.ts';
import { startDynalite } from '../test/contract/dynalite.ts';
import { recordCalls } from '../test/contract/record-calls.ts';
import { deploymentHistory, passedCheck } from './deployment-history.ts';
import { print } from './print.ts';

const APPENDS = 400;
const ROUNDS = 5;

/**
 * Appending with a head in hand against a bare PutItem of the same bytes, with the same client on the same endpoint, and
 * against the same PutItem with the condition that any append needs. They take turns one by one, so all meet the same
 * machine; the median of each counts.
 */
export async function run(): Promise<void> {
  const dynalite = await startDynalite();
  try {
    const [client, table] = [dynalite.client(), await dynalite.newTable()];
    await measure(client, table, 'environment#warm-up');
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push(await measure(client, table, `environment#round-${round}`));
    const toBare = median(rounds.map(({ append, bare }) => append / bare));
    const toConditional = median(rounds.map(({ append, conditional }) => append / conditional));
    print(`append: ratio ${toBare.toFixed(2)}x of the time of a bare PutItem of the same bytes`);
    print(
      `append: ratio ${toConditional.toFixed(2)}x of the time of a bare conditional PutItem of the same bytes`,
    );
    print(
      `append: ${median(rounds.map(({ append }) => append)).toFixed(3)} ms on a DynamoDB endpoint in memory`,
    );
    await printCosts(client, table);
  } finally {
    await dynalite.stop();
  }
}

type Round = { readonly append: number; readonly bare: number; readonly conditional: number };

async function measure(client: DynamoDBClient, table: string, stream: StreamName): Promise<Round> {
  const store = createDynamoDBEventStore({ client, table });
  const times = { append: [] as number[], bare: [] as number[], conditional: [] as number[] };
  let { head } = await store.load(stream);
  for (let turn = 0; turn < APPENDS; turn++) {
    const begun = performance.now();
    const result = await store.append(head, passedCheck('unit-tests'));
    times.append.push(performance.now() - begun);
    if (result.outcome === 'conflict') throw new Error(`expected no conflict in ${stream}`);
    head = result.head;
    const item = itemOf(result.commit, undefined);
    const bare = { TableName: table, Item: { ...item, stream: { S: `${stream}-bare` } } };
    times.bare.push(await timeOf(client, bare));
    const conditional = { TableName: table, Item: { ...item, stream: { S: `${stream}-conditional` } } };
    times.conditional.push(await timeOf(client, { ...conditional, ...CONDITION }));
  }
  return {
    append: median(times.append),
    bare: median(times.bare),
    conditional: median(times.conditional),
  };
}

const CONDITION = {
  ConditionExpression: 'attribute_not_exists(#stream)',
  ExpressionAttributeNames: { '#stream': 'stream' },
};

async function timeOf(client: DynamoDBClient, put: PutItemCommandInput): Promise<number> {
  const begun = performance.now();
  await client.send(new PutItemCommand(put));
  return performance.now() - begun;
}

/** What a deployment of ten stages costs to write: requests counted at the client, units by DynamoDB's rule of one per KB. */
async function printCosts(client: DynamoDBClient, table: string): Promise<void> {
  const store = createDynamoDBEventStore({ client, table });
  const history = deploymentHistory();
  let head = (await store.load('deployment#0123456789abcdef0123')).head;
  const calls = recordCalls(client);
  let units = 0;
  for (const stored of history) {
    const result = await store.append(head, decodeEvents(stored));
    if (result.outcome === 'conflict') throw new Error(`expected no conflict in ${head.stream}`);
    head = result.head;
    units += writeUnits(itemOf(result.commit, indexKindOf(head.stream, result.commit.events)));
  }
  const reads = calls.filter(({ command }) => command !== 'PutItemCommand').length;
  print(
    `append: ratio ${(calls.length / history.length).toFixed(2)} requests per append with a head in hand`,
  );
  print(`append: ${reads} reads in ${history.length} appends`);
  print(`append: ${units} write units for a deployment of 10 stages, indexes included (goal 40)`);
}

/** One unit for each begun KB of names and values, and one for each index entry, which is always below a KB. */
function writeUnits(item: Item): number {
  const bytes = Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value.S ?? value.N ?? ''),
    0,
  );
  return Math.ceil(bytes / 1024) + (item.ix === undefined ? 0 : 2);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) await run();
