import { createServer } from 'node:http';
import { findProduct, search } from './catalogue.mjs';
import { page } from './page.mjs';

/** The shop front as an HTTP server. Every answer names the release that gave it. */
export function createStorefront(release) {
  return createServer((request, response) => {
    try {
      send(response, release, answer(request, release));
    } catch (error) {
      process.stderr.write(`${request.method} ${request.url} failed: ${error.stack}\n`);
      send(response, release, json(500, { error: 'something went wrong' }));
    }
  });
}

function answer(request, release) {
  const [pathname, parameters] = request.url.split('?');
  const query = new URLSearchParams(parameters).get('q') ?? '';
  if (request.method !== 'GET') return json(405, { error: `${request.method} is not possible here` });
  if (pathname === '/healthz') return json(200, { status: 'ok', release });
  if (pathname === '/') return { status: 200, type: 'text/html', body: page(search(query), query, release) };
  if (pathname === '/products') return json(200, search(query));
  const product = findProduct(/^\/products\/([a-z0-9-]+)$/.exec(pathname)?.[1]);
  return product === undefined ? json(404, { error: 'not found' }) : json(200, product);
}

function json(status, content) {
  return { status, type: 'application/json', body: JSON.stringify(content) };
}

function send(response, release, { status, type, body }) {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'x-storefront-release': release,
  });
  response.end(body);
}
