import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../database.mjs';
import { createProducts } from '../products.mjs';

test('writes a price as cents too', () => {
  const database = openDatabase(':memory:');
  database.exec('CREATE TABLE products (position INTEGER PRIMARY KEY, id, name, category, price, cents)');
  database.exec("INSERT INTO products (id, price) VALUES ('honey', '6.90')");
  assert.equal(createProducts(database).setPrice('honey', '7.20'), true);
  const { price, cents } = database.prepare('SELECT price, cents FROM products').get();
  assert.deepEqual({ price, cents }, { price: '7.20', cents: 720 });
});
