import { findProduct, products } from './catalogue.mjs';
import { page } from './page.mjs';

/** What a request is answered with. */
export async function answer({ method, url }, release) {
  const [pathname] = url.split('?');
  if (method !== 'GET') return json(405, { error: `${method} is not possible here` });
  if (pathname === '/healthz') return json(200, { status: 'ok', release });
  if (pathname === '/') return { status: 200, type: 'text/html', body: page(await products(), release) };
  if (pathname === '/products') return json(200, await products());
  const [, id] = /^\/products\/([a-z0-9-]+)$/.exec(pathname) ?? [];
  const product = id === undefined ? undefined : await findProduct(id);
  return product === undefined ? json(404, { error: 'not found' }) : json(200, product);
}

function json(status, content) {
  return { status, type: 'application/json', body: JSON.stringify(content) };
}
