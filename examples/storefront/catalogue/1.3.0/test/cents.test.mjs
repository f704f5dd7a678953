import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../database.mjs';
import { createProducts } from '../products.mjs';

test('writes cents and nothing else', () => {
  const database = openDatabase(':memory:');
  database.exec('CREATE TABLE products (position INTEGER PRIMARY KEY, id, name, category, price, cents)');
  database.exec("INSERT INTO products (id, price, cents) VALUES ('honey', '6.90', 690)");
  assert.equal(createProducts(database).setCents('honey', 720), true);
  const { price, cents } = database.prepare('SELECT price, cents FROM products').get();
  assert.deepEqual({ price, cents }, { price: '6.90', cents: 720 });
});
