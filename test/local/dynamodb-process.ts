import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { clientsFor } from '../../lib/local/clients.ts';
import { startDynamodb } from '../../lib/local/dynamodb.ts';
import { ensureHistoryTable } from '../../lib/local/history-table.ts';

/** Puts item after item into the folder given as its parameter and prints the number of each acknowledged one. */
const token = 'token-of-this-process';
const dynamodb = await startDynamodb({ folder: process.argv[2] ?? '', port: 0, token });
const { endpoint } = dynamodb;
const { dynamodb: client } = clientsFor({
  token,
  endpoints: { dynamodb: endpoint, states: endpoint, events: endpoint },
});
let hasFailed = false;
void dynamodb.failed.then((error) => {
  hasFailed = true;
  print({ failed: error.code, message: error.message });
});
await ensureHistoryTable(client, 'nonevent');
for (let seq = 1; !hasFailed; seq++) {
  const item = { stream: { S: 'deployment#1' }, seq: { N: String(seq) }, body: { S: 'x'.repeat(1000) } };
  try {
    await client.send(new PutItemCommand({ TableName: 'nonevent', Item: item }));
    print(seq);
  } catch {
    // Told by `failed`.
  }
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
