import { findProduct, products } from './catalogue.mjs';
import { detailsOf } from './details.mjs';
import { page } from './page.mjs';
import { search } from './search.mjs';

/** What a request is answered with. */
export async function answer({ method, url }, release) {
  const [pathname, parameters] = url.split('?');
  const query = new URLSearchParams(parameters).get('q') ?? '';
  if (method !== 'GET') return json(405, { error: `${method} is not possible here` });
  if (pathname === '/healthz') return json(200, { status: 'ok', release });
  if (pathname === '/')
    return { status: 200, type: 'text/html', body: page(search(await products(), query), release) };
  if (pathname === '/products') return json(200, search(await products(), query));
  const [, id] = /^\/products\/([a-z0-9-]+)$/.exec(pathname) ?? [];
  const product = id === undefined ? undefined : await findProduct(id);
  if (product === undefined) return json(404, { error: 'not found' });
  return json(200, { ...product, ...(await detailsOf(product)) });
}

function json(status, content) {
  return { status, type: 'application/json', body: JSON.stringify(content) };
}
