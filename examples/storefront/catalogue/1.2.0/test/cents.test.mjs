import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../database.mjs';
import { createProducts } from '../products.mjs';

function databaseWith(columns) {
  const database = openDatabase(':memory:');
  database.exec(`CREATE TABLE products (position INTEGER PRIMARY KEY, id, name, category, ${columns})`);
  database.exec("INSERT INTO products (id, cents) VALUES ('honey', 690)");
  return database;
}

test('writes cents, and the price for older releases', () => {
  const database = databaseWith('price, cents');
  assert.equal(createProducts(database).setCents('honey', 720), true);
  const { price, cents } = database.prepare('SELECT price, cents FROM products').get();
  assert.deepEqual({ price, cents }, { price: '7.20', cents: 720 });
});

test('works once the price is gone', () => {
  const products = createProducts(databaseWith('cents'));
  assert.equal(products.setCents('honey', 720), true);
  assert.equal(products.find('honey').cents, 720);
});
