import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { closeShop, openShop } from './shop.mjs';

let base;

before(async () => {
  base = await openShop();
});
after(closeShop);

async function found(query) {
  const products = await (await fetch(`${base}/products?q=${encodeURIComponent(query)}`)).json();
  return products.map(({ id }) => id);
}

test('searches name and category', async () => {
  assert.deepEqual(await found('cup COFFEE'), ['espresso-cup']);
});

test('finds nothing where nothing matches', async () => {
  assert.deepEqual(await found('sofa'), []);
});
