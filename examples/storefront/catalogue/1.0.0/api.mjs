import { bodyOf, createJsonServer } from './json-server.mjs';

const PRICE = /^\d{1,6}\.\d{2}$/;

/** The API of the products as an HTTP server. */
export function createApi(products, release) {
  return createJsonServer(release, async (request) => {
    const [path] = request.url.split('?');
    if (request.method === 'GET' && path === '/healthz') return ok({ status: 'ok', release });
    const [, isProducts, id] = /^(\/v1\/products)(?:\/([a-z0-9-]+))?$/.exec(path) ?? [];
    if (isProducts === undefined) return NOT_FOUND;
    if (request.method === 'GET') return found(id === undefined ? products.list() : products.find(id));
    if (request.method !== 'PUT' || id === undefined) return NOT_POSSIBLE;
    const { price } = await bodyOf(request);
    if (!PRICE.test(price)) return { status: 400, content: { error: 'expected a price such as 49.00' } };
    return found(products.setPrice(id, price) ? products.find(id) : undefined);
  });
}

const NOT_FOUND = { status: 404, content: { error: 'not found' } };
const NOT_POSSIBLE = { status: 405, content: { error: 'not possible here' } };

function ok(content) {
  return { status: 200, content };
}

function found(content) {
  return content === undefined ? NOT_FOUND : ok(content);
}
