import { type ServerResponse, STATUS_CODES } from 'node:http';

/** Answers a request in the router's own words, as plain text. */
export function answerPlainly(response: ServerResponse, status: 502 | 503, text: string): void {
  const body = `nonevent: ${text}\n`;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

/** The same as bytes, for a connection that is to be upgraded and has no response. */
export function plainAnswer(status: 502 | 503, text: string): string {
  const body = `nonevent: ${text}\n`;
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
