import { createServer } from 'node:http';

const LARGEST_BODY = 1000;
const MAX_AGE = Number(process.env.CATALOGUE_MAX_AGE ?? 0);

/** An HTTP server of JSON. Every answer names the release that gave it. */
export function createJsonServer(release, answer) {
  return createServer(async (request, response) => {
    try {
      send(response, release, await answer(request));
    } catch (error) {
      process.stderr.write(`${request.method} ${request.url} failed: ${error.stack}\n`);
      send(response, release, { status: 500, content: { error: 'something went wrong' } });
    }
  });
}

/** The JSON of a request; nothing of it where it is none. */
export async function bodyOf(request) {
  let text = '';
  for await (const part of request.setEncoding('utf8')) {
    text += part;
    if (text.length > LARGEST_BODY) return {};
  }
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function send(response, release, { status, content }) {
  const body = JSON.stringify(content);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': `max-age=${MAX_AGE}`,
    'x-catalogue-release': release,
  });
  response.end(body);
}
