import { bodyOf, createJsonServer } from './json-server.mjs';

const PRICE = /^\d{1,6}\.\d{2}$/;
const CENTS_AT_MOST = 99_999_999;

/** Version 1 has prices as decimal text, version 2 as whole cents. */
const VERSIONS = {
  v1: {
    shown: ({ cents, ...product }) => ({ ...product, price: (cents / 100).toFixed(2) }),
    centsOf: ({ price }) => (PRICE.test(price) ? Number(price.replace('.', '')) : undefined),
    expected: 'expected a price such as 49.00',
  },
  v2: {
    shown: (product) => product,
    centsOf: ({ cents }) =>
      Number.isInteger(cents) && cents >= 0 && cents <= CENTS_AT_MOST ? cents : undefined,
    expected: 'expected cents, a whole number such as 4900',
  },
};

/** The API of the products as an HTTP server, in both versions. */
export function createApi(products, release) {
  return createJsonServer(release, async (request) => {
    const [path] = request.url.split('?');
    if (request.method === 'GET' && path === '/healthz') return ok({ status: 'ok', release });
    const [, version, id] = /^\/(v[12])\/products(?:\/([a-z0-9-]+))?$/.exec(path) ?? [];
    if (version === undefined) return NOT_FOUND;
    const { shown, centsOf, expected } = VERSIONS[version];
    if (request.method === 'GET' && id === undefined) return ok(products.list().map(shown));
    if (request.method === 'GET') return found(products.find(id), shown);
    if (request.method !== 'PUT' || id === undefined) return NOT_POSSIBLE;
    const cents = centsOf(await bodyOf(request));
    if (cents === undefined) return { status: 400, content: { error: expected } };
    return found(products.setCents(id, cents) ? products.find(id) : undefined, shown);
  });
}

const NOT_FOUND = { status: 404, content: { error: 'not found' } };
const NOT_POSSIBLE = { status: 405, content: { error: 'not possible here' } };

function ok(content) {
  return { status: 200, content };
}

function found(product, shown) {
  return product === undefined ? NOT_FOUND : ok(shown(product));
}
