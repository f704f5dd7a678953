import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { price } from '../catalogue.mjs';
import { escapeHtml } from '../page.mjs';
import { createStorefront } from '../storefront.mjs';

const server = createStorefront('test');
let base;

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.close();
  server.closeAllConnections();
});

test('says that it is well', async () => {
  const response = await fetch(`${base}/healthz`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: 'ok', release: 'test' });
});

test('lists the products', async () => {
  const products = await (await fetch(`${base}/products`)).json();
  assert.equal(products.length, 8);
  assert.equal(products[0].id, 'teapot');
});

test('shows a product', async () => {
  const response = await fetch(`${base}/products/grinder`);
  assert.equal(response.headers.get('x-storefront-release'), 'test');
  assert.deepEqual(await response.json(), {
    id: 'grinder',
    name: 'Hand grinder',
    category: 'coffee',
    cents: 7900,
  });
});

test('has a page with prices', async () => {
  const response = await fetch(base);
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.match(await response.text(), /<a href="\/products\/moka-pot">Moka pot<\/a> € 34\.00/);
});

test('does not find what it does not sell', async () => {
  assert.equal((await fetch(`${base}/products/sofa`)).status, 404);
  assert.equal((await fetch(`${base}/nowhere`)).status, 404);
});

test('takes no orders yet', async () => {
  assert.equal((await fetch(`${base}/products`, { method: 'POST' })).status, 405);
});

test('writes prices with two digits', () => {
  assert.equal(price(850), '€ 8.50');
});

test('escapes what goes into the page', () => {
  assert.equal(escapeHtml('<b>"Tea" & more</b>'), '&lt;b&gt;&quot;Tea&quot; &amp; more&lt;/b&gt;');
});
