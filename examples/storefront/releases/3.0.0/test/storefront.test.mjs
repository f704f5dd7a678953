import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { findProduct, price, recommendation, search } from '../catalogue.mjs';
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

test('searches name and category', async () => {
  const found = await (await fetch(`${base}/products?q=cup%20COFFEE`)).json();
  assert.deepEqual(
    found.map(({ id }) => id),
    ['espresso-cup'],
  );
});

test('recommends the cheapest other product of the category', () => {
  assert.equal(recommendation(findProduct('teapot')).id, 'green-tea');
  assert.equal(recommendation(findProduct('green-tea')).id, 'tea-cup');
});

test('finds nothing where nothing matches', () => {
  assert.deepEqual(search('sofa'), []);
});

test('keeps what was searched for in the page, harmless', async () => {
  const body = await (await fetch(`${base}/?q=%22%3Etea`)).text();
  assert.match(body, /value="&quot;&gt;tea"/);
});

test('shows a product', async () => {
  const response = await fetch(`${base}/products/grinder`);
  assert.equal(response.headers.get('x-storefront-release'), 'test');
  assert.deepEqual(await response.json(), {
    id: 'grinder',
    name: 'Hand grinder',
    category: 'coffee',
    cents: 7900,
    goesWellWith: 'espresso-cup',
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
