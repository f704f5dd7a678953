import { hasColumn, inTransaction, openDatabase } from '../database.mjs';

const PRODUCTS = [
  ['teapot', 'Stoneware teapot', 'tea', '49.00'],
  ['tea-cup', 'Tea cup', 'tea', '12.00'],
  ['green-tea', 'Green tea, 100 g', 'tea', '8.50'],
  ['moka-pot', 'Moka pot', 'coffee', '34.00'],
  ['grinder', 'Hand grinder', 'coffee', '79.00'],
  ['espresso-cup', 'Espresso cup', 'coffee', '9.50'],
  ['honey', 'Forest honey', 'pantry', '6.90'],
  ['gift-card', 'Gift card', 'gifts', '25.00'],
];

const database = openDatabase();
inTransaction(database, () => {
  // Later releases have changed the table; a migration that is repeated finds it as they left it.
  if (hasColumn(database, 'id')) return;
  database.exec(`CREATE TABLE products (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, category TEXT NOT NULL, price TEXT NOT NULL)`);
  const insert = database.prepare('INSERT INTO products (id, name, category, price) VALUES (?, ?, ?, ?)');
  for (const product of PRODUCTS) insert.run(...product);
});
