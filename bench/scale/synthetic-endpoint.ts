import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { argv } from 'node:process';
import { json } from 'node:stream/consumers';
import { COMMITS_PER_STREAM, deploymentNumber, wireItem } from './synthetic-table.ts';

/**
 * A DynamoDB endpoint that answers DescribeTable and Scan, whole or in segments, over a table that it makes up page by page, so
 * that nothing of it is kept. A process of its own: what is measured is whoever reads it.
 */
const streams = Number(argv[2]);
/** About a megabyte, which is where DynamoDB ends a page. */
const STREAMS_PER_PAGE = 30;

type Scan = {
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly FilterExpression?: string;
  readonly ExclusiveStartKey?: { readonly next: { readonly N: string } };
};

const server = createServer(async (request, response) => {
  const asked = (await json(request)) as Scan;
  const answer = String(request.headers['x-amz-target']).endsWith('DescribeTable')
    ? { Table: { ItemCount: streams * COMMITS_PER_STREAM } }
    : page(asked);
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
});

function page({ Segment = 0, TotalSegments = 1, FilterExpression, ExclusiveStartKey }: Scan): object {
  // There are no seals in it.
  if (FilterExpression !== undefined) return { Items: [] };
  const from = Math.floor((streams * Segment) / TotalSegments);
  const to = Math.floor((streams * (Segment + 1)) / TotalSegments);
  const next = Number(ExclusiveStartKey?.next.N ?? from);
  const end = Math.min(to, next + STREAMS_PER_PAGE);
  const Items = Array.from({ length: end - next }, (_, index) => deploymentNumber(next + index)).flatMap(
    (commits) => commits.map(wireItem),
  );
  return { Items, ...(end < to ? { LastEvaluatedKey: { next: { N: String(end) } } } : {}) };
}

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
