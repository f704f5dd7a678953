import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createApi } from '../api.mjs';
import { openDatabase } from '../database.mjs';
import { createProducts } from '../products.mjs';

const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
const path = join(folder, 'catalogue.db');
let database;
let server;
let base;

/** Brings the database to the schema of this release, as the pipeline does it. */
function migrate() {
  const migrations = new URL('../migrations/', import.meta.url);
  const scripts = readdirSync(migrations).filter((name) => !/-(undo|verify)\.mjs$/.test(name));
  for (const script of scripts.sort()) {
    execFileSync(process.execPath, [new URL(script, migrations).pathname], {
      env: { CATALOGUE_DATABASE: path, NODE_NO_WARNINGS: '1' },
    });
  }
}

before(async () => {
  migrate();
  database = openDatabase(path);
  server = createApi(createProducts(database), 'test');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.close();
  server.closeAllConnections();
  database.close();
  rmSync(folder, { recursive: true });
});

function put(id, body) {
  return fetch(`${base}/v1/products/${id}`, { method: 'PUT', body });
}

test('says that it is well', async () => {
  assert.deepEqual(await (await fetch(`${base}/healthz`)).json(), { status: 'ok', release: 'test' });
});

test('lists the products', async () => {
  const products = await (await fetch(`${base}/v1/products`)).json();
  assert.equal(products.length, 8);
  assert.deepEqual(products[0], { id: 'teapot', name: 'Stoneware teapot', category: 'tea', price: '49.00' });
});

test('changes a price', async () => {
  assert.equal((await put('honey', '{"price":"7.20"}')).status, 200);
  assert.equal((await (await fetch(`${base}/v1/products/honey`)).json()).price, '7.20');
});

test('takes no price that is none', async () => {
  for (const body of [
    '',
    '[]',
    'null',
    '{"price":-1}',
    '{"price":"1e3"}',
    `{"price":"${'9'.repeat(2000)}"}`,
  ]) {
    assert.equal((await put('honey', body)).status, 400, body);
  }
});

test('does not find what is not sold', async () => {
  assert.equal((await fetch(`${base}/v1/products/sofa`)).status, 404);
  assert.equal((await put('sofa', '{"price":"1.00"}')).status, 404);
});

test('may be migrated again', () => {
  migrate();
  assert.equal(createProducts(database).list().length, 8);
});
