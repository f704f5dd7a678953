import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { closeShop, openShop } from './shop.mjs';

let base;
let folder;

before(async () => {
  base = await openShop();
  folder = await mkdtemp(join(tmpdir(), 'storefront-'));
  process.env.NONEVENT_FLAGS = join(folder, 'flags.json');
});
after(async () => {
  closeShop();
  await rm(folder, { recursive: true });
});

async function teapotWith(flags) {
  await writeFile(process.env.NONEVENT_FLAGS, JSON.stringify({ flags }));
  return (await fetch(`${base}/products/teapot`)).json();
}

test('offers gift wrapping for as long as it is switched on', async () => {
  assert.equal((await teapotWith({})).giftWrapping, undefined);
  assert.equal((await teapotWith({ 'gift-wrapping': true })).giftWrapping, true);
  assert.equal((await teapotWith({ 'gift-wrapping': false })).giftWrapping, undefined);
});
