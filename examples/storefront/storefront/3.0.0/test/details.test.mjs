import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { closeShop, openShop } from './shop.mjs';

let base;

before(async () => {
  base = await openShop();
});
after(closeShop);

test('recommends the cheapest other product of the category', async () => {
  const { goesWellWith } = await (await fetch(`${base}/products/teapot`)).json();
  assert.equal(goesWellWith, 'green-tea');
});
