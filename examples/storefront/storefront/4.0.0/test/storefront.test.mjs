import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { escapeHtml } from '../page.mjs';
import { closeShop, openShop } from './shop.mjs';

let base;

before(async () => {
  base = await openShop();
});
after(closeShop);

test('says that it is well', async () => {
  assert.deepEqual(await (await fetch(`${base}/healthz`)).json(), { status: 'ok', release: 'test' });
});

test('lists the products', async () => {
  const products = await (await fetch(`${base}/products`)).json();
  assert.equal(products.length, 6);
  assert.equal(products[0].id, 'teapot');
});

test('shows a product', async () => {
  const response = await fetch(`${base}/products/grinder`);
  assert.equal(response.headers.get('x-storefront-release'), 'test');
  const { id, cents } = await response.json();
  assert.deepEqual({ id, cents }, { id: 'grinder', cents: 7900 });
});

test('has a page with prices', async () => {
  const response = await fetch(base);
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.match(await response.text(), /<a href="\/products\/green-tea">Green tea, 100 g<\/a> € 8\.50/);
});

test('does not find what it does not sell', async () => {
  assert.equal((await fetch(`${base}/products/sofa`)).status, 404);
  assert.equal((await fetch(`${base}/nowhere`)).status, 404);
});

test('takes no orders yet', async () => {
  assert.equal((await fetch(`${base}/products`, { method: 'POST' })).status, 405);
});

test('escapes what goes into the page', () => {
  assert.equal(escapeHtml('<b>"Tea" & more</b>'), '&lt;b&gt;&quot;Tea&quot; &amp; more&lt;/b&gt;');
});
