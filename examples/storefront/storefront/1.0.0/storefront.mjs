import { createServer } from 'node:http';
import { answer } from './answer.mjs';

/** The shop front as an HTTP server. Every answer names the release that gave it. */
export function createStorefront(release) {
  return createServer(async (request, response) => {
    try {
      send(response, release, await answer(request, release));
    } catch (error) {
      process.stderr.write(`${request.method} ${request.url} failed: ${error.stack}\n`);
      send(response, release, {
        status: 500,
        type: 'application/json',
        body: '{"error":"something went wrong"}',
      });
    }
  });
}

function send(response, release, { status, type, body }) {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'x-storefront-release': release,
  });
  response.end(body);
}
