import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { closeShop, openShop } from './shop.mjs';

let base;

before(async () => {
  base = await openShop();
});
after(closeShop);

async function goesWellWith(id) {
  return (await (await fetch(`${base}/products/${id}`)).json()).goesWellWith;
}

test('recommends the cheapest other product of the category', async () => {
  assert.equal(await goesWellWith('teapot'), 'green-tea');
});

test('recommends nothing for a product that is alone in its category', async () => {
  assert.equal(await goesWellWith('honey'), undefined);
});
